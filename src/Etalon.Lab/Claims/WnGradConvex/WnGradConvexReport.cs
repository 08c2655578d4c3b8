using System.Globalization;
using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.WnGradConvex;

/// <summary>What <see cref="WnGradConvexExperiment"/> measured, and whether it is what was recorded.</summary>
public sealed record WnGradConvexReport
{
    /// <summary>What was run.</summary>
    public required WnGradConvexExperiment Tables { get; init; }

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

    /// <summary>What must hold.</summary>
    public IReadOnlyList<ClaimCheck> Checks =>
    [
        .. RecordedFigures.Quadratic.Select(row => row.Compare(Quadratic, $"quadratic: the recorded numbers of gradients are within the spread of {Tables.Starts} starts", Tables.IsInSpread)),
        .. RecordedFigures.NotConvex.Select(row => row.Compare(NotConvex, $"not convex: the recorded numbers of gradients are within the spread of {Tables.Starts} starts", Tables.IsInSpread)),
        NeverDiverges(),
        GrowsAsRecorded(),
        HasBound(),
        .. RecordedFigures.Regret.Initial.Select((_, row) => GapsAsRecorded(row)),
        .. RecordedFigures.Regression.Select(row => row.Compare(Regression, $"least squares in batches: the recorded norms are within a factor of {WnGradConvexExperiment.RegressionFactor} of ours", WnGradConvexExperiment.IsNear)),
    ];

    private ClaimCheck NeverDiverges()
    {
        string[] rules = [.. new[] { StepRule.LookAhead, StepRule.UpdateFirst, StepRule.Lagged }.Select(rule => rule.Name)];
        int all = 0, overflown = 0;
        foreach (var cell in new[] { Quadratic, NotConvex }.SelectMany(table => rules.SelectMany(rule => table[rule].Cells)))
        {
            all += cell.Count;
            overflown += cell.Count(double.IsNaN);
        }
        return new("WNGrad never overflows on a batch problem, in any order", overflown == 0, $"{overflown} of {all} runs; of gradient descent's {Quadratic["GD 1/b0"].Cells.Sum(cell => cell.Count(double.IsNaN))} on the quadratic alone");
    }

    // Recorded: 447.22, 100 (0.01 + 1/0.01 to the digits given) and 458.3.
    private ClaimCheck GrowsAsRecorded() => new(
        "constant noise: b is 447.22 from 1 after 100,000 steps, 100 from 0.01 after one and 458.3 after 100,000, to the digits given",
        Math.Abs(Noise[0] - 447.22) <= 0.005 && Math.Abs(Noise[1] - 100) <= 0.5 && Math.Abs(Noise[2] - 458.3) <= 0.05,
        string.Join(", ", Noise.Select(b => b.ToString("F2", CultureInfo.InvariantCulture))));

    private ClaimCheck HasBound()
    {
        var points = Regret.SelectMany(draws => draws).SelectMany(draw => draw).ToList();
        return new(
            "stochastic convex: the regret and the gap are within the bound at each time, on each draw, for each b_1",
            points.All(point => point.SampledGap <= point.Bound && point.Gap <= point.Bound),
            $"{points.Count(point => point.SampledGap <= point.Bound && point.Gap <= point.Bound)} of {points.Count}; closest: {points.Max(point => Math.Max(point.SampledGap, point.Gap) / point.Bound):F2} of the bound");
    }

    private ClaimCheck GapsAsRecorded(int row)
    {
        var recorded = RecordedFigures.Regret.Figures[row].Take(Tables.Times.Count).ToList();
        double[] medians = [.. recorded.Select((_, time) => Gaps(row, time)[Tables.Starts / 2])];
        return new(
            $"stochastic convex, b_1 = {RecordedFigures.Regret.Initial[row]:G}: the recorded gaps after {string.Join(", ", Tables.Times.Select(time => $"{time}"))} steps are within a factor of {WnGradConvexExperiment.RegretFactor} of the median of {Tables.Starts} draws",
            medians.Zip(recorded, (median, figure) => WnGradConvexExperiment.IsWithin(WnGradConvexExperiment.RegretFactor, median, figure)).All(isNear => isNear),
            $"{string.Join(", ", medians.Select(median => median.ToString("G2", CultureInfo.InvariantCulture)))}; recorded {string.Join(", ", recorded.Select(figure => figure.ToString("G2", CultureInfo.InvariantCulture)))}");
    }
}
