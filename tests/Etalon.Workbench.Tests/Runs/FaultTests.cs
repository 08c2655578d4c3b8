using Etalon.Engine;
using Etalon.Lab.Data;
using Etalon.Lab.Runs;
using Etalon.Lab.Tests;
using Etalon.Lab.Tests.Runs;
using Etalon.Lab.Training;
using Etalon.Workbench.Commands;
using Etalon.Workbench.Tests.Commands;

namespace Etalon.Workbench.Tests.Runs;

/// <summary>What goes wrong around a run: a full disk, a folder that is gone or closed, another process.</summary>
public sealed class FaultTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string In(string name) => Path.Combine(_folder.Path, name);

    [Fact]
    public void A_full_disk_ends_the_run_with_a_message_and_the_last_good_checkpoint_goes_on_once_there_is_room()
    {
        string disk = In("disk");
        Directory.CreateDirectory(disk);
        Assert.SkipWhen(SmallRun.Execute("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk).Code != 0,
            "a small file system can only be mounted by root");
        try
        {
            string whole = SmallRun.Whole(In("whole")), filler = Path.Combine(disk, "filler");
            void Fill()
            {
                SpinWait.SpinUntil(() => File.Exists(new CheckpointFolder(Path.Combine(disk, "small")).PathOf(12)));
                using var file = new FileStream(filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
                var block = new byte[4096];
                try { while (true) file.Write(block); }
                catch (IOException) { }
            }
            var problem = Assert.ThrowsAny<IOException>(() =>
                SmallRun.Watch(
                    TrainingRun.Begin(SmallRun.Read(), disk, 2),
                    new SmallRun.Stopper { At = 13, Stop = Fill }, TestContext.Current.CancellationToken));
            Assert.Equal(ExitCode.Failed, Failure.Report(problem, TextWriter.Null));
            Assert.Contains("No space left", problem.Message, StringComparison.Ordinal);

            string run = Path.Combine(disk, "small");
            using (Checkpoint.Open(new CheckpointFolder(run).PathOf(12))) { }
            Assert.Empty(Directory.GetFiles(Path.Combine(run, "checkpoints"), "*.tmp"));
            File.Delete(filler);
            SmallRun.Resume(run);
            SmallRun.AssertSame(whole, run);
        }
        finally
        {
            SmallRun.Execute("umount", "-l", disk);
        }
    }

    [Fact]
    public void A_folder_deleted_while_training_ends_the_run_with_a_message_and_is_not_made_again()
    {
        string run = Path.Combine(In("runs"), "small");
        void Delete()
        {
            SpinWait.SpinUntil(() => File.Exists(new CheckpointFolder(run).PathOf(12)));
            Directory.Delete(run, recursive: true);
        }
        var problem = Assert.ThrowsAny<IOException>(() => SmallRun.Watch(
            TrainingRun.Begin(SmallRun.Read(), In("runs"), 2),
            new SmallRun.Stopper { At = 13, Stop = Delete }, TestContext.Current.CancellationToken));
        Assert.Contains(run, problem.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(run));
    }

    [Fact]
    public void A_folder_moved_while_training_ends_the_run_and_resumes_from_its_new_place()
    {
        string whole = SmallRun.Whole(In("whole")), run = Path.Combine(In("runs"), "small"), moved = In("moved");
        Assert.ThrowsAny<IOException>(() => SmallRun.Watch(
            TrainingRun.Begin(SmallRun.Read(), In("runs"), 2),
            new SmallRun.Stopper { At = 13, Stop = () => Directory.Move(run, moved) }, TestContext.Current.CancellationToken));
        SmallRun.Resume(moved);
        SmallRun.AssertSame(whole, moved);
    }

    [Fact]
    public void A_folder_that_may_no_longer_be_written_to_ends_the_run_with_a_message_and_resumes_once_it_may()
    {
        string whole = SmallRun.Whole(In("whole")), run = Path.Combine(In("runs"), "small"), checkpoints = Path.Combine(run, "checkpoints");
        var problem = Assert.ThrowsAny<IOException>(() => SmallRun.Watch(
            TrainingRun.Begin(SmallRun.Read(), In("runs"), 2),
            new SmallRun.Stopper { At = 13, Stop = () => Close(checkpoints) }, TestContext.Current.CancellationToken));
        try
        {
            Assert.Contains(checkpoints, problem.Message, StringComparison.Ordinal);
            Assert.Contains("the last good one is", problem.Message, StringComparison.Ordinal);
            Assert.Equal(ExitCode.Failed, Failure.Report(problem, TextWriter.Null));
        }
        finally
        {
            Open(checkpoints);
        }
        SmallRun.Resume(run);
        SmallRun.AssertSame(whole, run);
    }

    [Fact]
    public void Something_in_the_place_of_a_checkpoint_ends_the_run_with_a_message_and_harms_no_good_file()
    {
        string whole = SmallRun.Whole(In("whole")), run = Path.Combine(In("runs"), "small"), place = new CheckpointFolder(run).PathOf(16);
        var problem = Assert.ThrowsAny<IOException>(() => SmallRun.Watch(
            TrainingRun.Begin(SmallRun.Read(), In("runs"), 2),
            new SmallRun.Stopper { At = 13, Stop = () => Directory.CreateDirectory(Path.Combine(place, "full")) },
            TestContext.Current.CancellationToken));
        Assert.Contains("the checkpoint of update 16 could not be written", problem.Message, StringComparison.Ordinal);
        Directory.Delete(place, recursive: true);
        Assert.Empty(SmallRun.Resume(run));
        SmallRun.AssertSame(whole, run);
    }

    // Permissions do not bind root, who can make the folder read-only by a mount over itself instead; where neither binds, the test has
    // nothing to show.
    private static void Close(string folder)
    {
        bool isClosed = SmallRun.Execute("chmod", "a-w", folder).Code == 0 && !MayWrite(folder)
            || SmallRun.Execute("mount", "--bind", folder, folder).Code == 0
            && SmallRun.Execute("mount", "-o", "remount,bind,ro", folder).Code == 0 && !MayWrite(folder);
        Assert.SkipUnless(isClosed, "this user may write everywhere, and may not mount");
    }

    private static void Open(string folder)
    {
        SmallRun.Execute("umount", "-l", folder);
        SmallRun.Execute("chmod", "u+w", folder);
    }

    private static bool MayWrite(string folder)
    {
        string file = Path.Combine(folder, "may-i-write");
        bool may = SmallRun.Execute("touch", file).Code == 0;
        File.Delete(file);
        return may;
    }

    [Fact]
    public async Task Two_processes_on_one_run_are_refused_and_a_lock_file_without_its_process_is_not()
    {
        string run = Path.Combine(In("runs"), "small");
        using var process = ChildProcess.Start(["train", SmallRun.WriteRecipe(_folder.Path), "duration=5000ep", "--runs", In("runs")]);
        await process.Begun;
        var (code, _, error) = await Cli.Run("resume", run);
        Assert.Equal(ExitCode.BadInput, code);
        Assert.Contains("being trained by another process", error, StringComparison.Ordinal);

        process.Kill();
        await process.End(TestContext.Current.CancellationToken);
        Assert.True(File.Exists(Path.Combine(run, "lock")));
        using var reopened = RunFolder.Open(run, cancellation: TestContext.Current.CancellationToken);
    }

    [Fact]
    public void A_run_that_is_being_trained_can_be_looked_at_and_forked()
    {
        var (runs, seen, fork) = (In("runs"), -1, (RunResult?)null);
        void Look()
        {
            seen = RunListing.Of(runs).Count;
            fork = SmallRun.Train(
                TrainingRun.Fork(Path.Combine(runs, "small"), null, ["weight_decay=0"], In("forks"), 1));
        }
        SmallRun.Watch(
            TrainingRun.Begin(SmallRun.Read(), runs, 1),
            new SmallRun.Stopper { At = 13, Stop = Look }, TestContext.Current.CancellationToken);
        Assert.Equal((1, RunStatus.Done), (seen, fork!.Status));
    }

    [Fact]
    public void An_interruption_in_the_middle_of_an_evaluation_is_obeyed_at_once_and_the_evaluation_made_up_for()
    {
        string whole = SmallRun.Whole(In("whole")), run = SmallRun.Stopped(In("stopped"), 4);
        // Update 4 ends an epoch: stopped before its evaluation, so no line of it is there yet.
        Assert.DoesNotContain(RunSummary.Read(run).Metrics, line => line.ContainsKey("test/loss"));
        SmallRun.Resume(run);
        SmallRun.AssertSame(whole, run);
    }

    [Fact]
    public void An_evaluation_is_left_between_two_batches()
    {
        var data = DataCatalog.Load("digits");
        using var trainer = new Trainer<float>(SmallRun.Spec(), data, 1);
        var evaluation = new SplitEvaluation<float>(trainer.Network, data, data.Test, 64, Communicator.Alone);
        Assert.Throws<OperationCanceledException>(() => evaluation.Run(new CancellationToken(canceled: true)));
    }
}
