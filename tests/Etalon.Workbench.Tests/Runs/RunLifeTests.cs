using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Etalon.Lab;
using Etalon.Lab.Data;
using Etalon.Lab.Runs;
using Etalon.Lab.Tests;
using Etalon.Lab.Tests.Runs;
using Etalon.Lab.Training;
using Etalon.Workbench.Tests.Commands;

namespace Etalon.Workbench.Tests.Runs;

/// <summary>The life of a run's folder: from what moment it is a run, whose it is, what goes and what stays.</summary>
public sealed partial class RunLifeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string In(string name) => Path.Combine(_folder.Path, name);

    [Fact]
    public void All_that_keeps_a_fork_from_its_parent_is_told_at_once()
    {
        string run = SmallRun.Stopped(In("runs"), 8);
        // The run was left after its update 8 of 28: one epoch is 4.
        var refused = Assert.Throws<InputException>(
            () => TrainingRun.Fork(run, null, ["duration=1ep", "optimizer.name=wngrad", "momentum=0"], In("forks"), 1));
        Assert.Equal(2, refused.Problems.Count);
        Assert.StartsWith("the checkpoint holds the state after update 8", refused.Problems[0], StringComparison.Ordinal);
        Assert.StartsWith("optimizer.name: ", refused.Problems[1], StringComparison.Ordinal);

        refused = Assert.Throws<InputException>(() => TrainingRun.Fork(run, 99, ["weight_decay=-1", "lerning=1"], In("forks"), 1));
        Assert.Equal(3, refused.Problems.Count);
        Assert.Contains(refused.Problems, problem => problem.Contains("weight_decay = -1", StringComparison.Ordinal));
        Assert.Contains(refused.Problems, problem => problem.Contains("lerning: unknown key", StringComparison.Ordinal));
        Assert.Contains("has no checkpoint after update 99", refused.Problems[2], StringComparison.Ordinal);
        Assert.False(Directory.Exists(In("forks")));
    }

    [Fact]
    public void Nobody_sees_a_run_before_its_first_checkpoint_and_nothing_stays_where_that_fails()
    {
        string runs = In("runs");
        void Fail(CheckpointFolder checkpoints)
        {
            Assert.Empty(RunListing.Of(runs));
            Assert.False(Directory.Exists(Path.Combine(runs, "small")));
            throw new IOException("no room");
        }
        Assert.Throws<IOException>(() => RunFolder.Create(runs, SmallRun.Read(), DataCatalog.Load("digits"), Fail));
        Assert.Empty(Directory.EnumerateFileSystemEntries(runs));
    }

    [Fact]
    public void What_a_killed_process_left_of_a_run_that_it_made_goes_with_the_next_run_and_what_another_is_making_stays()
    {
        string runs = In("runs"), dead = Path.Combine(runs, ".unfinished-1"), empty = Path.Combine(runs, ".unfinished-2"),
            living = Path.Combine(runs, ".unfinished-3");
        foreach (string path in (string[])[dead, empty, living]) Directory.CreateDirectory(path);
        File.WriteAllText(Path.Combine(dead, "lock"), "");
        File.WriteAllText(Path.Combine(dead, "resolved.json"), "{");
        using var held = RunLock.TryTake(living, cancellation: TestContext.Current.CancellationToken);
        using var made = RunFolder.Create(runs, SmallRun.Read(), DataCatalog.Load("digits"), _ => { });
        Assert.Equal([living, Path.Combine(runs, "small")], Directory.GetDirectories(runs).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Runs_of_one_name_made_at_once_get_names_of_their_own()
    {
        var (recipe, data, runs) = (SmallRun.Read(), DataCatalog.Load("digits"), In("runs"));
        Parallel.For(0, 8, _ => RunFolder.Create(runs, recipe, data, _ => { }).Dispose());
        Assert.Equal(["small", .. Enumerable.Range(2, 7).Select(i => $"small-{i}")],
            Directory.GetDirectories(runs).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_fork_without_a_checkpoint_is_refused_and_the_fork_that_the_message_names_is_the_same()
    {
        string run = SmallRun.Whole(In("runs"));
        SmallRun.Train(
            TrainingRun.Fork(run, 24, ["duration=9ep", "learning_rate=0.01"], In("forks"), 1));
        string fork = Path.Combine(In("forks"), "small"), killed = Path.Combine(In("killed"), "small");
        Copy(fork, killed);
        Directory.Delete(Path.Combine(killed, "checkpoints"), recursive: true);
        File.Delete(Path.Combine(killed, "result.json"));
        File.WriteAllText(Path.Combine(killed, "metrics.jsonl"), "");
        string message = Assert.Throws<InputException>(() => SmallRun.Resume(killed)).Message;
        Assert.EndsWith($"fork again: etalon fork {run} --at 24 \"duration=9ep\" \"learning_rate=0.01\"", message,
            StringComparison.Ordinal);
        SmallRun.Train(
            TrainingRun.Fork(run, 24, ["duration=9ep", "learning_rate=0.01"], In("again"), 1));
        SmallRun.AssertSame(fork, Path.Combine(In("again"), "small"));
    }

    [Fact]
    public void A_fresh_run_with_metrics_but_no_checkpoint_yet_begins_anew()
    {
        string whole = SmallRun.Whole(In("whole")), run = SmallRun.Stopped(In("stopped"), 3);
        Directory.Delete(Path.Combine(run, "checkpoints"), recursive: true);
        Assert.NotEmpty(File.ReadAllText(Path.Combine(run, "metrics.jsonl")));
        Assert.Contains("begins anew", Assert.Single(SmallRun.Resume(run)), StringComparison.Ordinal);
        SmallRun.AssertSame(whole, run);
    }

    [Fact]
    public void A_trainer_whose_folder_was_replaced_by_a_new_run_ends_and_leaves_that_one_alone()
    {
        string whole = SmallRun.Whole(In("whole")), run = Path.Combine(In("runs"), "small"), theirs = "";
        void Replace()
        {
            Directory.Delete(run, recursive: true);
            SmallRun.Whole(In("runs"));
            theirs = Digest(run);
        }
        var problem = Assert.Throws<IOException>(() => SmallRun.Watch(
            TrainingRun.Begin(SmallRun.Read("seed=4"), In("runs"), 1),
            new SmallRun.Stopper { At = 13, Stop = Replace }, TestContext.Current.CancellationToken));
        Assert.Contains($"{run} was deleted, moved or replaced", problem.Message, StringComparison.Ordinal);
        Assert.Equal(theirs, Digest(run));
        SmallRun.AssertSame(whole, run);
    }

    [Fact]
    public void A_trainer_whose_folder_was_replaced_by_a_copy_of_itself_ends_too()
    {
        string run = Path.Combine(In("runs"), "small"), copy = "";
        void Replace()
        {
            Copy(run, In("copy"));
            Directory.Delete(run, recursive: true);
            Directory.Move(In("copy"), run);
            copy = Digest(run);
        }
        Assert.Throws<IOException>(() => SmallRun.Watch(
            TrainingRun.Begin(SmallRun.Read(), In("runs"), 1),
            new SmallRun.Stopper { At = 13, Stop = Replace }, TestContext.Current.CancellationToken));
        Assert.Equal(copy, Digest(run));
    }

    [Theory]
    [InlineData("checkpoints")]
    [InlineData("metrics.jsonl")]
    public void A_trainer_with_a_link_to_another_run_in_the_place_of_its_files_ends_and_leaves_that_one_alone(string name)
    {
        string run = Path.Combine(In("runs"), "small"), other = SmallRun.Whole(In("other")), theirs = Digest(other);
        void Replace()
        {
            Directory.Move(Path.Combine(run, name), In("moved"));
            File.CreateSymbolicLink(Path.Combine(run, name), Path.Combine(other, name));
        }
        var problem = Assert.Throws<IOException>(() => SmallRun.Watch(
            TrainingRun.Begin(SmallRun.Read("seed=4"), In("runs"), 1),
            new SmallRun.Stopper { At = 13, Stop = Replace }, TestContext.Current.CancellationToken));
        Assert.Contains($"{Path.Combine(run, name)} was deleted, moved or replaced", problem.Message, StringComparison.Ordinal);
        Assert.Equal(theirs, Digest(other));
        File.Delete(Path.Combine(run, name));
        Directory.Move(In("moved"), Path.Combine(run, name));
        SmallRun.Resume(run);
        SmallRun.AssertSame(SmallRun.Whole(In("whole"), "seed=4"), run);
    }

    [Fact]
    public void Only_what_a_run_itself_leaves_unfinished_is_cleared_away()
    {
        string run = SmallRun.Stopped(In("runs"), 13);
        string[] ours = ["result.json.4711.tmp", "checkpoints/step-14.safetensors.tmp"],
            theirs = ["notes.tmp", "result.json.old.tmp", "checkpoints/mine.tmp", "checkpoints/step-x.safetensors.tmp"];
        foreach (string name in ours.Concat(theirs)) File.WriteAllText(Path.Combine(run, name), "text");
        SmallRun.Resume(run);
        Assert.All(ours, name => Assert.False(File.Exists(Path.Combine(run, name))));
        Assert.All(theirs, name => Assert.Equal("text", File.ReadAllText(Path.Combine(run, name))));
    }

    [Fact]
    public void Checkpoints_that_a_kill_left_while_they_were_cleared_go_also_where_all_updates_are_done()
    {
        string whole = SmallRun.Whole(In("whole")), run = Path.Combine(In("killed"), "small");
        Copy(whole, run);
        var checkpoints = new CheckpointFolder(run);
        File.Copy(checkpoints.PathOf(24), checkpoints.PathOf(2));
        File.Delete(Path.Combine(run, "result.json"));
        SmallRun.Resume(run);
        Assert.Equal(new CheckpointFolder(whole).Steps(), checkpoints.Steps());
        Assert.Equal(RunStatus.Done, RunSummary.Read(run).Status);
    }

    [Fact]
    public void A_damaged_checkpoint_that_was_passed_over_takes_the_place_of_no_good_one()
    {
        string run = SmallRun.Stopped(In("runs"), 15);
        var checkpoints = new CheckpointFolder(run);
        File.WriteAllText(checkpoints.PathOf(15), "damaged");
        SmallRun.ResumedAndStopped(run, 17);
        // After 16 updates and at the stop; 15 is gone, and the best may be there besides.
        Assert.Equal([17L, 16L], checkpoints.Steps().Take(2));
        Assert.DoesNotContain(15L, checkpoints.Steps());
    }

    [Fact]
    public void A_run_without_its_recipe_as_given_resumes()
    {
        string whole = SmallRun.Whole(In("whole")), run = SmallRun.Stopped(In("stopped"), 5);
        File.Delete(Path.Combine(run, "recipe.yaml"));
        SmallRun.Resume(run);
        SmallRun.AssertSame(whole, run);
    }

    [Theory]
    [InlineData("recipe.yaml", "5e-4", "5e-3", "weight_decay was 0.0005, is 0.005")]
    [InlineData("resolved.json", "\"momentum\": 0.9", "\"momentum\": 0.8", "momentum was 0.9, is 0.8")]
    [InlineData("resolved.json", "\"recipe_sha256\": \"", "\"recipe_sha256\": \"a", "recipe_sha256 was ")]
    [InlineData("resolved.json", "\"data_sha256\": \"", "\"data_sha256\": \"a", "data_sha256 was ")]
    [InlineData("resolved.json", "\"overrides\": []", "\"overrides\": [\"seed=9\"]", "parent or overrides")]
    [InlineData("resolved.json", "\"overrides\"", "\"parent\": {\"run\": \"a\", \"step\": 1, \"recipe_sha256\": \"b\"}, \"overrides\"",
        "parent or overrides")]
    public void What_was_edited_is_named_also_of_a_run_that_is_done_and_nothing_is_changed(string file, string was, string now,
    string difference)
    {
        foreach (string run in (string[])[SmallRun.Whole(In("done")), SmallRun.Stopped(In("stopped"), 5)])
        {
            string path = Path.Combine(run, file), text = File.ReadAllText(path);
            Assert.Contains(was, text, StringComparison.Ordinal);
            File.WriteAllText(path, text.Replace(was, now, StringComparison.Ordinal));
            string before = Digest(run);
            string message = Assert.Throws<InputException>(() => SmallRun.Resume(run)).Message;
            Assert.Contains($"{path}: {difference}", message, StringComparison.Ordinal);
            Assert.Equal(before, Digest(run));
        }
    }

    [Fact]
    public void The_parent_of_a_fork_that_was_edited_is_named()
    {
        string run = SmallRun.Whole(In("runs")), fork = Path.Combine(In("forks"), "small"), resolved = Path.Combine(fork, "resolved.json");
        SmallRun.Train(TrainingRun.Fork(run, 24, ["weight_decay=0"], In("forks"), 1));
        File.WriteAllText(resolved, File.ReadAllText(resolved).Replace("\"step\": 24", "\"step\": 20", StringComparison.Ordinal));
        Assert.Contains("parent or overrides", Assert.Throws<InputException>(() => SmallRun.Resume(fork)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_whose_metrics_are_lost_names_the_fork_which_works()
    {
        string run = SmallRun.Stopped(In("runs"), 15);
        File.Delete(Path.Combine(run, "metrics.jsonl"));
        var problem = Assert.Throws<InputException>(() => SmallRun.Resume(run));
        Assert.EndsWith($"etalon fork {run}", problem.Problems[^1], StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, (await Cli.Run("fork", run, "--runs", In("forks"))).Code);
    }

    [Fact]
    public void A_folder_that_may_not_be_written_to_is_not_taken_for_one_that_another_process_trains()
    {
        string run = SmallRun.Stopped(In("runs"), 5);
        Assert.SkipWhen(SmallRun.Execute("mount", "--bind", run, run).Code != 0, "only root may mount");
        try
        {
            SmallRun.Execute("mount", "-o", "remount,bind,ro", run);
            var problem = Assert.Throws<IOException>(() => SmallRun.Resume(run));
            Assert.Contains($"{run} cannot be written to: Read-only file system", problem.Message, StringComparison.Ordinal);
        }
        finally
        {
            SmallRun.Execute("umount", "-l", run);
        }
    }

    [Fact]
    public void The_losses_before_a_divergence_are_in_the_metrics_the_same_after_a_resumption()
    {
        string[] overrides = ["optimizer.name=sgd", "learning_rate={steps: {start: 0.01, at: [9ba], factor: 1e38}}", "log.every=1000ba",
            "log.monitors=never", "log.noise=never", "checkpoint.every=5ba"];
        string whole = Path.Combine(In("whole"), "small");
        Assert.Throws<DivergedException>(() => SmallRun.Whole(In("whole"), overrides));
        string run = SmallRun.Stopped(In("stopped"), 7, overrides);
        Assert.Throws<DivergedException>(() => SmallRun.Resume(run));

        var last = RunSummary.Read(whole).Metrics[^1];
        long done = RunSummary.Read(whole).Result!.Steps;
        Assert.Equal((done - 1, done / 4.0), (last["step"], last["epoch"]));
        Assert.True(double.IsFinite(last["train/loss"]));
        Assert.Equal(Speed().Replace(File.ReadAllText(Path.Combine(whole, "metrics.jsonl")), ""),
            Speed().Replace(File.ReadAllText(Path.Combine(run, "metrics.jsonl")), ""));
    }

    [Fact]
    public async Task A_checkpoint_of_another_recipe_is_used_neither_by_a_fork_nor_by_a_probe()
    {
        string run = SmallRun.Whole(In("runs")), other = SmallRun.Whole(In("others"), "momentum=0.8");
        File.Copy(new CheckpointFolder(other).PathOf(28), new CheckpointFolder(run).PathOf(28), overwrite: true);
        foreach (string[] words in (string[][])[["fork", run, "--at", "28", "duration=9ep", "--runs", In("forks")],
            ["probe", run, "--on", "digits", "--at", "28"]])
        {
            var (code, _, error) = await Cli.Run(words);
            Assert.Equal(ExitCode.BadInput, code);
            Assert.Contains("it is the state of another recipe", error, StringComparison.Ordinal);
        }
        // Without --at the one before is used, and said so.
        var fork = await Cli.Run("fork", run, "duration=9ep", "--runs", In("forks"));
        Assert.Equal(ExitCode.Done, fork.Code);
        Assert.Contains("another recipe", fork.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Checkpoints_that_are_held_are_read_though_their_run_clears_them_away()
    {
        string run = SmallRun.Whole(In("runs"));
        using var held = new HeldCheckpoints(run, SmallRun.Spec());
        foreach (long step in held.Steps) File.Delete(new CheckpointFolder(run).PathOf(step));
        Assert.Contains(28L, held.Steps);
        // Each more than once.
        foreach (long step in held.Steps.Concat(held.Steps))
        {
            using var checkpoint = held.Open(step);
            Assert.Equal(step, checkpoint.Step);
        }
        Assert.Throws<InputException>(() => held.Open(5));
    }

    private static string Digest(string folder) => Convert.ToHexString(SHA256.HashData(
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(path => Path.GetFileName(path) != "lock")
            .Order(StringComparer.Ordinal).SelectMany(File.ReadAllBytes)]));

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        Assert.Equal(0, SmallRun.Execute("cp", "-a", from, to).Code);
    }

    [GeneratedRegex(",\"images_per_second\":[^,}]*")]
    private static partial Regex Speed();
}
