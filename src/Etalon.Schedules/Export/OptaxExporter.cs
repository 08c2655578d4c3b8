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
/// var recipe = new UpdateSchedule(new Cosine(0.1, 0, length: 100), new Constant(5e-4), new Constant(0.9), totalSteps: 100);
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
    public static void Write(UpdateSchedule recipe, string name, TextWriter writer) => Write(GroupedSchedule.Of(recipe), name, writer);

    /// <summary>Writes the module of a recipe with groups: functions for each group by name, and for an equivalent what changes its weights and buffers.</summary>
    /// <param name="recipe">What it computes.</param>
    /// <param name="name">The recipe's name, which the module states.</param>
    /// <param name="writer">Where to; the text is UTF-8 as soon as it is a file.</param>
    public static void Write(GroupedSchedule recipe, string name, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(writer);
        const string Imports = "\nimport math\n\nimport jax.numpy as jnp\n";
        if (!recipe.HasGroups)
        {
            writer.Write(ExportSource.Header(recipe, name, Use(recipe), Imports));
            writer.Write(ExportSource.Numbers(recipe, _dialect));
            return;
        }
        var groups = new GroupedPython(recipe);
        writer.Write(ExportSource.Header(recipe, name, Use(recipe, groups), Imports));
        writer.Write(groups.Numbers(_dialect));
        if (recipe.Covered is not null) writer.Write(ArrayState.Change(groups));
    }

    /// <summary>Where optax.trace is another rule than PyTorch's SGD, which the recipe means.</summary>
    private static string OtherTrace(UpdateSchedule recipe) => recipe is { Momentum: Constant, Dampening: 0 } ? "" :
        """

            PyTorch's SGD, which the recipe means, does not dampen its first update with momentum, and one at momentum 0 leaves the buffer as it is; optax.trace
            dampens it, and multiplies the buffer by 0.

        """.TrimEnd(' ');

    /// <summary>The chain that is the recipe's own update rule.</summary>
    private static string Use(GroupedSchedule recipe) => recipe.Optimizer switch
    {
        { IsAdam: true } => "Each function is an Optax schedule. " + Adam(recipe, "learning_rate, weight_decay, beta1"),
        { Name: "sgd" } => "Each function is an Optax schedule. " + Sgd(recipe.Recipe) + "\n    optimizer = sgd(learning_rate, weight_decay, momentum)\n" + OtherTrace(recipe.Recipe),
        _ => $"Each function is an Optax schedule. The recipe's optimizer is {recipe.Optimizer.Name}, which Optax has not under this name: the numbers enter its rule, and no other.",
    };

    private static string Use(GroupedSchedule recipe, GroupedPython groups)
    {
        var rule = recipe.Optimizer.IsAdam ? "adam" : "sgd";
        string Numbers(ScheduleGroup group) => string.Join(", ", new[] { "learning_rate", "weight_decay", groups.Third }.Select(what => $"{GroupedPython.Prefix(group)}_{what}"));
        var parts = recipe.Groups.Select(group => $"        {PythonText.Quoted(group.Name)}: {rule}({Numbers(group)}),");
        return
            $$"""
            Each function is an Optax schedule. {{(recipe.Optimizer.IsAdam ? Adam(recipe, null) : Sgd(recipe.Recipe))}}
                optimizer = optax.multi_transform({
            {{string.Join("\n", parts)}}
                }, labels)                                     # labels: a tree like the parameters', of these names

            {{groups.About().TrimEnd()}}
            {{(recipe.Covered is null ? "" : "before_update does so; give it the covered parameters and their momentum (the trace of optax.TraceState).\nThe epsilon of each normalization is multiplied by exp(2 covered_log_scale(t)).")}}
            {{(recipe.Optimizer.IsAdam ? "" : OtherTrace(recipe.Recipe).TrimEnd())}}
            """;
    }

    private static string Adam(GroupedSchedule recipe, string? numbers)
    {
        var decay = recipe.Optimizer.Name == "adamw"
            ? $"optax.adamw(learning_rate, b1=beta1, b2={PythonText.Number(recipe.Optimizer.Beta2)}, eps={PythonText.Number(recipe.Optimizer.Epsilon)}, weight_decay=weight_decay)"
            : $"optax.chain(optax.add_decayed_weights(weight_decay), optax.adam(learning_rate, b1=beta1, b2={PythonText.Number(recipe.Optimizer.Beta2)}, eps={PythonText.Number(recipe.Optimizer.Epsilon)}))";
        return
            $"""
            The recipe's update rule with all three:

                @optax.inject_hyperparams
                def adam(learning_rate, weight_decay, beta1):
                    return {decay}
            {(numbers is null ? "" : $"\n    optimizer = adam({numbers})\n")}
            """;
    }

    private static string Sgd(UpdateSchedule recipe)
    {
        string[] gradient = recipe.Dampening == 0 ? [] : [$"optax.scale({PythonText.Number(1 - recipe.Dampening)})"];
        var momentum = $"optax.trace(decay=momentum, nesterov={(recipe.Nesterov ? "True" : "False")})";
        const string Decay = "optax.add_decayed_weights(weight_decay)";
        string[] chain = recipe.Decay == DecayForm.Coupled ? [Decay, .. gradient, momentum] : [.. gradient, momentum, Decay];
        return
            $"""
            The recipe's update rule with all three:

                @optax.inject_hyperparams
                def sgd(learning_rate, weight_decay, momentum):
                    return optax.chain(
            {string.Join("\n", chain.Select(link => $"            {link},"))}
                        optax.scale_by_learning_rate(learning_rate),
                    )

            """;
    }
}
