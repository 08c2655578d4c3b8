using Etalon.Engine;
using Etalon.Engine.Tests.Ranks;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Lab.Tests.Runs;
using Etalon.Lab.Training;

namespace Etalon.Lab.Tests.Training;

/// <summary>Runs on several ranks, which are threads here: their folders are those of one process, to the byte.</summary>
public sealed class RankedRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string In(string name) => Path.Combine(_folder.Path, name);

    [Theory]
    [InlineData(2, 1, "model.norm=batch")]
    [InlineData(3, 2, "model.norm=batch")]
    [InlineData(4, 1, "model={name: preresnet-8, norm: group, width: 8}")]
    [InlineData(2, 1, "precision=float64")]
    // Its evaluations gather running statistics, on all ranks at the same updates.
    [InlineData(3, 1, "optimizer={name: schedule-free}")]
    // Its first step is measured by passes of its own.
    [InlineData(2, 1, "optimizer={name: wngrad, initial_unit: curvature}")]
    [InlineData(2, 1, "log={every: 3ba, monitors: 2ba, noise: 4ba}")]
    public void Any_number_of_ranks_leaves_the_folder_of_one_process(int ranks, int threads, string change)
    {
        string[] changes = change.StartsWith("optimizer", StringComparison.Ordinal)
            ? [change, "momentum=0", "weight_decay=0", "learning_rate=0.1"] : [change];
        string whole = SmallRun.Whole(In("whole"), changes);
        var results = ThreadCommunicator.Run(ranks, communicator =>
            SmallRun.Train(TrainingRun.Begin(SmallRun.Read(changes), In("ranks"), threads, ranks: communicator)));
        SmallRun.AssertSame(whole, Path.Combine(In("ranks"), "small"));
        Assert.All(results, result => Assert.Equal(results[0], result));
        Assert.Equal(ranks, results[0].Ranks);
    }

    [Fact]
    public void A_run_that_was_canceled_on_one_rank_resumes_on_another_number_to_the_bytes_of_a_whole_one()
    {
        string whole = SmallRun.Whole(In("whole")), run = Path.Combine(In("ranks"), "small");
        Stop(3, 10, communicator => TrainingRun.Begin(SmallRun.Read(), In("ranks"), 1, ranks: communicator));
        Assert.Equal(RunStatus.Interrupted, RunFolder.ResultOf(run)!.Status);
        Stop(2, 17, communicator => TrainingRun.Resume(run, 1, ranks: communicator));
        SmallRun.ResumedAndStopped(run, 21);
        ThreadCommunicator.Run(4, communicator => SmallRun.Train(TrainingRun.Resume(run, 1, ranks: communicator)));
        SmallRun.AssertSame(whole, run);
        // Nothing is left to train, on any rank.
        Assert.All(
            ThreadCommunicator.Run(2, communicator => SmallRun.Train(TrainingRun.Resume(run, 1, ranks: communicator))),
            result => Assert.Equal(RunStatus.Done, result.Status));
    }

    // The last rank is canceled, the others are told.
    private static void Stop(int ranks, long step, Func<Communicator, TrainingRun> open) =>
        ThreadCommunicator.Run(ranks, communicator =>
        {
            using var cancellation = new CancellationTokenSource();
            using var run = open(communicator);
            var stopped = Assert.ThrowsAny<OperationCanceledException>(() => run.Train(
                new SmallRun.Stopper { At = communicator.IsFirst ? step : -1, Stop = cancellation.Cancel }, cancellation.Token));
            Assert.Contains($"stopped after {step} of 28 updates", stopped.Message, StringComparison.Ordinal);
            return 0;
        });

    [Fact]
    public void A_fork_on_three_ranks_is_that_of_one_process()
    {
        string parent = SmallRun.Whole(In("parent"));
        string[] changes = ["name=fork", "duration=9ep", "weight_decay=0.001"];
        SmallRun.Train(TrainingRun.Fork(parent, 24, changes, In("one"), 1));
        ThreadCommunicator.Run(3, communicator =>
            SmallRun.Train(TrainingRun.Fork(parent, 24, changes, In("three"), 1, communicator)));
        SmallRun.AssertSame(Path.Combine(In("one"), "fork"), Path.Combine(In("three"), "fork"));
    }

    [Fact]
    public void A_run_that_diverges_says_so_on_every_rank_with_the_layer_of_one_process()
    {
        string[] changes = ["learning_rate=1e30", "model.norm=none"];
        var alone = Assert.Throws<DivergedException>(() => SmallRun.Whole(In("one"), changes));
        string[] messages = [.. ThreadCommunicator.Run(3, communicator => Assert.Throws<DivergedException>(
            () => SmallRun.Train(TrainingRun.Begin(SmallRun.Read(changes), In("ranks"), 1, ranks: communicator))).Message)];
        Assert.All(messages, message => Assert.Equal(alone.Message, message));
        Assert.Equal(RunStatus.Diverged, RunFolder.ResultOf(Path.Combine(In("ranks"), "small"))!.Status);
    }

    [Fact]
    public void Ranks_with_other_recipes_are_told_what_differs_before_anything_is_written()
    {
        var problems = Refused(3, communicator => SmallRun.Read(communicator.Rank == 2 ? ["data.batch=32", "seed=4"] : []));
        Assert.All(problems, said => Assert.Equal(problems[0], said));
        Assert.Contains("recipe.seed: rank 0 has 3, rank 2 has 4", problems[0]);
        Assert.Contains("recipe.data.batch: rank 0 has 64, rank 2 has 32", problems[0]);
        Assert.DoesNotContain(problems[0], problem => problem.Contains("rank 1", StringComparison.Ordinal));
    }

    [Fact]
    public void A_rank_with_a_bad_recipe_ends_all()
    {
        var problems = Refused(2, communicator => SmallRun.Read(communicator.Rank == 1 ? ["data.batch=0"] : []));
        Assert.All(problems, said => Assert.StartsWith("rank 1: override data.batch=0", Assert.Single(said), StringComparison.Ordinal));
    }

    [Fact]
    public void Data_of_another_content_is_refused()
    {
        var problems = Refused(2, communicator => SmallRun.Read(communicator.Rank == 1 ? ["data.train=249"] : []));
        Assert.Contains(problems[0], problem => problem.StartsWith("recipe.data.train: rank 0 has 250", StringComparison.Ordinal));
    }

    [Fact]
    public void More_ranks_than_a_batch_has_parts_are_refused()
    {
        var problems = Refused(3, _ => SmallRun.Read("data.batch=2"));
        Assert.All(problems, said => Assert.Equal(
            "data.batch = 2: a batch of 2 images is cut into 2 parts, and 3 ranks would share them; start at most 2 ranks, or take a "
            + "larger batch", Assert.Single(said)));
    }

    private IReadOnlyList<IReadOnlyList<string>> Refused(int ranks, Func<Communicator, ReadRecipe> read)
    {
        var problems = ThreadCommunicator.Run(ranks, communicator => Assert.Throws<InputException>(
            () => TrainingRun.Begin(
                RankAgreement.Make(communicator, () => read(communicator)), In("ranks"), 1, ranks: communicator)).Problems);
        Assert.False(Directory.Exists(In("ranks")));
        return problems;
    }
}
