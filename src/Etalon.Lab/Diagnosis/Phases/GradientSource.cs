using Etalon.Numerics;

namespace Etalon.Lab.Diagnosis.Phases;

/// <summary>S, the mean square of the gradient on the unit sphere, row by row, and where it was taken from.</summary>
internal sealed class GradientSource
{
    private GradientSource(GradientKind kind, IReadOnlyList<double> values, double correlation) =>
        (Kind, Values, Correlation) = (kind, values, correlation);

    /// <summary>Where it was taken from.</summary>
    public GradientKind Kind { get; }

    /// <summary>S of each row of the phase; NaN where it is missing.</summary>
    public IReadOnlyList<double> Values { get; }

    /// <summary>Updates over which the values remember each other.</summary>
    public double Correlation { get; }

    /// <summary>
    /// Whether the share of the momentum buffer is in it, without which the norm law is off by some percent, or far more where gradients
    /// hardly change.
    /// </summary>
    public bool IsComplete => Kind is GradientKind.Gradients or GradientKind.Angles;

    /// <summary>Of all the ways that the log allows, the one whose mean over the phase's last part has the smallest error.</summary>
    public static GradientSource Best(GroupPhase group)
    {
        GradientSource[] complete = [Gradients(group), Angles(group)];
        var best = complete.Where(source => ErrorOf(source, group) < double.PositiveInfinity).MinBy(source => ErrorOf(source, group));
        if (best is not null) return best;
        var bare =
            new GradientSource(GradientKind.WithoutBuffer, Rows(group, (row, square) => group.Group.GradientSquare[row] * square), 1);
        return bare.Values.Any(double.IsFinite) ? bare : new GradientSource(GradientKind.None, bare.Values, 1);
    }

    /// <summary>
    /// |w|^2 (|g|^2 + 2 b v.g), of which the second term is the buffer's share. A new gradient knows nothing of the buffer, so that the
    /// products of one update do not remember the last one's.
    /// </summary>
    public static GradientSource Gradients(GroupPhase group) => new(
        GradientKind.Gradients,
        Rows(group, (row, square) => group.Group.Momentum[row] == 0
            ? group.Group.GradientSquare[row] * square
            : (group.Group.GradientSquare[row]
            + 2 * RuleSums.BufferShare(group.Group.Momentum[row], group.Phase.Log.Rule) * group.Group.BufferDot[row]) * square),
        1);

    /// <summary>
    /// angle^2 |w|^4 over what it would be for S = 1: the buffer is a mean of gradients, so what it turned by says what they were.
    /// </summary>
    public static GradientSource Angles(GroupPhase group) => new(
        GradientKind.Angles,
        Rows(group,
            (row, square) =>
                group.LawAt(row - group.Phase.FirstRow) is { } law ? Elementary.Pow(Chord(group, row) * square, 2) / law.Turn : double.NaN),
        RuleSums.Memory(group.Numbers.Momentum));

    // Without momentum the update is exactly across (1 - eta lambda) w; with it the buffer's part along w is of the same small order, and
    // not known.
    private static double Chord(GroupPhase group, int row) =>
        group.Group.Momentum[row] == 0
            ? Elementary.Sin(group.Group.Angle[row]) / Elementary.Cos(group.Group.Angle[row])
            * (1 - group.Group.Rate[row] * group.Group.WeightDecay[row]) : group.Group.Angle[row];

    private static double ErrorOf(GradientSource source, GroupPhase group) =>
        group.InWindow(source.Values, source.Correlation) is { IsKnown: true, Mean: > 0 } estimate
            ? estimate.RelativeError : double.PositiveInfinity;

    private static double[] Rows(GroupPhase group, Func<int, double, double> value) =>
        [.. Enumerable.Range(group.Phase.FirstRow, group.Steps.Count)
            .Select(row => value(row, group.Group.Norm[row] * group.Group.Norm[row]))];
}

/// <summary>Where the mean square of the gradient on the unit sphere was taken from.</summary>
internal enum GradientKind
{
    /// <summary>The log has nothing to take it from.</summary>
    None,

    /// <summary>Gradients and, with momentum, their products with the buffer.</summary>
    Gradients,

    /// <summary>The angles by which the weights turned.</summary>
    Angles,

    /// <summary>Gradients alone, although there is momentum.</summary>
    WithoutBuffer,
}
