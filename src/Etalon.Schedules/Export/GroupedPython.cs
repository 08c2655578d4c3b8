using System.Globalization;
using System.Text;
using Etalon.Schedules.Equivalence;

namespace Etalon.Schedules.Export;

/// <summary>
/// What the modules of all targets say of a schedule with groups: a function for each number of each group, by name, and what the state of
/// an equivalent needs.
/// </summary>
internal sealed class GroupedPython
{
    /// <summary>What the epsilons of normalizations behind covered weights do, for the docstring of a module that sets none.</summary>
    public const string EpsilonFollows =
        "The epsilon of each normalization is multiplied by exp(2 covered_log_scale(t)),\nand behind k covered weights in a row by "
        + "exp(2 k covered_log_scale(t)).";

    private readonly GroupedSchedule _schedule;
    private readonly Recentering? _stored;

    public GroupedPython(GroupedSchedule schedule)
    {
        _schedule = schedule;
        if (schedule.Covered is { } covered) _stored = new Recentering(covered);
    }

    /// <summary>The name that a group's functions begin with.</summary>
    public static string Prefix(ScheduleGroup group) => group.Name.Replace('-', '_');

    /// <summary>What the groups are, for the docstring of a module.</summary>
    public string About()
    {
        var text = new StringBuilder();
        foreach (var group in _schedule.Groups) text.Append(CultureInfo.InvariantCulture, $"    {group.Name,-16} {Members(group)}\n");
        if (_schedule.Covered?.Conversion is not { } conversion) return text.ToString();
        text.Append(CultureInfo.InvariantCulture, $"""

            The covered group trains an equivalent of the recipe, {conversion.Theorem}:
            its weights are P times those of the recipe's own run, and P may leave the range of any float. What is stored is
            P / 2^s times the recipe's, with s a multiple of 32, and {Own(conversion)} are the numbers
            for what is stored. ln(P / 2^s) is covered_log_scale(t).{Clipped(conversion)}CHANGES says what is done once to {Changed(conversion)}

            """);
        return text.ToString();
    }

    private static string Own(Conversion conversion) => conversion.Adam is null
        ? "covered_learning_rate and covered_weight_decay"
        : "covered_learning_rate, covered_beta1, covered_beta2,\ncovered_epsilon and covered_weight_decay";

    private static string Changed(Conversion conversion) =>
        conversion.ScalesGradients
            ? "the weights w before an\nupdate: w = weight_factor w. The gradients of the covered group are multiplied by "
                + "exp(covered_log_scale(t))\nbefore they are clipped; what the optimizer remembers is that of the recipe's own run."
        : conversion.Adam is not null
            ? "weights w, mean m and\nsquares u before an update: m = buffer_factor m, u = buffer_factor^2 u, w = weight_factor w."
        : "weights w and momentum\nbuffer v before an update: v = buffer_factor (v - share w), then w = weight_factor w.";

    private static string Clipped(Conversion conversion) => conversion.ScalesGradients ? " "
        : "\nGradients of the covered group are the recipe's divided by exp(covered_log_scale(t)): a clip of the norm of all gradients "
            + "together is\nanother run. A threshold for this group alone is divided by the same"
            + (conversion.Adam is null ? ".\n" : "; the form scaled-gradient keeps any clip.\n");

    /// <summary>The names, the changes of the state, and the functions.</summary>
    public string Numbers(PythonDialect dialect)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture,
            $"GROUPS = ({string.Join(", ", _schedule.Groups.Select(group => PythonText.Quoted(group.Name)))})\n");
        if (_stored is not null)
        {
            text.Append("\n# update: (weight_factor, buffer_factor, share)\nCHANGES = {\n");
            foreach (var change in _stored.Changes)
                text.Append(CultureInfo.InvariantCulture,
                    $"    {change.Step}: ({PythonText.Number(change.WeightFactor)}, {PythonText.Number(change.BufferFactor)}, "
                    + $"{PythonText.Number(change.Share)}),\n");
            text.Append("}\n");
        }
        text.Append(PythonFormulas.Write(Schedules(), _schedule.Schedule.TotalSteps + 1, dialect));
        text.Append("\n\n_VALUES = {\n");
        foreach (var group in _schedule.Groups)
            text.Append(CultureInfo.InvariantCulture,
                $"    {PythonText.Quoted(group.Name)}: ({Prefix(group)}_learning_rate, {Prefix(group)}_weight_decay, "
                + $"{Prefix(group)}_{Third}),\n");
        text.Append(CultureInfo.InvariantCulture, $$""""
            }


            def values(t, group):
                """Learning rate, weight decay and {{Third}} of update t, of a group of GROUPS."""
                return tuple(value(t) for value in _VALUES[group])

            """");
        return text.ToString();
    }

    /// <summary>What the third number is called.</summary>
    public string Third => _schedule.Optimizer.IsAdam ? "beta1" : "momentum";

    /// <summary>Whether a Nesterov update of the covered group looks ahead by another number than its momentum.</summary>
    public bool HasLookAhead => _schedule.Covered?.LookAhead is not null;

    /// <summary>Whether the covered group follows Adam's numbers with a beta2 and an epsilon of each update.</summary>
    public bool HasBeta2 => _schedule.Covered?.Beta2 is not null;

    /// <summary>Whether the gradients of the covered group are multiplied by P.</summary>
    public bool ScalesGradients => _schedule.Covered?.Conversion?.ScalesGradients == true;

    private IEnumerable<(string, Schedule)> Schedules()
    {
        // The rest first: its functions are the schedule's own, and other groups share them.
        foreach (var group in _schedule.Groups.Reverse())
        {
            var stored = group.Conversion is null ? null : _stored;
            yield return ($"{Prefix(group)}_learning_rate", stored?.LearningRate ?? group.LearningRate);
            yield return ($"{Prefix(group)}_weight_decay", stored?.WeightDecay ?? group.WeightDecay);
            yield return ($"{Prefix(group)}_{Third}", group.Momentum);
            if (group.LookAhead is { } lookAhead) yield return ($"{Prefix(group)}_look_ahead", lookAhead);
            if (group.Beta2 is { } beta2) yield return ($"{Prefix(group)}_beta2", beta2);
            if (stored?.Epsilon is { } epsilon) yield return ($"{Prefix(group)}_epsilon", epsilon);
            if (stored is not null) yield return ($"{Prefix(group)}_log_scale", stored.LogScale);
        }
    }

    private static string Members(ScheduleGroup group) => (group.Conversion, group.Parameters) switch
    {
        (not null, _) => "the scale-invariant weights; by default those of each convolution and linear layer that a normalization follows",
        (_, ParameterKind.ScaleInvariant) => "the weights of every convolution and linear layer in front of a normalization",
        (_, ParameterKind.Head) => "weights and bias of the last linear layer",
        (_, ParameterKind.Bias) => "biases of linear layers and convolutions",
        (_, ParameterKind.Norm) => "scales and shifts of normalizations",
        _ => "everything else: the recipe's own numbers",
    };
}
