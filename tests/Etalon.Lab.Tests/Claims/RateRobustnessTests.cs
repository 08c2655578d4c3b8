using Etalon.Lab.Claims.RateRobustness;
using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Data;
using Etalon.Lab.Models;
using Etalon.Lab.Training;

namespace Etalon.Lab.Tests.Claims;

/// <summary>The robustness experiment on the digits with a few updates, and the range of rates by hand.</summary>
public sealed class RateRobustnessTests : IDisposable
{
    private static readonly RateRobustnessExperiment Small = new()
    {
        Set = "digits",
        TrainCount = 400,
        TestCount = 100,
        Seeds = 2,
        Networks =
        [
            new("mlp", "MLP", new ModelSpec { Kind = ModelKind.Mlp, Hidden = [16], Norm = NormKind.None }, [0.01, 0.1, 1e20], Updates: 20,
                Batch: 16),
            new("cnn", "PreResNet-8", new ModelSpec { Kind = ModelKind.PreResNet, Depth = 8, Width = 2, Norm = NormKind.None },
                [0.01, 1000], Updates: 5, Batch: 16),
        ],
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string In(string name) => Path.Combine(_folder.Path, name);

    [Fact]
    public void Every_rule_is_run_at_every_rate_and_what_diverges_is_reported_as_such()
    {
        var report = new RateRobustnessClaim { Experiment = Small }.Reproduce(Run("report", _ => { }));
        report.Write(In("report"));
        // 9 rules, for a perceptron has no kernels, at 3 rates, and 10 at 2, with 2 seeds.
        Assert.Equal((9 * 3 + 10 * 2) * 2, Directory.GetFiles(In("report/kept")).Length);
        // Of each network finite, one for each scope, and none below.
        Assert.Equal((1 + 3 + 1) + (1 + 4 + 1), report.Checks.Count);

        string text = File.ReadAllText(In("report/report.md"));
        Assert.Contains("| SGD | the rate | ", text, StringComparison.Ordinal);
        Assert.Contains("2 of 6, at 1 of 3 rates from 1e20 on |", text, StringComparison.Ordinal);
        Assert.Contains("| diverged |", text, StringComparison.Ordinal);
        string picture = File.ReadAllText(In("report/picture.svg"));
        Assert.Contains("stroke-dasharray", picture, StringComparison.Ordinal);
        Assert.Contains("m0 -6", picture, StringComparison.Ordinal);
        Assert.Contains("\"has_diverged\": true", File.ReadAllText(In("report/measurements.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void An_interrupted_sweep_goes_on_and_finds_the_same_on_any_number_of_threads()
    {
        using var cancellation = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(
            () => new RateRobustnessClaim { Experiment = Small }.Reproduce(Run("report", _ => cancellation.Cancel(), cancellation.Token)));
        var before = Directory.GetFiles(In("report/kept")).ToDictionary(path => path, File.GetLastWriteTimeUtc);
        Assert.InRange(before.Count, 6, 93);
        var resumed = new RateRobustnessClaim { Experiment = Small }.Reproduce(Run("report", _ => { }));
        Assert.All(before, file => Assert.Equal(file.Value, File.GetLastWriteTimeUtc(file.Key)));
        var whole = new RateRobustnessClaim { Experiment = Small }.Reproduce(Run("whole", _ => { }) with { Threads = 1 });
        Assert.Equal(whole.Lines, resumed.Lines);
    }

    [Fact]
    public void Too_few_seeds_are_refused()
    {
        var problem = Assert.Throws<InputException>(
            () => new RateRobustnessClaim { Experiment = Small }.Reproduce(Run("none", _ => { }) with { Seeds = 1 }));
        Assert.Contains("--seeds 1", problem.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(In("none")));
    }

    // Rates 1, 10, 100, 1000 with accuracies 0.5, 0.9, 0.9, 0.1: at least 0.7 from the middle of the first decade to a quarter of the last.
    [Fact]
    public void A_range_ends_where_the_line_between_two_rates_crosses_the_height()
    {
        double[] rates = [1, 10, 100, 1000], accuracies = [0.5, 0.9, 0.9, 0.1];
        var range = UsableRange.Of(rates, accuracies, 0.7);
        Assert.Equal(Math.Sqrt(10), range.Low, 1e-9);
        Assert.Equal(Math.Pow(10, 2.25), range.High, 1e-9);
        Assert.Equal(1.75, range.Decades, 1e-12);

        Assert.Equal(new UsableRange(1, 1000, 3), UsableRange.Of(rates, accuracies, 0.1));
        Assert.Equal(0, UsableRange.Of(rates, accuracies, 0.95).Decades);
        Assert.True(double.IsNaN(UsableRange.Of(rates, accuracies, 0.95).High));
    }

    [Fact]
    public void What_is_missed_between_two_usable_rates_is_not_counted()
    {
        var range = UsableRange.Of([1, 10, 100], [0.9, 0.5, 0.9], 0.7);
        Assert.Equal((1, 100), (range.Low, range.High));
        Assert.Equal(1, range.Decades, 1e-12);
    }

    [Theory]
    [InlineData(1, 0.7, 177.8279410038923)]   // a quarter of the last decade
    [InlineData(0, 0.7, double.NaN)]
    [InlineData(0, 0.4, 421.6965034285822)]
    [InlineData(2, 0.9, 100)]
    [InlineData(3, 0.1, 1000)]
    public void A_height_is_kept_until_the_curve_first_falls_below_it(int from, double least, double end)
    {
        double[] rates = [1, 10, 100, 1000], accuracies = [0.5, 0.9, 0.9, 0.1];
        Assert.Equal(end, UsableRange.EndOf(rates, accuracies, least, from), 1e-9 * (double.IsNaN(end) ? 1 : end));
    }

    [Fact]
    public void A_gap_ends_what_is_kept() =>
    Assert.Equal(Math.Sqrt(10), UsableRange.EndOf([1, 10, 100, 1000], [0.9, 0.5, 0.9, 0.9], 0.7, 0), 1e-9);

    // SGD has 0.8 at 1 and 0.6 at 10: within two points up to 1.26. A decade above lies 12.6.
    [Theory]
    [InlineData(true, "to 54, SGD to 1.3: +1.6 decades; seed by seed +1.6, +1.6", 0.8, 0.8, 0.8, 0.6)]
    [InlineData(false, "to 1.3, SGD to 1.3: 0.0 decades; seed by seed 0.0, 0.0", 0.8, 0.6, 0.8, 0.8)]
    [InlineData(false, "not at 1, where SGD is best; seed by seed none, none", 0.7, 0.8, 0.8, 0.8)]
    public void Robust_is_what_keeps_the_best_of_SGD_without_a_gap_a_decade_above_SGD_itself(bool holds, string measured,
    params double[] accuracies)
    {
        var network = Small.Networks[0] with { Rates = [1, 10, 50, 100] };
        RuleCurve Curve(SweepRule rule, params double[] means) =>
            new(rule, network.Rates, [.. means.Select(mean => (IReadOnlyList<SweepOutcome>)[new(20, 1, 1, mean), new(20, 1, 1, mean)])],
                0.1);
        var check = RateRobustnessClaim.Judge(
            new NetworkRobustness(network, [Curve(SweepRule.Sgd, 0.8, 0.6, 0.1, 0.1), Curve(SweepRule.WnGrads[0], accuracies)]))
            .ElementAt(1);
        Assert.Equal((holds, measured), (check.Holds, check.Measured));
    }

    [Fact]
    public void What_counts_is_the_mean_of_looks_over_the_last_fifth()
    {
        var run = Small.Runs.First() with { Network = Small.Networks[0] with { Updates = 100 }, Rate = 0.1 };
        var recipe = Small.Recipe(run);
        var data = Small.Load();
        var outcome = RateRobustnessExperiment.Train(recipe, data, TestContext.Current.CancellationToken);

        using var trainer = new Trainer<float>(recipe, data, threads: 1);
        using var batches = new BatchPrefetcher<float>(trainer.TrainingBatches);
        List<double> losses = [], accuracies = [];
        while (!trainer.IsDone)
        {
            losses.Add(trainer.Update(batches.Next()).Batch.Loss);
            if (trainer.Step is 84 or 88 or 92 or 96 or 100) accuracies.Add(trainer.Evaluate().Accuracy);
        }
        Assert.Equal(100, outcome.Updates);
        Assert.Equal(accuracies.Average(), outcome.Accuracy, 1e-12);
        Assert.Equal(losses.TakeLast(20).Average(), outcome.Loss, 1e-12);
    }

    [Fact]
    public void A_run_that_diverged_counts_as_guessing_and_fails_the_check_of_finite_runs()
    {
        var network = Small.Networks[0];
        RuleCurve Curve(SweepRule rule, params double[] accuracies) => new(
            rule, network.Rates,
            [.. accuracies.Select(
                accuracy => (IReadOnlyList<SweepOutcome>)[double.IsNaN(accuracy) ? SweepOutcome.Diverged(3) : new(20, 1, 1, accuracy)])],
                0.1);
        var sgd = Curve(SweepRule.Sgd, 0.5, 0.8, double.NaN);
        Assert.Equal([0.5, 0.8, 0.1], sgd.Accuracies);
        Assert.Equal((1, 0.8, 0.1), (sgd.Diverged, sgd.Best, sgd.BestRate));

        var held = RateRobustnessClaim.Judge(new NetworkRobustness(network, [sgd, Curve(SweepRule.WnGrads[0], 0.5, 0.8, 0.8)])).ToList();
        Assert.All(held, check => Assert.True(check.Holds, check.Statement));
        var missed =
            RateRobustnessClaim.Judge(new NetworkRobustness(network, [sgd, Curve(SweepRule.WnGrads[0], 0.8, 0.8, double.NaN)])).ToList();
        Assert.All(missed, check => Assert.False(check.Holds, check.Statement));
        Assert.Equal("1 of 3 diverged; of SGD's 1 of 3, from rate 1e20 on", missed[0].Measured);
    }

    private ClaimRun Run(string name, Action<string> tell, CancellationToken? cancellation = null) =>
        new() { Folder = In(name), Threads = 2, Report = tell, Cancellation = cancellation ?? TestContext.Current.CancellationToken };
}
