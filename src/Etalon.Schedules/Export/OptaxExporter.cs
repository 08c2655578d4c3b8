namespace Etalon.Schedules.Export;

/// <summary>
/// A schedule as a Python module for Optax: functions of the update count, made of <c>jax.numpy</c>, that work inside <c>jax.jit</c>.
/// </summary>
/// <remarks>
/// JAX computes in float32 unless <c>jax_enable_x64</c> is on: values are then right to about seven digits, and a rate beyond float32
/// saturates at its largest number. Where a value jumps is exact for counts below 2^31.
/// </remarks>
/// <example>
/// <code>
/// var schedule = new UpdateSchedule
/// {
///     LearningRate = new Cosine(0.1, 0, length: 100),
///     WeightDecay = 5e-4,
///     Momentum = 0.9,
///     TotalSteps = 100,
/// };
/// using var module = new StringWriter(); // or a StreamWriter of cosine.py
/// OptaxExporter.Write(schedule, "cosine", module);
/// const string formula = "jnp.where(t &lt; 100, 0.1 * (0.5 * (1.0 + jnp.cos(math.pi * (t / 100)))), 0.0)";
/// Console.WriteLine(module.ToString().Contains(formula)); // True
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
    /// <param name="schedule">What it computes.</param>
    /// <param name="name">The recipe's name, which the module states.</param>
    /// <param name="writer">Where to; the text is UTF-8 as soon as it is a file.</param>
    public static void Write(UpdateSchedule schedule, string name, TextWriter writer) => Write(GroupedSchedule.Of(schedule), name, writer);

    /// <summary>
    /// Writes the module of a schedule with groups: functions for each group by name, and for an equivalent what changes its weights and
    /// buffers.
    /// </summary>
    /// <param name="schedule">What it computes.</param>
    /// <param name="name">The recipe's name, which the module states.</param>
    /// <param name="writer">Where to; the text is UTF-8 as soon as it is a file.</param>
    public static void Write(GroupedSchedule schedule, string name, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(writer);
        const string Imports = "\nimport math\n\nimport jax.numpy as jnp\n";
        if (!schedule.HasGroups)
        {
            writer.Write(ExportSource.Header(schedule, name, Use(schedule), Imports));
            writer.Write(ExportSource.Numbers(schedule, _dialect));
            return;
        }
        var groups = new GroupedPython(schedule);
        writer.Write(ExportSource.Header(schedule, name, Use(schedule, groups), Imports));
        writer.Write(groups.Numbers(_dialect));
        if (schedule.Covered is not null) writer.Write(ArrayState.PastEnd);
        if (groups.ScalesGradients) writer.Write(ArrayState.ChangeOfWeights);
        else if (groups.HasBeta2) writer.Write(ArrayState.ChangeOfAdam);
        else if (schedule.Covered is not null) writer.Write(ArrayState.Change(groups));
    }

    /// <summary>Where optax.trace is another rule than PyTorch's SGD, which the recipe means.</summary>
    private static string OtherTrace(UpdateSchedule schedule) => schedule is { Momentum: Constant, Rule.Dampening: 0 } ? "" :
        """

            PyTorch's SGD, which the recipe means, does not dampen its first update with momentum, and one at momentum 0 leaves the buffer as it is; optax.trace
            dampens it, and multiplies the buffer by 0.

        """.TrimEnd(' ');

    /// <summary>The chain that is the schedule's own update rule.</summary>
    private static string Use(GroupedSchedule schedule) => schedule.Optimizer switch
    {
        { IsAdam: true } => "Each function is an Optax schedule. " + Adam(schedule, "learning_rate, weight_decay, beta1"),
        { Name: "sgd" } =>
            "Each function is an Optax schedule. " + Sgd(schedule.Schedule)
                + "\n    optimizer = sgd(learning_rate, weight_decay, momentum)\n" + OtherTrace(schedule.Schedule),
        _ => $"Each function is an Optax schedule. The recipe's optimizer is {schedule.Optimizer.Name}, which Optax has not under this "
            + $"name: the numbers enter its rule, and no other.",
    };

    private static string Use(GroupedSchedule schedule, GroupedPython groups)
    {
        // Another rule than these two is the reader's own function, under the recipe's name.
        var rule = schedule.Optimizer.IsAdam ? "adam" : schedule.Optimizer.Name.Replace('-', '_');
        string Numbers(ScheduleGroup group) =>
            string.Join(", ",
                new[] { "learning_rate", "weight_decay", groups.Third }.Select(what => $"{GroupedPython.Prefix(group)}_{what}"));
        string Covered(ScheduleGroup group) => group.Conversion switch
        {
            { ScalesGradients: true } =>
                $"optax.chain(optax.inject_hyperparams(optax.scale)(lambda t: jnp.exp(covered_log_scale(t))), {rule}({Numbers(group)}))",
            { Adam: not null } => $"{rule}({Numbers(group)}, covered_beta2, covered_epsilon)",
            _ => $"{rule}({Numbers(group)})",
        };
        var parts = schedule.Groups.Select(group => $"        {PythonText.Quoted(group.Name)}: {Covered(group)},");
        return
            $$"""
            Each function is an Optax schedule. {{(schedule.Optimizer.IsAdam ? Adam(schedule, null) : Sgd(schedule.Schedule))}}
                optimizer = optax.multi_transform({
            {{string.Join("\n", parts)}}
                }, labels)                                     # labels: a tree like the parameters', of these names

            {{groups.About().TrimEnd()}}
            {{(schedule.Covered is null ? "" : $"before_update does so; give it the covered parameters{Remembered(groups)}.\n{GroupedPython.EpsilonFollows}")}}
            {{(schedule.Optimizer.IsAdam ? "" : OtherTrace(schedule.Schedule).TrimEnd())}}
            """;
    }

    private static string Remembered(GroupedPython groups) => groups switch
    {
        { ScalesGradients: true } => "",
        { HasBeta2: true } => " and their mu and nu (of optax.ScaleByAdamState)",
        _ => " and their momentum (the trace of optax.TraceState)",
    };

    private static string Adam(GroupedSchedule schedule, string? numbers)
    {
        var ofEach = schedule.Covered?.Beta2 is not null;
        var (beta2, epsilon) = ofEach
            ? ("beta2", "eps") : (PythonText.Number(schedule.Optimizer.Beta2), PythonText.Number(schedule.Optimizer.Epsilon));
        var more = ofEach
            ? $", beta2={PythonText.Number(schedule.Optimizer.Beta2)}, eps={PythonText.Number(schedule.Optimizer.Epsilon)}" : "";
        var decay = schedule.Optimizer.Name == "adamw"
            ? $"optax.adamw(learning_rate, b1=beta1, b2={beta2}, eps={epsilon}, weight_decay=weight_decay)"
            : $"optax.chain(optax.add_decayed_weights(weight_decay), optax.adam(learning_rate, b1=beta1, "
                + $"b2={PythonText.Number(schedule.Optimizer.Beta2)}, eps={PythonText.Number(schedule.Optimizer.Epsilon)}))";
        return
            $"""
            The recipe's update rule with all three:

                @optax.inject_hyperparams
                def adam(learning_rate, weight_decay, beta1{more}):
                    return {decay}
            {(numbers is null ? "" : $"\n    optimizer = adam({numbers})\n")}
            """;
    }

    private static string Sgd(UpdateSchedule schedule)
    {
        string[] gradient = schedule.Rule.Dampening == 0 ? [] : [$"optax.scale({PythonText.Number(1 - schedule.Rule.Dampening)})"];
        var momentum = $"optax.trace(decay=momentum, nesterov={(schedule.Rule.Nesterov ? "True" : "False")})";
        const string Decay = "optax.add_decayed_weights(weight_decay)";
        string[] chain = schedule.Rule.Decay == DecayForm.Coupled ? [Decay, .. gradient, momentum] : [.. gradient, momentum, Decay];
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
