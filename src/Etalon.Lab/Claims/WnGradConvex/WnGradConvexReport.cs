using System.Globalization;
using Etalon.Lab.Charts;

namespace Etalon.Lab.Claims.WnGradConvex;

/// <summary>What <see cref="WnGradConvexExperiment"/> measured, as tables and a picture.</summary>
internal sealed record WnGradConvexReport
{
    /// <summary>What was run.</summary>
    public required WnGradConvexExperiment Experiment { get; init; }

    /// <summary>Gradients on the quadratic, for each b_0 / L and start.</summary>
    public required RobustnessTable Quadratic { get; init; }

    /// <summary>The same where the function is not convex.</summary>
    public required RobustnessTable NotConvex { get; init; }

    /// <summary>b under constant noise: from 1 after 100,000 steps, from 0.01 after one and after 100,000.</summary>
    public required IReadOnlyList<double> Noise { get; init; }

    /// <summary>The stochastic convex problem: for each recorded b_1 and draw a point at each time.</summary>
    public required IReadOnlyList<IReadOnlyList<IReadOnlyList<RegretPoint>>> Regret { get; init; }

    /// <summary>|grad F| of least squares in batches.</summary>
    public required RobustnessTable Regression { get; init; }

    /// <summary>The gaps of the draws at a time, for a recorded b_1.</summary>
    /// <param name="row">Which b_1.</param>
    /// <param name="time">Which time.</param>
    internal IReadOnlyList<double> Gaps(int row, int time) => [.. Regret[row].Select(draw => draw[time].Gap).Order()];

    /// <summary>All tables.</summary>
    public IEnumerable<string> Tables =>
    [
        "## Quadratic", "",
        $"Gradients until \\|g\\|² is at most 1e-8 of the first, the median of {Experiment.Starts} starts; ∞: more than "
        + $"{Experiment.Budget:N0}.", "", .. Batch(Quadratic, "b₀/L"), "",
        "## Not convex", "",
        "The same until it is at most 1e-6 of the first. Away: the first step went so far that the gradient vanished there, above the "
        + "start.", "", .. Batch(NotConvex, "b₀/L"), "",
        "## The cost of a b₀ below L", "", .. Cost(), "",
        "## Stochastic convex", "", .. Gaps(), "",
        "## Least squares in batches", "", Regression.Title.Replace("|", "\\|"), "",
        .. Table(Regression, "b₀", cell => string.Join(", ", cell.Select(Norm))),
    ];

    /// <summary>The medians of the batch problems and the last norm of the regression, over b_0; a cross where there is none.</summary>
    public Chart Picture => new(
        "The cost of the initial b (a cross: overflow, away, or beyond the budget)", "b₀/L; below: b₀",
        [
            Panel("gradients, quadratic", Quadratic, Rules, Median),
            Panel("gradients, not convex", NotConvex, Rules, Median),
            Panel("‖∇F‖ after 5,000 steps", Regression, Rules, cell => WnGradConvexExperiment.HasDiverged(cell) ? double.NaN : cell[^1]),
        ])
    {
        IsXLogarithmic = true,
        Legend = Rules,
    };

    /// <summary>All of it.</summary>
    public object Measurements => new { Quadratic, NotConvex, Noise, Regret, Regression };

    private List<string> Rules => [.. Quadratic.Rows.Concat(Regression.Rows).Select(row => Title(row.Rule)).Distinct()];

    // Gradient descent at 1 / b_0 has a name on batch problems and another on stochastic ones.
    private static string Title(string rule) => rule == "SGD 1/b0" ? "GD 1/b0" : rule;

    private static ChartPanel Panel(string label, RobustnessTable table, List<string> rules, Func<IReadOnlyList<double>, double> value)
    {
        return new(label, [.. table.Rows.Select(Line)]) { Height = 230 };

        ChartLine Line(RobustnessRow row)
        {
            double[] values = [.. row.Cells.Select(value)];
            return new(Title(row.Rule), table.Initial, values)
            {
                Color = rules.IndexOf(Title(row.Rule)),
                Crosses = [.. table.Initial.Where((_, i) => !double.IsFinite(values[i]))]
            };
        }
    }

    private static IEnumerable<string> Batch(RobustnessTable table, string column) => Table(table, column, cell => Count(Median(cell)));

    private static IEnumerable<string> Table(RobustnessTable table, string column, Func<IReadOnlyList<double>, string> text)
    {
        yield return $"| {column} | {string.Join(" | ", table.Initial.Select(initial => RateText.Of(initial)))} |";
        yield return $"|---{string.Concat(table.Initial.Select(_ => "|---"))}|";
        foreach (var row in table.Rows) yield return $"| {row.Rule} | {string.Join(" | ", row.Cells.Select(text))} |";
    }

    private IEnumerable<string> Cost()
    {
        var table = Quadratic;
        int smooth = table.Initial.ToList().IndexOf(1);
        if (smooth <= 0) yield break;
        foreach (var row in table.Rows.Where(row => row.Rule != "GD 1/b0"))
            yield return $"- {row.Rule}, in gradients of b₀ = L: a decade below L "
                + $"{Times(row, smooth - 1, smooth)}{(smooth > 1 ? $", two decades below {Times(row, smooth - 2, smooth)}" : "")}.";
    }

    private static string Times(RobustnessRow row, int below, int smooth) =>
        Median(row.Cells[below]) is var cost && double.IsFinite(cost)
            ? $"{cost / Median(row.Cells[smooth]):G3} times" : "beyond the budget";

    private IEnumerable<string> Gaps()
    {
        yield return $"The gap f(mean x) - min f of lagged WNGrad on the mean of \\|a·x - y\\|, projected on a ball: the median of "
            + $"{Experiment.Starts} draws, the least and the most; behind it the recorded one.";
        yield return "";
        yield return $"| b₁ | {string.Join(" | ", Experiment.Times.Select(time => $"after {time:N0}"))} | bound |";
        yield return $"|---{string.Concat(Experiment.Times.Select(_ => "|---"))}|---|";
        for (int row = 0; row < Regret.Count; row++)
        {
            var recorded = RecordedFigures.Regret;
            string cells = string.Join(" | ", Experiment.Times.Select((_, time) => Gaps(row, time) is var gaps
                ? $"{gaps[gaps.Count / 2]:G2} ({gaps[0]:G2} to {gaps[^1]:G2}); {recorded.Figures[row][time]:G2}" : ""));
            yield return $"| {recorded.Initial[row]:G} | {cells} | {Regret[row][0][^1].Bound:G3} |";
        }
    }

    // Of an even number the upper one of the middle two; overflow counts as the most, where not all of them did.
    private static double Median(IReadOnlyList<double> cell) =>
        cell.Select(value => double.IsNaN(value) ? double.PositiveInfinity : value).Order().ElementAt(cell.Count / 2) is var median
        && double.IsPositiveInfinity(median) && cell.All(double.IsNaN) ? double.NaN : median;

    private static string Count(double gradients) => gradients switch
    {
        double.NaN => "overflow",
        double.PositiveInfinity => "∞",
        double.NegativeInfinity => "away",
        _ => gradients.ToString("N0", CultureInfo.InvariantCulture),
    };

    private static string Norm(double norm) =>
        double.IsNaN(norm) ? "diverged" : norm < 1e3 ? norm.ToString("G3", CultureInfo.InvariantCulture) : RateText.Of(norm);
}
