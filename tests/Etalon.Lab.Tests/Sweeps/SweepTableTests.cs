using System.Text.Json.Nodes;
using Etalon.Lab.Sweeps;

namespace Etalon.Lab.Tests.Sweeps;

public sealed class SweepTableTests : IDisposable
{
    private const string Recipe = """
        duration: 3ep
        data: {set: digits, batch: 64, train: 250, test: 100}
        model: {name: mlp, hidden: [8]}
        learning_rate: 0.1
        """;

    private readonly TemporaryFolder _folder = new();

    private string Runs => Path.Combine(_folder.Path, "runs");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_row_has_the_mean_deviation_best_and_last_of_the_results_of_its_trials_and_the_best_row_is_first()
    {
        var (sweep, table) = Trained("over: {learning_rate: [1e-3, 0.1]}\nseeds: 3");
        Assert.Equal(["learning_rate=0.1", "learning_rate=1e-3"], table.Rows.Select(row => row.Configuration.Label));
        foreach (var row in table.Rows)
        {
            var results = row.Configuration.Trials.Select(trial => Result(sweep, trial)).ToList();
            double[] last = [.. results.Select(result => (double)result["test_accuracy"]!)];
            double mean = (last[0] + last[1] + last[2]) / 3;
            double squares = last.Sum(value => Math.Pow(value - mean, 2));
            Assert.Equal(mean, row.Value!.Mean, 12);
            Assert.Equal(mean, row.Last!.Mean, 12);
            Assert.Equal(Math.Sqrt(squares / 2), row.Value.StandardDeviation, 12);
            // 4.302653 is the 97.5 % point of Student's distribution with two degrees of freedom.
            Assert.Equal(4.302653 * Math.Sqrt(squares / 6), row.Value.Margin, 6);
            Assert.Equal(results.Average(result => (double)result["best_test_accuracy"]!), row.Best!.Mean, 12);
            Assert.Equal((3, 0, 0), (row.Scores.Count, row.Diverged, row.Missing));
        }
    }

    [Fact]
    public void A_comparison_is_of_the_differences_seed_by_seed_over_the_seeds_that_both_have()
    {
        var (sweep, _) = Trained("over: {learning_rate: [1e-3, 0.1, 0.05]}\nseeds: 4");
        // One seed of one configuration is gone.
        Directory.Delete(Path.Combine(Runs, "sweep", sweep.Configurations[0].Trials[2].Id), recursive: true);
        var table = SweepTable.Of(sweep, SweepFolder.Of(sweep, Runs));
        Assert.Equal(2, table.Comparisons.Count);
        var last = table.Comparisons.Single(comparison => comparison.Other.Configuration == sweep.Configurations[0]);
        double[] differences = [.. new ulong[] { 1, 2, 4 }.Select(seed => ValueOf(last.One, seed) - ValueOf(last.Other, seed))];
        Assert.Equal(3, last.Difference.Count);
        Assert.Equal(differences.Average(), last.Difference.Mean, 12);
        Assert.Equal(1, last.Other.Missing);
        Assert.All(table.Comparisons, comparison => Assert.InRange(comparison.CorrectedPValue, comparison.Difference.PValue, 1));
    }

    [Fact]
    public void Less_of_a_loss_is_better_and_its_last_best_and_middle_values_are_those_of_the_metrics()
    {
        var (sweep, table) = Trained("over: {learning_rate: [1e-3, 0.1]}\nmetric: {name: test/loss, at: 8}");
        Assert.Equal("learning_rate=0.1", table.Rows[0].Configuration.Label);
        string path = Path.Combine(Runs, "sweep", table.Rows[0].Configuration.Trials[0].Id, "metrics.jsonl");
        double[] losses = [.. File.ReadLines(path).Select(line => JsonNode.Parse(line)!).Select(line =>
            (double?)line["test/loss"]).OfType<double>()];
        // An evaluation after each of three epochs of four updates.
        Assert.Equal(3, losses.Length);
        Assert.Equal((losses[1], losses[2], losses.Min()), (table.Rows[0].Value!.Mean, table.Rows[0].Last!.Mean, table.Rows[0].Best!.Mean));
        Assert.Empty(table.Comparisons);
    }

    [Theory]
    [InlineData("test/acuracy", "did you mean test/accuracy?")]
    [InlineData("{name: test/loss, at: 7}", "has no test/loss after 7 updates; it has it after 4, 8, 12")]
    [InlineData("perplexity", "a run has no perplexity; it has test/accuracy, test/loss, train/loss")]
    [InlineData("fit/accuracy", "has no fit/accuracy; did you mean ")]
    public void A_metric_that_the_trials_do_not_have_is_refused_with_those_they_have(string metric, string said) =>
        Assert.Contains(said, Assert.Throws<InputException>(() => Trained($"metric: {metric}")).Message, StringComparison.Ordinal);

    [Fact]
    public void Diverged_trials_are_counted_beside_the_mean_and_a_row_without_values_is_last()
    {
        var (_, table) = Trained("over: {learning_rate: [1e30, 0.1]}\nseeds: 2");
        Assert.Equal(["learning_rate=0.1", "learning_rate=1e30"], table.Rows.Select(row => row.Configuration.Label));
        Assert.Equal((null, 2, 0), (table.Rows[1].Value, table.Rows[1].Diverged, table.Rows[1].Missing));
    }

    [Fact]
    public void Intervals_and_corrected_probabilities_are_those_of_the_formulas_by_hand()
    {
        var table = WithAccuracies("over: {learning_rate: [0.1, 0.05, 0.02]}\nseeds: 5",
            [0.95, 0.97, 0.96, 0.99, 0.98], [0.94, 0.95, 0.96, 0.97, 0.95], [0.90, 0.93, 0.92, 0.94, 0.91]);
        // mean 0.97, deviation sqrt(0.001 / 4), Student's 97.5 % point of 4 degrees of freedom 2.776445.
        var best = table.Rows[0].Value!;
        Assert.Equal([0.97, 0.015811388, 0.97 - 2.776445 * 0.015811388 / Math.Sqrt(5)],
            [best.Mean, best.StandardDeviation, best.Low], (one, other) => Math.Abs(one - other) < 1e-8);
        // Integrated numerically: t = 0.016 / (0.01140175 / sqrt(5)) and 0.05 / (0.01224745 / sqrt(5)).
        Assert.Equal([0.0349197, 0.000798997], table.Comparisons.Select(comparison => comparison.PValue),
            (one, other) => Math.Abs(one / other - 1) < 1e-5);
        Assert.Equal([0.0349197, 2 * 0.000798997], table.Comparisons.Select(comparison => comparison.CorrectedPValue),
            (one, other) => Math.Abs(one / other - 1) < 1e-5);
    }

    [Fact]
    public void Differences_that_are_all_the_same_have_no_probability_and_still_count_in_the_correction()
    {
        var table = WithAccuracies("over: {learning_rate: [0.1, 0.05, 0.02, 0.01]}\nseeds: 3",
            [0.95, 0.97, 0.96], [0.94, 0.96, 0.95], [0.90, 0.93, 0.91], [0.95, 0.97, 0.96]);
        var (same, lower, worse) = (table.Comparisons[0], table.Comparisons[1], table.Comparisons[2]);
        Assert.Equal((0, 1, 1), (same.Difference.Mean, same.PValue, same.CorrectedPValue));
        Assert.Equal(0.01, lower.Difference.Mean, 12);
        Assert.Equal((double.NaN, double.NaN, false), (lower.PValue, lower.CorrectedPValue, lower.IsSignificant));
        Assert.Equal(3 * worse.PValue, worse.CorrectedPValue, 12);
    }

    [Fact]
    public void A_metric_that_is_not_finite_is_part_of_no_mean_and_makes_no_row_the_first()
    {
        const string Text = "over: {learning_rate: [0.1, 0.05]}\nseeds: 3\nmetric: test/loss";
        var (sweep, before) = Trained(Text);
        // As a monitor writes it.
        var trial = before.Rows[1].Configuration.Trials[0];
        string metrics = Path.Combine(Runs, sweep.Name, trial.Id, "metrics.jsonl");
        string[] lines = File.ReadAllLines(metrics);
        var last = JsonNode.Parse(lines[^1])!;
        last["test/loss"] = "NaN";
        File.WriteAllLines(metrics, [.. lines[..^1], last.ToJsonString()]);
        var table = SweepTable.Of(sweep, SweepFolder.Of(sweep, Runs));
        Assert.Equal(before.Rows.Select(row => row.Configuration.Label), table.Rows.Select(row => row.Configuration.Label));
        Assert.Equal((2, 1, 0), (table.Rows[1].Value!.Count, table.Rows[1].NotFinite, table.Rows[1].Missing));
        // Its best is that of the evaluations before.
        var best = SweepTable.Of(sweep with { Metric = sweep.Metric with { Moment = MetricMoment.Best } }, SweepFolder.Of(sweep, Runs));
        Assert.All(best.Rows, row => Assert.True(row is { NotFinite: 0, Value.Count: 3 } && double.IsFinite(row.Value.Mean)));
    }

    private SweepTable WithAccuracies(string text, params double[][] accuracies)
    {
        var (sweep, _) = Trained(text);
        foreach (var (configuration, values) in sweep.Configurations.Zip(accuracies))
        {
            foreach (var (trial, value) in configuration.Trials.Zip(values))
            {
                var result = Result(sweep, trial);
                result["test_accuracy"] = value;
                File.WriteAllText(Path.Combine(Runs, sweep.Name, trial.Id, "result.json"), result.ToJsonString());
            }
        }
        return SweepTable.Of(sweep, SweepFolder.Of(sweep, Runs));
    }

    private static double ValueOf(SweepRow row, ulong seed) => row.Scores.Single(score => score.Seed == seed).Value;

    private JsonNode Result(Sweep sweep, Trial trial) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(Runs, sweep.Name, trial.Id, "result.json")))!;

    private (Sweep Sweep, SweepTable Table) Trained(string text)
    {
        File.WriteAllText(Path.Combine(_folder.Path, "small.yaml"), Recipe);
        var sweep = SweepReader.Read($"recipe: small.yaml\n{text}", Path.Combine(_folder.Path, "sweep.yaml"));
        SweepRun.Execute(SweepFolder.Of(sweep, Runs), new SweepOptions { Jobs = 2 }, _ => { }, TestContext.Current.CancellationToken);
        return (sweep, SweepTable.Of(sweep, SweepFolder.Of(sweep, Runs)));
    }
}
