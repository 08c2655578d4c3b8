using Etalon.Lab.Charts;
using Etalon.Numerics;

namespace Etalon.Lab.Claims.Shared;

/// <summary>Metrics of several arms, after some epochs as a Markdown table and over all epochs as the panels of a picture.</summary>
internal static class ArmCurves
{
    /// <summary>A row for each arm and epoch, a column for each metric: mean and deviation over the seeds.</summary>
    public static IEnumerable<string> Table(IReadOnlyList<ArmResult> arms, IReadOnlyList<(string Name, string Title)> metrics,
        IReadOnlyList<int> epochs)
    {
        yield return $"| arm | epoch | {string.Join(" | ", metrics.Select(metric => metric.Title))} |";
        yield return $"|---|---:|{string.Concat(metrics.Select(_ => "---|"))}";
        foreach (var arm in arms)
            foreach (int epoch in epochs)
                yield return $"| {arm.Arm.Title} | {epoch} | {string.Join(" | ", metrics.Select(metric => arm.At(metric.Name, epoch)))} |";
    }

    /// <summary>Each arm's metrics after an epoch, for each seed.</summary>
    public static object Final(IReadOnlyList<ArmResult> arms, IReadOnlyList<(string Name, string Title)> metrics, int epoch) =>
        arms.Select(
            arm => new { arm.Arm.Name, Final = metrics.ToDictionary(metric => metric.Name, metric => arm.At(metric.Name, epoch).Values) });

    /// <summary>A panel for each metric with a line for each arm, the mean of its seeds.</summary>
    public static IEnumerable<ChartPanel> Panels(IReadOnlyList<ArmResult> arms, IReadOnlyList<(string Name, string Title)> metrics,
        int height) =>
        metrics.Select(
            metric => new ChartPanel(metric.Title, [.. arms.Select((arm, color) => Line(arm, metric.Name, color))]) { Height = height });

    /// <summary>The rates, in decades: where they fall can be seen, and that the arms differ in nothing else.</summary>
    public static ChartPanel RatePanel(IReadOnlyList<ArmResult> arms) =>
        new("log₁₀ rate",
            [.. arms.Select((arm, color) => Line(arm, "lr", color)).Select(line => line with { Y = [.. line.Y.Select(Elementary.Log10)] })])
        {
            Height = 90,
        };

    private static ChartLine Line(ArmResult arm, string metric, int color)
    {
        var (epochs, means) = arm.MeanCurve(metric);
        return new ChartLine(arm.Arm.Title, epochs, means) { Color = color };
    }
}
