namespace Etalon.Lab.Charts;

/// <summary>A table of numbers as colored cells.</summary>
/// <param name="Title">What stands above it.</param>
/// <param name="XLabel">What the columns are.</param>
/// <param name="YLabel">What the rows are.</param>
/// <param name="Columns">The columns' names, from left to right.</param>
/// <param name="Rows">The rows' names, from top to bottom.</param>
/// <param name="Cells">The cells by row and column; null where there is none.</param>
internal sealed record HeatMap(
    string Title, string XLabel, string YLabel, IReadOnlyList<string> Columns, IReadOnlyList<string> Rows, HeatCell?[,] Cells);

/// <summary>A cell.</summary>
/// <param name="Value">What its color shows; NaN for a gray cell.</param>
/// <param name="Lines">What stands in it, a line each.</param>
internal sealed record HeatCell(double Value, IReadOnlyList<string> Lines);
