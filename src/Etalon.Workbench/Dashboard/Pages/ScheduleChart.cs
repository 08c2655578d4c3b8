using Etalon.Lab.Charts;
using Etalon.Lab.Planning;
using Etalon.Workbench.Commands;

namespace Etalon.Workbench.Dashboard;

/// <summary>The picture of <c>etalon plan</c> with updates on its axis, so that the page can show it in any unit.</summary>
internal static class ScheduleChart
{
    private const string IntrinsicRate = "intrinsic rate";

    /// <summary>Rate, decay with intrinsic rate, and momentum of recipes.</summary>
    public static Chart Of(IReadOnlyList<PlannedRecipe> plans)
    {
        var chart = PlanChart.Of(plans);
        // "epoch of 391 steps" or "step", as the plan counts.
        double unit = chart.XLabel == "step" ? 1 : plans[0].Recipe.StepsPerEpoch;
        return chart with
        {
            XLabel = "updates",
            Panels = [.. chart.Panels.Select(panel => panel with
            {
                RightLabel = panel.RightLabel is null ? null : IntrinsicRate,
                Lines = [.. panel.Lines.Select(line => InUpdates(chart.Legend.Count > 0 ? line : Named(line, panel), unit))],
            })],
        };
    }

    // A recipe alone needs no name on its lines; what they show does.
    private static ChartLine Named(ChartLine line, ChartPanel panel) => line with { Name = line.OnRight ? IntrinsicRate : panel.Label };

    /// <summary>
    /// A line over updates, without the points between two of one value: most of a schedule stands still, and is sent in no time.
    /// </summary>
    /// <param name="line">The line.</param>
    /// <param name="unit">Updates of a unit of its axis.</param>
    public static ChartLine InUpdates(ChartLine line, double unit)
    {
        var (x, y) = (new List<double>(), new List<double>());
        for (int i = 0; i < line.X.Count; i++)
        {
            if (i > 0 && i < line.X.Count - 1 && line.Y[i] == line.Y[i - 1] && line.Y[i] == line.Y[i + 1]) continue;
            x.Add(unit == 1 ? line.X[i] : Math.Round(line.X[i] * unit));
            y.Add(line.Y[i]);
        }
        return line with { X = x, Y = y };
    }
}
