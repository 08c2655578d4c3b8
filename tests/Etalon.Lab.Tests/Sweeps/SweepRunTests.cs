using System.Text.Json.Nodes;
using Etalon.Lab.Runs;
using Etalon.Lab.Sweeps;
using Etalon.Lab.Tests.Runs;
using Etalon.Lab.Training;

namespace Etalon.Lab.Tests.Sweeps;

public sealed class SweepRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Runs => Path.Combine(_folder.Path, "runs");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_trial_has_the_bytes_of_a_single_run_of_its_recipe_and_what_is_done_is_left_as_it_is()
    {
        var sweep = Read("over: {learning_rate: [0.1, 0.05]}\nseeds: 2");
        Assert.Equal(4, Execute(sweep).Count);
        string single = Path.Combine(_folder.Path, "single");
        SmallRun.Train(TrainingRun.Begin(SmallRun.Read("learning_rate=0.05", "seed=2"), single, 2));
        SmallRun.AssertSame(Path.Combine(single, "small"), Path.Combine(Runs, "sweep", sweep.Trials.Last().Id));
        Assert.Empty(Execute(sweep));
    }

    [Fact]
    public void An_interrupted_trial_is_resumed_to_the_bytes_of_a_whole_one()
    {
        var sweep = Read("seeds: [3]");
        using var stop = new CancellationTokenSource();
        using (var run = TrainingRun.Begin(sweep.Trials.Single().Read, Path.Combine(Runs, "sweep"), 1, sweep.Trials.Single().Id))
        {
            Assert.Equal(TrialStatus.Running, StateOf(sweep).Status);
            Assert.Throws<OperationCanceledException>(() => run.Train(new SmallRun.Stopper { At = 9, Stop = stop.Cancel }, stop.Token));
        }
        Assert.Equal(TrialStatus.Interrupted, StateOf(sweep).Status);
        Assert.Equal(TrialStatus.Done, Assert.Single(Execute(sweep)).Status);
        SmallRun.AssertSame(SmallRun.Whole(Path.Combine(_folder.Path, "single")), StateOf(sweep).Path);
    }

    [Fact]
    public void A_trial_that_another_host_left_is_interrupted_after_a_second_look_and_who_waits_says_so()
    {
        var sweep = Read("seeds: [3]");
        var trial = sweep.Trials.Single();
        TrainingRun.Begin(trial.Read, Path.Combine(Runs, "sweep"), 1, trial.Id).Dispose();
        string folder = Path.Combine(Runs, "sweep", trial.Id);
        File.WriteAllText(Path.Combine(folder, RunHolder.Name), new RunHolder("gone", "boot", "killed", 7).Text);
        var seen = TrialState.Of(Path.Combine(Runs, "sweep"), trial);
        Assert.Equal(TrialStatus.Running, seen.Status);
        var clock = new HurriedClock();
        var said = new List<string>();
        var again = Assert.Single(TrialState.LookAgain([seen], new LockHost("here", "boot", clock), said.Add));
        Assert.Equal(TrialStatus.Interrupted, again.Status);
        Assert.Equal("1 of 1 trials were left to other hosts (gone); waiting 10 s for a sign of their life", Assert.Single(said));
        Assert.Equal(TimeSpan.FromSeconds(10), clock.GetElapsedTime(0));
    }

    [Fact]
    public void A_trial_that_another_process_trains_is_left_to_it()
    {
        var sweep = Read("seeds: [3]");
        var before = SweepFolder.Of(sweep, Runs);
        using var run = TrainingRun.Begin(sweep.Trials.Single().Read, Path.Combine(Runs, "sweep"), 1, sweep.Trials.Single().Id);
        // It was pending when the sweep looked.
        var ended = new List<TrialState>();
        SweepRun.Execute(before, new SweepOptions(), ended.Add, CancellationToken.None);
        Assert.Equal(TrialStatus.Running, Assert.Single(ended).Status);
        Assert.Single(Directory.GetDirectories(Path.Combine(Runs, "sweep")));
    }

    [Fact]
    public void A_trial_that_its_process_lets_go_meanwhile_is_trained_on()
    {
        var sweep = Read("seeds: 2");
        var (left, next) = (sweep.Trials.First(), sweep.Trials.Last());
        string root = Path.Combine(Runs, "sweep");
        var other = TrainingRun.Begin(left.Read, root, 1, left.Id);
        // The other process ends after the last look at its trial, and before the next one.
        var folder = SweepRun.ExecuteToEnd(sweep, Runs, [left.Id, next.Id], new SweepOptions(), _ => other.Dispose(),
            TestContext.Current.CancellationToken);
        Assert.All(folder.Trials, trial => Assert.Equal(TrialStatus.Done, trial.Status));
    }

    [Fact]
    public void A_diverged_trial_is_a_result_and_ends_no_other()
    {
        var sweep = Read("over: {learning_rate: [1e30, 0.1]}");
        Assert.Equal([TrialStatus.Diverged, TrialStatus.Done], Execute(sweep).Select(trial => trial.Status));
        Assert.Empty(Execute(sweep, new SweepOptions { RetryFailed = true }));
    }

    [Fact]
    public void A_failed_trial_is_resumed_only_where_that_is_asked_for()
    {
        var sweep = Read("seeds: [3]");
        Execute(sweep);
        string result = Path.Combine(StateOf(sweep).Path, "result.json");
        var json = JsonNode.Parse(File.ReadAllText(result))!;
        json["status"] = "failed";
        File.WriteAllText(result, json.ToJsonString());
        Assert.Equal(TrialStatus.Failed, StateOf(sweep).Status);
        Assert.Empty(Execute(sweep));
        Assert.Equal(TrialStatus.Done, Assert.Single(Execute(sweep, new SweepOptions { RetryFailed = true })).Status);
    }

    [Fact]
    public void A_full_disk_ends_one_trial_and_no_other_and_it_is_resumed_to_the_same_bytes_when_there_is_room()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "a small disk is mounted as root, on Linux");
        var sweep = Read("over: {learning_rate: [0.1, 0.05]}\nseeds: [3]");
        var first = sweep.Trials.First();
        using var stop = new CancellationTokenSource();
        using (var run = TrainingRun.Begin(first.Read, Path.Combine(Runs, "sweep"), 1, first.Id))
            Assert.Throws<OperationCanceledException>(() => run.Train(new SmallRun.Stopper { At = 9, Stop = stop.Cancel }, stop.Token));
        string checkpoints = Path.Combine(StateOf(sweep).Path, "checkpoints"), copy = Path.Combine(_folder.Path, "copy");
        SmallRun.Execute("cp", "-a", checkpoints, copy);
        var (code, said) = SmallRun.Execute("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", checkpoints);
        Assert.SkipWhen(code != 0, $"no disk can be mounted here: {said}");
        try
        {
            SmallRun.Execute("cp", "-a", $"{copy}/.", checkpoints);
            SmallRun.Execute("dd", "if=/dev/zero", $"of={checkpoints}/filler", "bs=4096");
            var ended = Execute(sweep);
            Assert.Equal([TrialStatus.Failed, TrialStatus.Done], ended.OrderBy(trial => trial.Status == TrialStatus.Done)
                .Select(trial => trial.Status));
            Assert.Contains("No space left on device", StateOf(sweep).Reason, StringComparison.Ordinal);
        }
        finally
        {
            SmallRun.Execute("umount", checkpoints);
        }
        Assert.Equal(TrialStatus.Done, Assert.Single(Execute(sweep, new SweepOptions { RetryFailed = true })).Status);
        string single = Path.Combine(_folder.Path, "single");
        SmallRun.Train(TrainingRun.Begin(SmallRun.Read("learning_rate=0.1", "seed=3"), single, 1));
        SmallRun.AssertSame(Path.Combine(single, "small"), StateOf(sweep).Path);
    }

    [Fact]
    public void What_a_changed_sweep_no_longer_asks_for_is_kept_and_named()
    {
        var earlier = Read("over: {learning_rate: [0.1, 0.05]}");
        Execute(earlier);
        var changed = Read("over: {learning_rate: [0.05, 0.02]}");
        var folder = SweepFolder.Of(changed, Runs);
        Assert.Equal([TrialStatus.Done, TrialStatus.Pending], folder.Trials.Select(trial => trial.Status));
        Assert.Equal([earlier.Trials.First().Id], folder.NoLongerAskedFor);
        Execute(changed);
        Assert.Equal(3, Directory.GetDirectories(folder.Path).Length);
    }

    [Fact]
    public void Trials_of_another_arithmetic_refuse_more_of_them_unless_versions_may_mix()
    {
        var one = Read("seeds: [3]");
        Execute(one);
        string resolved = Path.Combine(StateOf(one).Path, "resolved.json");
        var json = JsonNode.Parse(File.ReadAllText(resolved))!;
        json["arithmetic"] = 1;
        File.WriteAllText(resolved, json.ToJsonString());
        var two = Read("seeds: [3, 4]");
        var problem = Assert.Throws<InputException>(() => Execute(two)).Message;
        Assert.Contains("1 of 2 trials were computed with arithmetic 1", problem, StringComparison.Ordinal);
        Assert.Equal(TrialStatus.Done, Assert.Single(Execute(two, new SweepOptions { MixVersions = true })).Status);
    }

    [Fact]
    public void A_folder_that_holds_another_recipe_or_nothing_readable_is_damaged_and_a_run_of_the_sweeps_name_is_refused()
    {
        var sweep = Read("seeds: [3]");
        Execute(sweep);
        var other = Read("seeds: [4]");
        Directory.Move(StateOf(sweep).Path, StateOf(other).Path);
        Assert.Equal(TrialStatus.Damaged, StateOf(other).Status);
        File.WriteAllText(Path.Combine(StateOf(other).Path, "resolved.json"), "{");
        Assert.Equal(TrialStatus.Damaged, StateOf(other).Status);
        SmallRun.Whole(Runs);
        Assert.Contains("is a run", Assert.Throws<InputException>(() => SweepFolder.Of(Read("name: small"), Runs)).Message,
            StringComparison.Ordinal);
    }

    private TrialState StateOf(Sweep sweep) => SweepFolder.Of(sweep, Runs).Trials[0];

    private List<TrialState> Execute(Sweep sweep, SweepOptions? options = null)
    {
        var ended = new List<TrialState>();
        SweepRun.Execute(SweepFolder.Of(sweep, Runs), options ?? new SweepOptions(), ended.Add, TestContext.Current.CancellationToken);
        return ended;
    }

    private Sweep Read(string text)
    {
        SmallRun.WriteRecipe(_folder.Path);
        return SweepReader.Read($"recipe: small.yaml\n{text}", Path.Combine(_folder.Path, "sweep.yaml"));
    }
}
