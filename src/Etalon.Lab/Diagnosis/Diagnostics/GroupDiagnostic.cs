using Etalon.Lab.Diagnosis.Phases;

namespace Etalon.Lab.Diagnosis;

/// <summary>A question asked of each group of a phase.</summary>
internal abstract class GroupDiagnostic(string id, string quantity, string limit) : Diagnostic(id, quantity, limit)
{
    /// <inheritdoc/>
    public sealed override IEnumerable<Finding> Judge(LogPhase phase) => phase.Groups.Select(Judge);

    /// <summary>The answer for a group.</summary>
    protected abstract Finding Judge(GroupPhase group);

    /// <summary>An answer with a value still to be given.</summary>
    protected Finding Finding(GroupPhase group, string says) => Finding(group.Phase, group.Name, says);

    /// <summary>Why a law cannot be asked of a group; null where it can.</summary>
    protected static string? WithoutLaw(GroupPhase group) => group.Validity switch
    {
        Validity.NotScaleInvariant => "not scale-invariant: the law does not speak about it",
        Validity.OnlyTogether => "scale-invariant only together with the others, which have the law as one group",
        _ when group.Law is null => "rate, weight decay or momentum is missing in the log, or the rate is 0",
        _ => null,
    };

    /// <summary>Why there is no equilibrium to compare with; null where there is one.</summary>
    protected static string? WithoutEquilibrium(GroupPhase group)
    {
        if (WithoutLaw(group) is { } reason) return reason;
        if (group.HasEquilibrium) return null;
        return group.Law!.Units == 0 ? "no weight decay: the norm grows for ever, there is no equilibrium"
            : group.Law.Update.Oscillates ? "the norm oscillates: see D1"
            : "the numbers move, and the equilibrium with them";
    }

    /// <summary>Why there is no S; null where there is.</summary>
    protected static string? WithoutGradients(GroupPhase group) =>
        WithoutEquilibrium(group)
            ?? (group.GradientSquare.IsKnown
            ? null : WithoutEstimate(group, group.Source.Values, "gradsq/NAME (with momentum also buffer_dot/NAME) or angle/NAME",
                group.Source.Correlation));

    /// <summary>Why the mean of a column over the phase's last part has no error.</summary>
    /// <param name="group">The group.</param>
    /// <param name="values">The column, or the values made of it, over the log or the phase.</param>
    /// <param name="needed">What the log would need where it has none of it.</param>
    /// <param name="memory">Updates over which the values remember each other.</param>
    protected static string WithoutEstimate(GroupPhase group, IReadOnlyList<double> values, string needed, double memory)
    {
        if (!values.Any(double.IsFinite)) return $"needs {needed}";
        int first = group.FirstWindowRow + (values.Count == group.Steps.Count ? 0 : group.Phase.FirstRow),
            rows = values.Skip(first).Take(group.Steps.Count - group.FirstWindowRow).Count(double.IsFinite);
        double span = group.Steps[^1] - group.Steps[group.FirstWindowRow], needs = PhaseEstimate.ShortestSpan(memory);
        return rows < PhaseEstimate.FewestValues
            ? $"too few rows to tell: {rows} with numbers in the last part of the phase, and it takes {PhaseEstimate.FewestValues}"
            : $"too short to tell: the rows of the phase's last part span {span:#,0} updates, and where updates remember {memory:#,0} of "
                + $"those before it takes {needs:#,0}";
    }
}
