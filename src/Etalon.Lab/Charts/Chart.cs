namespace Etalon.Lab.Charts;

/// <summary>A picture: fields one above the other that share the horizontal axis.</summary>
/// <param name="Title">What stands above it.</param>
/// <param name="XLabel">What the horizontal axis shows.</param>
/// <param name="Panels">The fields, from top to bottom.</param>
internal sealed record Chart(string Title, string XLabel, IReadOnlyList<ChartPanel> Panels)
{
    /// <summary>Names and colors for the legend; empty for none.</summary>
    public IReadOnlyList<string> Legend { get; init; } = [];

    /// <summary>Stretches of the horizontal axis that are shaded, for something happened there.</summary>
    public IReadOnlyList<(double From, double To)> Marks { get; init; } = [];

    /// <summary>Whether the horizontal axis is logarithmic, in whole decades; then all its values are above 0.</summary>
    public bool IsXLogarithmic { get; init; }
}

/// <summary>A line of a chart.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="X">Horizontal values, ascending.</param>
/// <param name="Y">Vertical values, one for each of <paramref name="X"/>; where they are not finite the line has a gap.</param>
internal sealed record ChartLine(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y)
{
    /// <summary>Which color of the palette; lines that belong together share one. From 7 on the colors come again, dashed.</summary>
    public int Color { get; init; }

    /// <summary>Whether the line is drawn thin, behind what matters more.</summary>
    public bool IsThin { get; init; }

    /// <summary>
    /// Horizontal values at which a cross stands at the lower edge, in the line's color: where there is no value to draw.
    /// </summary>
    public IReadOnlyList<double> Crosses { get; init; } = [];

    /// <summary>Lower and upper ends of a band around the line, one for each horizontal value; empty for none.</summary>
    public IReadOnlyList<(double Low, double High)> Band { get; init; } = [];

    /// <summary>Whether the line is dashed and reads on the axis at the right.</summary>
    public bool OnRight { get; init; }
}

/// <summary>One field of a chart. Its axes follow from its lines: logarithmic when they span more than two decades.</summary>
/// <param name="Label">What the axis at the left shows.</param>
/// <param name="Lines">The lines.</param>
internal sealed record ChartPanel(string Label, IReadOnlyList<ChartLine> Lines)
{
    /// <summary>What the axis at the right shows; null when no line reads on it.</summary>
    public string? RightLabel { get; init; }

    /// <summary>Whether the axis at the left is logarithmic whatever its values span, where they are above 0.</summary>
    public bool IsLogarithmic { get; init; }

    /// <summary>Its height in pixels.</summary>
    public int Height { get; init; } = 220;
}
