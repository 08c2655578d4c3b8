namespace Etalon.Lab.Reports;

/// <summary>A picture: fields one above the other that share the horizontal axis.</summary>
/// <param name="Title">What stands above it.</param>
/// <param name="XLabel">What the horizontal axis shows.</param>
/// <param name="Panels">The fields, from top to bottom.</param>
public sealed record Chart(string Title, string XLabel, IReadOnlyList<ChartPanel> Panels)
{
    /// <summary>Names and colors for the legend; empty for none.</summary>
    public IReadOnlyList<string> Legend { get; init; } = [];

    /// <summary>Stretches of the horizontal axis that are shaded, for something happened there.</summary>
    public IReadOnlyList<(double From, double To)> Marks { get; init; } = [];

    /// <summary>Whether the horizontal axis is logarithmic, in whole decades; then all its values are above 0.</summary>
    public bool IsXLogarithmic { get; init; }
}
