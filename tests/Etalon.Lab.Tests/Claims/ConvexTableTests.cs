using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Claims.WnGradConvex;

namespace Etalon.Lab.Tests.Claims;

/// <summary>
/// The claim of WNGrad's robustness on convex problems, with fewer columns and gradients: what does not fit into seconds is left to the
/// claim itself.
/// </summary>
public class ConvexTableTests
{
    private static readonly WnGradConvexExperiment Brief =
        new() { Ratios = [1e-2, 0.1, 1, 10, 100], Budget = 20_000, Regression = [1, 100], Times = [100, 1_000, 10_000] };

    // 5 rules on the quadratic, 3 where it is not convex (one of them only far below L, which is not run here), overflow, growth, the
    // bound, 3 gaps, 6 rules of the regression.
    [Fact]
    [Trait("speed", "slow")]
    public void The_recorded_tables_are_found_again()
    {
        List<string> told = [];
        var claim = new WnGradConvexClaim { Experiment = Brief };
        var report = claim.Reproduce(Run(told.Add));
        Assert.Equal(["quadratic done", "not convex done", "stochastic convex done", "least squares in batches done"], told);
        Assert.Same(claim, report.Claim);
        Assert.False(report.Holds);
        var missed = report.Checks.Where(check => !check.Holds).ToList();
        Assert.Equal(20, report.Checks.Count);
        Assert.Equal(["WNGrad look-ahead: not convex: the recorded numbers of gradients are within the spread of 30 starts"],
            missed.Select(check => check.Statement));
        Assert.Equal("0 of 0", missed[0].Measured);

        string text = string.Join('\n', report.Lines);
        Assert.Contains("| GD 1/b0 | overflow | overflow |", text, StringComparison.Ordinal);
        Assert.Contains("| WNGrad look-ahead | ∞ |", text, StringComparison.Ordinal);
        Assert.Contains("- WNGrad update-first, in gradients of b₀ = L: a decade below L ", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_spread_is_that_of_the_claims_number_of_starts()
    {
        var problem =
            Assert.Throws<InputException>(() => new WnGradConvexClaim { Experiment = Brief }.Reproduce(Run(_ => { }) with { Seeds = 31 }));
        Assert.Contains("--seeds 31", problem.Message, StringComparison.Ordinal);
        Assert.Contains("the spread over 30 starts", problem.Message, StringComparison.Ordinal);
    }

    // Nothing is written unless the report is told to.
    private static ClaimRun Run(Action<string> tell) =>
        new() { Folder = "none", Threads = 2, Report = tell, Cancellation = TestContext.Current.CancellationToken };

    [Fact]
    public void A_figure_outside_the_spread_or_the_factor_is_named()
    {
        var table = new RobustnessTable("", [0.1, 1, 10], [new("rule", [[double.NaN, double.NaN], [3, 5], [9, double.PositiveInfinity]])]);
        var check = new RecordedRow("rule", [0.1, 1, 10, 100], [[double.NaN], [6], [1e9], [1]]).Compare(table, "as recorded",
            new WnGradConvexExperiment().IsInSpread, hasDraws: true);
        Assert.Equal((false, "2 of 3; not at 1"), (check.Holds, check.Measured));

        // Of 30 draws the least and the most are outside the spread of the others, and twice the lower half are inside it.
        double[] draws = [.. Enumerable.Range(1, 30).Select(draw => (double)draw)];
        var many = new RecordedRow("rule", [1], [[31]]).Compare(new("", [1], [new("rule", [draws])]), "as recorded",
            new WnGradConvexExperiment().IsInSpread, hasDraws: true);
        Assert.Equal((2 / 30.0, 15 / 30.0), (many.Power.FailsTrue, many.Power.PassesFalse), (one, other) =>
            Math.Abs(one.Item1 - other.Item1) + Math.Abs(one.Item2 - other.Item2) < 1e-12);
        Assert.Equal(ClaimOutcome.Undecided, many.Outcome);

        Assert.True(WnGradConvexExperiment.IsNear([1, 8], [1.2, 10]));
        Assert.False(WnGradConvexExperiment.IsNear([1, 8], [1.2, 11]));
        Assert.True(WnGradConvexExperiment.IsNear([double.NaN], [5, double.NaN]));
        Assert.False(WnGradConvexExperiment.IsNear([double.NaN], [5, 7]));
        Assert.False(WnGradConvexExperiment.IsNear([1, 8], [1, double.NaN]));
    }

    // The bound at 100,000 steps was recorded as .0833 to .20 for b_1 from .01 to 1000; it depends on the norm of the rows, 1, and the ball
    // alone. (|D|^2 sqrt(2 T) + ...) / (2 T).
    [Theory]
    [InlineData(0.01, 0.085)]
    [InlineData(1, 0.083)]
    [InlineData(1000, 0.198)]
    public void The_stochastic_gap_falls_for_any_initial_b_and_the_bound_is_the_recorded_one(double initial, double bound)
    {
        var points = new StochasticRegret { Initial = initial }.Run([100, 1_000, 10_000, 100_000]);
        for (int i = 1; i < points.Count; i++) Assert.True(points[i].Gap < points[i - 1].Gap);
        Assert.Equal(bound, points[^1].Bound, 0.001);
        Assert.InRange(points[^1].Gap, 0, 0.006);
    }

    // In one dimension f is a sum of tents, so the minimum is at one of their tips.
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(9)]
    public void The_least_sum_of_deviations_is_that_of_the_best_tip(int seed)
    {
        var random = new System.Random(seed);
        double[][] rows = [.. Enumerable.Range(0, 25).Select(_ => (double[])[0.5 + random.NextDouble()])];
        double[] y = [.. rows.Select(_ => random.NextDouble() * 4 - 2)];
        double Mean(double x) => rows.Select((row, i) => Math.Abs(row[0] * x - y[i])).Average();
        double best = rows.Select((row, i) => Mean(y[i] / row[0])).Min();
        Assert.InRange(LeastDeviations.Minimum(rows, y), best - 1e-12, best + 1e-6);
    }
}
