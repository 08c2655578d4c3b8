using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Lab.Tests.Runs;
using Etalon.Lab.Training;

namespace Etalon.Lab.Tests.Training;

public sealed class AutoDecayTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // A window of 5 and two slow epochs in a row: after the fifth and the sixth.
    [Fact]
    public void A_loss_that_stays_ends_each_stage_after_six_epochs_and_the_third_ends_the_run()
    {
        var decay = new AutoDecay(new AutoDecaySpec());
        Assert.Equal([6, 12, 18], StageEnds(decay, 30, _ => 1));
        Assert.Equal((true, 0.01), (decay.HasEnded, Math.Round(decay.Factor, 12)));
    }

    [Theory]
    [InlineData(0.95, null)] // 5 % an epoch: never slow, and two windows differ by far more than their spread
    [InlineData(0.995, 6)] // half a percent is below the tolerance of one
    public void A_stage_ends_when_the_loss_falls_by_less_than_the_tolerance(double factor, int? end) =>
        Assert.Equal(end,
            StageEnds(new AutoDecay(new AutoDecaySpec()), 40, epoch => Math.Pow(factor, epoch)).Cast<int?>().FirstOrDefault());

    // 1, 0.9, 1, 0.9, ...: with a tolerance of 0 the line over an odd window rises and falls by turns, so patience never runs out; the
    // means of two windows of 5 differ by 0.02 at a standard error of 0.035.
    [Fact]
    public void Two_windows_that_a_test_does_not_tell_apart_end_a_stage_too()
    {
        var spec = new AutoDecaySpec { Tolerance = 0, Patience = 3 };
        double Loss(int epoch) => epoch % 2 == 0 ? 1 : 0.9;
        Assert.Equal(10, StageEnds(new AutoDecay(spec), 40, Loss)[0]);
        Assert.Empty(StageEnds(new AutoDecay(spec with { Significance = 1, Patience = 9 }), 40, Loss));
    }

    [Fact]
    public void An_epochs_loss_is_the_mean_over_its_images()
    {
        var decay = new AutoDecay(new AutoDecaySpec { Window = 3, Shortest = 1, Patience = 1, Stages = 1 });
        for (int epoch = 0; epoch < 3; epoch++)
        {
            // 100 images of 1 and 50 of 4: 2 in every epoch, though the order of the batches changes.
            decay.Updated(epoch == 1 ? 200 : 100, epoch == 1 ? 50 : 100, endsEpoch: false);
            decay.Updated(epoch == 1 ? 100 : 200, epoch == 1 ? 100 : 50, endsEpoch: true);
        }
        Assert.True(decay.HasEnded);
    }

    [Fact]
    public void A_run_multiplies_the_rate_ends_early_and_is_done()
    {
        string run = SmallRun.Whole(_folder.Path, "learning_rate=0.01",
            "auto_decay={window: 3, shortest: 1, patience: 1, tolerance: 0.99, stages: 2}", "log.every=1ba");
        var summary = RunSummary.Read(run);
        // Of 7 epochs: stage 0 ends with epoch 3, stage 1 with epoch 6.
        Assert.Equal((RunStatus.Done, 24L), (summary.Status, summary.Result!.Steps));
        double[] rates = [.. summary.Metrics.Where(line => line.ContainsKey("lr")).Select(line => line["lr"])];
        Assert.Equal([.. Enumerable.Repeat(0.01, 12), .. Enumerable.Repeat(0.001, 12)], rates.Select(rate => Math.Round(rate, 12)));
        Assert.Equal(6, summary.Metrics.Last(line => line.ContainsKey("test/accuracy"))["epoch"]);
        Assert.Contains(24, new CheckpointFolder(run).Steps());
    }

    [Fact]
    public void A_run_with_it_resumes_to_the_bit_and_keeps_the_ends_of_its_stages() => ResumesAndKeeps(5, 14, 23);

    // Before the evaluation of the stage's last epoch is done.
    [Fact]
    public void A_run_that_is_interrupted_at_the_end_of_a_stage_keeps_it_all_the_same() => ResumesAndKeeps(12);

    private void ResumesAndKeeps(params int[] stops)
    {
        string[] overrides = ["learning_rate=0.01", "auto_decay={window: 3, shortest: 1, patience: 1, tolerance: 0.99, stages: 2}",
            "checkpoint={every: 1ba, keep: stages}"];
        string whole = SmallRun.Whole(Path.Combine(_folder.Path, "whole"), overrides),
            run = SmallRun.Stopped(Path.Combine(_folder.Path, "stopped"), stops[0], overrides);
        foreach (int stop in stops.Skip(1)) SmallRun.ResumedAndStopped(run, stop);
        SmallRun.Resume(run);
        SmallRun.AssertSame(whole, run);
        Assert.Contains(12, new CheckpointFolder(whole).Steps());
        Assert.Contains(12, new CheckpointFolder(run).Steps());
    }

    [Fact]
    public void The_ends_of_the_stages_of_a_schedule_are_kept_and_can_be_opened()
    {
        string run = SmallRun.Whole(_folder.Path, "learning_rate={steps: {start: 0.1, at: [2ep, 4ep], factor: 0.5}}",
            "checkpoint={every: 1ba, keep: stages}");
        Assert.Subset(new CheckpointFolder(run).Steps().ToHashSet(), new HashSet<long> { 8, 16, 27, 28 });
        using var trainer = RestoredTrainer.Open<float>(run, 8, threads: 1);
        Assert.Equal(8, trainer.Step);
        Assert.Contains("no checkpoint after update 9",
            Assert.Throws<InputException>(() => RestoredTrainer.Open<float>(run, 9, threads: 1)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "duration=9ep")]
    [InlineData(12L, "auto_decay.stages=1")]
    public void A_fork_to_which_no_stage_is_left_is_refused_with_what_would_help(long? at, string change)
    {
        string run = Staged();
        var refused = Assert.Throws<InputException>(() => Fork(run, at, [change, "name=fork"]));
        Assert.Matches(
            "^auto_decay.stages = [12]: after update (24|12) the parent had ended (2 stages|its first stage), so the fork would train "
            + "nothing; write auto_decay.stages=[23] or more", refused.Message);
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "fork")));
    }

    [Fact]
    public void A_fork_with_a_further_stage_goes_on_at_its_rate_and_one_without_the_controller_says_where_the_rate_goes()
    {
        string run = Staged();
        Assert.Equal(28, Fork(run, null, ["auto_decay.stages=3", "name=more"]).Steps);
        Assert.Equal(1e-4, RunSummary.Read(Path.Combine(_folder.Path, "more")).Metrics.Last(line => line.ContainsKey("lr"))["lr"], 1e-12);
        using var fork = TrainingRun.Fork(run, null, ["auto_decay=null", "name=without"], _folder.Path, 1);
        Assert.Contains(
            "auto_decay had multiplied the parent's rate by 0.1; the fork leaves it out and goes on at the schedule's own rate, 0.01",
            fork.Notes);
    }

    // Its two stages end with epochs 3 and 6 of 7.
    private string Staged() =>
        SmallRun.Whole(_folder.Path, "learning_rate=0.01", "auto_decay={window: 3, shortest: 1, patience: 1, tolerance: 0.99, stages: 2}",
            "checkpoint={every: 1ep, keep: stages}");

    private RunResult Fork(string run, long? at, string[] changes) => SmallRun.Train(TrainingRun.Fork(run, at, changes, _folder.Path, 1));

    private static List<int> StageEnds(AutoDecay decay, int epochs, Func<int, double> loss)
    {
        var ends = new List<int>();
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            int before = decay.Stage;
            decay.Updated(10 * loss(epoch), 10, endsEpoch: true);
            if (decay.Stage > before) ends.Add(epoch + 1);
        }
        return ends;
    }
}
