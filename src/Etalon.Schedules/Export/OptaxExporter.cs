namespace Etalon.Schedules.Export;

/// <summary>
/// A recipe as a Python module for Optax: functions of the update count, made of <c>jax.numpy</c>, that work inside <c>jax.jit</c>.
/// </summary>
/// <remarks>
/// JAX computes in float32 unless <c>jax_enable_x64</c> is on: values are then right to about seven digits, and a rate beyond float32 saturates at
/// its largest number. Where a value jumps is exact for counts below 2^31.
/// </remarks>
/// <example>
/// <code>
/// var recipe = new Recipe(new Cosine(0.1, 0, length: 100), new Constant(5e-4), new Constant(0.9), totalSteps: 100);
/// using var module = new StringWriter(); // or a StreamWriter of cosine.py
/// OptaxExporter.Write(recipe, "cosine", module);
/// Console.WriteLine(module.ToString().Contains("jnp.where(t &lt; 100, 0.1 * (0.5 * (1.0 + jnp.cos(math.pi * (t / 100)))), 0.0)")); // True
/// </code>
/// </example>
public static class OptaxExporter
{
    private static readonly ArrayDialect _dialect = new(
        module: "jnp",
        largest: "float(jnp.finfo(jnp.result_type(float)).max)",
        list: "jnp.asarray({0})",
        entry: "{0}[{1}.astype(int)]");

    /// <summary>Writes the module.</summary>
    /// <param name="recipe">What it computes.</param>
    /// <param name="name">The recipe's name, which the module states.</param>
    /// <param name="writer">Where to; the text is UTF-8 as soon as it is a file.</param>
    public static void Write(Recipe recipe, string name, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(ExportSource.Header(recipe, name, Use(recipe), "\nimport math\n\nimport jax.numpy as jnp\n"));
        writer.Write(PythonFormulas.Write(recipe, _dialect));
        writer.Write(ExportSource.Values);
    }

    /// <summary>The chain that is the recipe's own update rule.</summary>
    private static string Use(Recipe recipe)
    {
        string[] gradient = recipe.Dampening == 0 ? [] : [$"optax.scale({PythonText.Number(1 - recipe.Dampening)})"];
        var momentum = $"optax.trace(decay=momentum, nesterov={(recipe.Nesterov ? "True" : "False")})";
        const string Decay = "optax.add_decayed_weights(weight_decay)";
        string[] chain = recipe.Decay == DecayForm.Coupled ? [Decay, .. gradient, momentum] : [.. gradient, momentum, Decay];
        return
            $"""
            Each function is an Optax schedule. The recipe's update rule with all three:

                @optax.inject_hyperparams
                def sgd(learning_rate, weight_decay, momentum):
                    return optax.chain(
            {string.Join("\n", chain.Select(link => $"            {link},"))}
                        optax.scale_by_learning_rate(learning_rate),
                    )

                optimizer = sgd(learning_rate, weight_decay, momentum)

            """;
    }
}
