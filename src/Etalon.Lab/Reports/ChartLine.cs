namespace Etalon.Lab.Reports;

/// <summary>A line of a chart.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="X">Horizontal values, ascending.</param>
/// <param name="Y">Vertical values, one for each of <paramref name="X"/>; where they are not finite the line has a gap.</param>
public sealed record ChartLine(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y)
{
    /// <summary>Which color of the palette; lines that belong together share one. From 7 on the colors come again, dashed.</summary>
    public int Color { get; init; }

    /// <summary>Whether the line is drawn thin, behind what matters more.</summary>
    public bool IsThin { get; init; }

    /// <summary>Horizontal values at which a cross stands at the lower edge, in the line's color: where there is no value to draw.</summary>
    public IReadOnlyList<double> Crosses { get; init; } = [];

    /// <summary>Whether the line is dashed and reads on the axis at the right.</summary>
    public bool OnRight { get; init; }
}
