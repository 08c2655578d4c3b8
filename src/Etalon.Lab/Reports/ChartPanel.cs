namespace Etalon.Lab.Reports;

/// <summary>One field of a chart. Its axes follow from its lines: logarithmic when they span more than two decades.</summary>
/// <param name="Label">What the axis at the left shows.</param>
/// <param name="Lines">The lines.</param>
public sealed record ChartPanel(string Label, IReadOnlyList<ChartLine> Lines)
{
    /// <summary>What the axis at the right shows; null when no line reads on it.</summary>
    public string? RightLabel { get; init; }

    /// <summary>Whether the axis at the left is logarithmic whatever its values span, where they are above 0.</summary>
    public bool IsLogarithmic { get; init; }

    /// <summary>Its height in pixels.</summary>
    public int Height { get; init; } = 220;
}
