using Etalon.Lab.Charts;

namespace Etalon.Workbench.Dashboard;

/// <summary>A chart for the page's script, which draws the same definition that a report draws as SVG.</summary>
internal static class ChartJson
{
    /// <summary>The chart as an object for JSON; what is no finite number is null.</summary>
    public static object Of(Chart chart, string? sentence = null) => new
    {
        chart.Title,
        chart.XLabel,
        Sentence = sentence ?? ChartSentence.Of(chart),
        chart.Legend,
        Marks = chart.Marks.Select(mark => (double[])[mark.From, mark.To]),
        IsXLog = chart.IsXLogarithmic,
        Panels = chart.Panels.Select(panel => new
        {
            panel.Label,
            panel.RightLabel,
            panel.Height,
            IsLog = panel.IsLogarithmic || Axis.For([.. panel.Lines.Where(line => !line.OnRight).SelectMany(line => line.Y)]).IsLog,
            Lines = panel.Lines.Select(line => new
            {
                line.Name,
                line.Color,
                line.IsThin,
                line.OnRight,
                X = line.X.Select(Finite),
                Y = line.Y.Select(Finite),
                Low = line.Band.Count == 0 ? null : line.Band.Select(band => Finite(band.Low)),
                High = line.Band.Count == 0 ? null : line.Band.Select(band => Finite(band.High)),
                Crosses = line.Crosses.Count == 0 ? null : line.Crosses,
            }),
        }),
    };

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
