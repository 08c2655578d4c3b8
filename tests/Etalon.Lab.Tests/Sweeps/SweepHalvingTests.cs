using Etalon.Lab.Runs;
using Etalon.Lab.Sweeps;
using Etalon.Lab.Tests.Runs;
using Etalon.Lab.Training;

namespace Etalon.Lab.Tests.Sweeps;

public sealed class SweepHalvingTests : IDisposable
{
    private const string Rates = "learning_rate: [0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 0.0003]";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_best_third_at_each_rung_goes_on_the_rest_stops_there_and_who_ends_has_the_bytes_of_an_undisturbed_run()
    {
        var sweep = Read($"over: {{{Rates}}}\nseeds: 2\nhalving: {{factor: 3, from: 1ep}}\n");
        SweepRun.Execute(Folder(sweep), new SweepOptions { Jobs = 2 }, _ => { }, TestContext.Current.CancellationToken);
        var folder = Folder(sweep);
        Assert.True(folder.IsFinished);

        // By hand, from runs that nothing stopped: 2 of 7 after 4 updates, 1 of 2 after 12.
        var whole = sweep.Configurations.ToDictionary(configuration => configuration, configuration =>
            configuration.Trials.Select(trial => Whole(trial)).ToList());
        double At(SweepConfiguration configuration, long updates) => whole[configuration]
            .Average(run => MetricsFile.With("test/accuracy", Path.Combine(run, "metrics.jsonl"))
                .Single(line => line["step"] + 1 == updates)["test/accuracy"]);
        var second = sweep.Configurations.OrderByDescending(configuration => At(configuration, 4)).Take(2).ToList();
        var last = second.MaxBy(configuration => At(configuration, 12))!;

        // Which others went on when fewer had come to compare with depends on the order; the best always did.
        var states = folder.Trials.ToDictionary(state => state.Trial.Id);
        Assert.All(second.SelectMany(configuration => configuration.Trials), trial => Assert.True(states[trial.Id].Updates >= 12));
        Assert.All(last.Trials, trial => Assert.Equal(TrialStatus.Done, states[trial.Id].Status));
        Assert.All(folder.Trials, trial => Assert.Contains(trial.Updates, (long[])[4, 12, 28]));
        Assert.Contains(folder.Trials, trial => trial.Updates == 4);
        foreach (var configuration in sweep.Configurations)
            foreach (var (trial, run) in configuration.Trials.Zip(whole[configuration]))
                if (states[trial.Id].Status == TrialStatus.Done) SmallRun.AssertSame(run, states[trial.Id].Path);

        // Nothing is left to do, and nothing is done.
        var ended = new List<TrialState>();
        SweepRun.Execute(folder, new SweepOptions(), ended.Add, TestContext.Current.CancellationToken);
        Assert.Empty(ended);
        var table = SweepTable.Of(sweep, folder);
        Assert.Equal(last, table.Rows[0].Configuration);
        Assert.All(table.Rows.Where(row => row.Scores.Count == 0), row => Assert.Contains(row.StoppedAfter, (long?[])[4, 12]));
    }

    [Fact]
    public void One_worker_gives_each_rung_the_places_that_the_rule_says()
    {
        var sweep = Read($"over: {{{Rates}}}\nhalving: {{factor: 3, from: 1ep}}\n");
        SweepRun.Execute(Folder(sweep), new SweepOptions(), _ => { }, TestContext.Current.CancellationToken);
        var folder = Folder(sweep);
        // The first three, in the order of the file, decide who of them goes on.
        int beyond = folder.Trials.Count(trial => trial.Updates > 4);
        Assert.InRange(beyond, 2, 4);
        Assert.InRange(folder.Count(TrialStatus.Done), 1, 2);
    }

    [Theory]
    [InlineData("over: {learning_rate: [0.1, 0.2]}", "{factor: 1, from: 1ep}", "halving.factor = 1: must be from 2 to 100")]
    [InlineData("over: {learning_rate: [0.1, 0.2]}", "{factor: 3}", "halving.from is missing; write how long all configurations train")]
    [InlineData("over: {learning_rate: [0.1, 0.2]}", "{factor: 3, from: 7ep}", "is 28 updates, and the run has 28: no rung is left")]
    [InlineData("over: {learning_rate: [0.1, 0.2]}", "{factor: 3, from: 3ba}",
        "the rung of 3 updates has no evaluation, which comes every 4")]
    [InlineData("over: {duration: [7ep, 14ep]}", "{factor: 3, from: 1ep}", "needs configurations with the same number of updates")]
    [InlineData("over: {learning_rate: [[{warmup: {peak: 0.1, for: 2ep}}, {cosine: {from: 0.1, to: 0}}]]}", "{factor: 3, from: 1ep}",
        "the learning rate still rises at the rung of 4 updates, so that it would judge the warm-up")]
    [InlineData("over: {auto_decay: [{factor: 0.1}]}", "{factor: 3, from: 1ep}", "auto_decay ends stages and runs by the loss")]
    [InlineData("over: {learning_rate: [0.1, 0.2]}\nmetric: train/loss", "{factor: 3, from: 1ep}", "a rung is judged by an evaluation")]
    [InlineData("over: {learning_rate: [0.1, 0.2]}\nmetric: {name: test/loss, at: 4}", "{factor: 3, from: 1ep}", "take last or best")]
    public void What_a_prefix_of_a_run_cannot_judge_is_refused_with_the_reason(string over, string halving, string reason)
    {
        string message = Assert.Throws<InputException>(() => Read($"{over}\nhalving: {halving}\n")).Message;
        Assert.Contains(reason, message, StringComparison.Ordinal);
        Assert.Matches(@"sweep\.yaml:\d+:\d+: halving", message);
    }

    [Theory]
    [InlineData("test/acc", "metric.name = test/acc: a run has no test/acc; did you mean test/accuracy?")]
    [InlineData("perplexity", "metric.name = perplexity: a run has no perplexity; it has test/accuracy, test/loss, train/loss")]
    public void A_metric_that_no_run_has_is_refused_before_anything_trains(string metric, string said)
    {
        string message = Assert.Throws<InputException>(() =>
            Read($"over: {{{Rates}}}\nmetric: {metric}\nhalving: {{factor: 2, from: 1ep}}\n")).Message;
        Assert.Contains(said, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_metric_that_these_runs_do_not_have_is_refused_at_the_first_rung()
    {
        // Only data with tags has it, and that is not known before.
        var sweep = Read("over: {learning_rate: [0.1, 0.2]}\nmetric: fit/loss\nhalving: {factor: 2, from: 1ep}\n");
        string message = Assert.Throws<InputException>(() =>
            SweepRun.Execute(Folder(sweep), new SweepOptions(), _ => { }, TestContext.Current.CancellationToken)).Message;
        Assert.Contains("has no fit/loss; it has ", message, StringComparison.Ordinal);
        Assert.Equal(4, Folder(sweep).Trials.Max(trial => trial.Updates));
    }

    [Fact]
    public void The_work_of_halving_is_known_before()
    {
        var sweep = Read($"over: {{{Rates}}}\nhalving: {{factor: 3, from: 1ep}}\n");
        // 7 to 4, 2 of them to 12, 1 of these to 28.
        Assert.Equal(7 * 4 + 2 * 8 + 1 * 16, sweep.Halving!.UpdatesOf(7, sweep.Trials.First().Recipe));
    }

    private Sweep Read(string text)
    {
        SmallRun.WriteRecipe(_folder.Path);
        return SweepReader.Read($"recipe: small.yaml\n{text}", Path.Combine(_folder.Path, "sweep.yaml"));
    }

    private SweepFolder Folder(Sweep sweep) => SweepFolder.Of(sweep, Path.Combine(_folder.Path, "runs"));

    private string Whole(Trial trial)
    {
        string runs = Path.Combine(_folder.Path, "whole", trial.Id);
        SmallRun.Train(TrainingRun.Begin(trial.Read, runs, 1));
        return Path.Combine(runs, "small");
    }
}
