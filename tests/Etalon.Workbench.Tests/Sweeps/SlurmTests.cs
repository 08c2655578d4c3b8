using Etalon.Lab.Sweeps;
using Etalon.Lab.Tests;
using Etalon.Lab.Tests.Runs;
using Etalon.Lab.Training;
using Etalon.Workbench.Tests.Commands;

namespace Etalon.Workbench.Tests.Sweeps;

/// <summary>
/// A sweep on a real Slurm: whatever ends a task, its trials end with the bytes of undisturbed runs. Ranks that srun starts, and a claim's
/// runs.
/// </summary>
public sealed class SlurmTests : IDisposable
{
    // The first trial is stopped on its way, so it is the longer one.
    private const string Short = "20ep", Changes = $"duration: [120ep, {Short}]";

    // A node takes no job again within the second in which it ended it: its credential is told from the old one by the time in seconds.
    private const string Soon = "StartTime=now+3";

    private const string Completed = "COMPLETED";

    // Slurm's words for a job that does not come back.
    private static readonly string[] Failures =
        ["BOOT_FAIL", "CANCELLED", "DEADLINE", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY", "TIMEOUT"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Trait("speed", "slow")]
    public async Task Requeue_a_dead_node_the_time_limit_cancel_and_ranks_cost_no_trial_its_bytes()
    {
        Assert.SkipWhen(SlurmCluster.Missing is not null, SlurmCluster.Missing ?? "");
        Signals.SkipIfIgnored("TERM");
        // A scenario that went another way may wait for ever. Alone they take about a minute, and longer where others use the machine.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(6));
        var cancellation = limit.Token;
        // First, so that a sweep that measures how long a trial takes finds code that is compiled: the trials share a task then.
        SmallRun.WriteRecipe(_folder.Path);
        Write("single");
        var trials = Read("single").Trials.ToList();
        foreach (var trial in trials) SmallRun.Train(TrainingRun.Begin(trial.Read, Path.Combine(_folder.Path, "single", trial.Id), 1));
        using var cluster = await SlurmCluster.Start(cancellation);
        // Together: most of the time is Slurm's own, and passes for all of them at once.
        try
        {
            await Task.WhenAll(Requeued(cluster, cancellation), DeadNode(cluster, cancellation), OutOfTime(cluster, cancellation),
                Canceled(cancellation), Ranks(cancellation), Claim(cancellation));
        }
        catch (Exception exception)
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"{exception.Message}\n{cluster.Told}");
            throw;
        }

        foreach (var trial in trials)
            foreach (string name in (string[])["requeued", "dead", "late", "canceled"])
                SmallRun.AssertSame(Path.Combine(_folder.Path, "single", trial.Id, "small"), Path.Combine(Runs, name, trial.Id));
        string shorter = Path.Combine(_folder.Path, "single", trials[1].Id, "small");
        if (HasMpich) SmallRun.AssertSame(shorter, Path.Combine(Runs, "ranks", "small"));
    }

    // srun starts MPICH's ranks, and no Open MPI's as Debian builds the two.
    private static bool HasMpich => File.Exists("/usr/bin/mpiexec.hydra");

    private string Runs => Path.Combine(_folder.Path, "runs");

    private Task Ranks(CancellationToken cancellation) => !HasMpich ? Task.CompletedTask : Task.Factory.StartNew(() =>
    {
        var (code, output) = SmallRun.Execute("srun", "--mpi=pmi2", "--ntasks=2", "--constraint=first",
            Path.Combine(AppContext.BaseDirectory, "etalon"), "train", Path.Combine(_folder.Path, "small.yaml"), $"duration={Short}",
            "--threads", "1", "--runs", Path.Combine(Runs, "ranks"));
        Assert.True(code == 0, output);
        Assert.Contains(" on 2 ranks into ", output, StringComparison.Ordinal);
    }, cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    // A claim's runs are trained by tasks, and the command writes the report of one process without training any.
    private async Task Claim(CancellationToken cancellation)
    {
        string[] Words(string folder) =>
            ["instant-drop-passes", "--quick", "--seeds", "2", "--out", Path.Combine(_folder.Path, folder)];
        var (code, output, error) = await Cli.Run(["reproduce", .. Words("claim"), "--on", "slurm", "--constraint", "first"]);
        Assert.True(code == 0, error);
        Assert.Contains("how they stand: etalon reproduce status instant-drop-passes --quick", output, StringComparison.Ordinal);
        await SlurmCluster.Until(
            () => Cli.Run(["reproduce", "status", .. Words("claim")]).GetAwaiter().GetResult().Output.Contains(
                "4 trials: 4 done", StringComparison.Ordinal), cancellation);
        (int verdict, _, error) = await Cli.Run(["reproduce", .. Words("claim")]);
        Assert.DoesNotContain("runs done", error, StringComparison.Ordinal);
        (code, _, error) = await Cli.Run(["reproduce", .. Words("alone")]);
        Assert.Equal(verdict, code);
        Assert.Contains("4 of 4 runs done", error, StringComparison.Ordinal);
        foreach (string name in (string[])["report.md", "picture.svg", "measurements.json"])
            Assert.Equal(File.ReadAllText(Path.Combine(_folder.Path, "alone", name)),
                File.ReadAllText(Path.Combine(_folder.Path, "claim", name)));
    }

    private async Task Requeued(SlurmCluster cluster, CancellationToken cancellation)
    {
        string job = await Submit("requeued", "--constraint", "first");
        int process = await Freeze("requeued", cancellation);
        Assert.Contains($"slurm: job {job}: 1 running", await Status("requeued"), StringComparison.Ordinal);
        var (_, again, _) = await Cli.Run("sweep", Spec("requeued"), "--on", "slurm", "--runs", Runs);
        Assert.Contains("what is left is in Slurm's queue", again, StringComparison.Ordinal);
        Control("requeue", $"{job}_0");
        SlurmCluster.Signal(SlurmCluster.Continue, process);
        await Requeued(cluster, job, cancellation);
        Assert.Contains("1 waiting (1 for BeginTime)", await Status("requeued"), StringComparison.Ordinal);
        Control("update", $"JobId={job}_0", Soon);
        await Done("requeued", job, cancellation);
    }

    private async Task DeadNode(SlurmCluster cluster, CancellationToken cancellation)
    {
        string job = await Submit("dead");
        await Freeze("dead", cancellation);
        Assert.Equal("n2", SmallRun.Execute("squeue", "--noheader", $"--job={job}", "--format=%N").Output.Trim());
        cluster.CutPower("n2", Spec("dead"));
        await Requeued(cluster, job, cancellation);
        Control("update", $"JobId={job}_0", Soon);
        await Done("dead", job, cancellation);
    }

    private async Task OutOfTime(SlurmCluster cluster, CancellationToken cancellation)
    {
        string job = await Submit("late", "--constraint", "first", "--time", "2");
        int process = await Freeze("late", cancellation);
        string log = Directory.GetFiles(Path.Combine(Runs, "late", "slurm"), "*_0.log").Single();
        await SlurmCluster.Until(() => File.ReadAllText(log).Contains($"{job}_0 is told to stop", StringComparison.Ordinal), cancellation);
        SlurmCluster.Signal(SlurmCluster.Continue, process);
        await Requeued(cluster, job, cancellation);
        Assert.Contains($"{job}_0 is put back into the queue", File.ReadAllText(log), StringComparison.Ordinal);
        Assert.Contains("task 0 was told to stop; its trials keep their checkpoints", File.ReadAllText(log), StringComparison.Ordinal);
        Control("update", $"JobId={job}_0", Soon, "TimeLimit=60");
        await Done("late", job, cancellation);
    }

    private async Task Canceled(CancellationToken cancellation)
    {
        string job = await Submit("canceled", "--constraint", "first");
        int process = await Freeze("canceled", cancellation);
        var (_, said, _) = await Cli.Run("sweep", "cancel", Spec("canceled"), "--runs", Runs);
        Assert.Equal($"canceled 1 task of job {job}\n", said);
        SlurmCluster.Signal(SlurmCluster.Continue, process);
        await SlurmCluster.Until(() => StateOf(job) is "" or "CANCELLED" && SlurmCluster.ProcessesWith(Spec("canceled")).Count == 0,
            cancellation);
        var folder = SweepFolder.Of(Read("canceled"), Runs);
        Assert.Equal([TrialStatus.Interrupted, TrialStatus.Pending], folder.Trials.Select(trial => trial.Status));
        Assert.Contains("slurm: no task is in the queue", await Status("canceled"), StringComparison.Ordinal);
        var (code, _, error) = await Cli.Run("sweep", Spec("canceled"), "--runs", Runs);
        Assert.True(code == 0, error);
    }

    private string Spec(string name) => Path.Combine(_folder.Path, $"{name}.yaml");

    private Sweep Read(string name) => SweepReader.ReadFile(Spec(name));

    private void Write(string name) =>
        File.WriteAllText(Spec(name), $"recipe: small.yaml\nover: {{{Changes}}}\nslurm: {{signal: 115}}\n");

    // Two trials, both in one task, since they are short. Slurm looks every 30 seconds for tasks whose time ends: with a limit of 2 minutes
    // and a signal 115 seconds before, one is told soon and has more than a minute left, on a machine with other work too.
    private async Task<string> Submit(string name, params string[] options)
    {
        Write(name);
        var (code, output, error) = await Cli.Run(["sweep", Spec(name), "--on", "slurm", "--runs", Runs, .. options]);
        Assert.True(code == 0, error);
        Assert.Contains("2 trials in 1 task,", output, StringComparison.Ordinal);
        return output.Split("array job ")[1].Split(':')[0];
    }

    // Stops the process that trains the first trial between two of its updates, until a signal continues it.
    private async Task<int> Freeze(string name, CancellationToken cancellation)
    {
        string metrics = Path.Combine(Runs, name, Read(name).Trials.First().Id, "metrics.jsonl");
        int process = 0;
        await SlurmCluster.Until(() =>
        {
            if (process == 0) process = SlurmCluster.ProcessesWith("sweep task", Spec(name)).Append(0).Max();
            if (process == 0 || !File.Exists(metrics) || new FileInfo(metrics).Length == 0) return false;
            SlurmCluster.Signal(SlurmCluster.Stop, process);
            return true;
        }, cancellation, milliseconds: 10);
        var folder = SweepFolder.Of(Read(name), Runs);
        Assert.Equal([TrialStatus.Running, TrialStatus.Pending], folder.Trials.Select(trial => trial.Status));
        return process;
    }

    private async Task<string> Status(string name) => (await Cli.Run("sweep", "status", Spec(name), "--runs", Runs)).Output;

    private Task Done(string name, string job, CancellationToken cancellation) => SlurmCluster.Until(() =>
    {
        Assert.DoesNotContain(StateOf(job), Failures);
        return SweepFolder.Of(Read(name), Runs).Count(TrialStatus.Done) == 2;
    }, cancellation);

    // Slurm lets two minutes pass, so that all of the job's processes have ended; the tests look for them instead.
    private static Task Requeued(SlurmCluster cluster, string job, CancellationToken cancellation)
    {
        string id = SmallRun.Execute("squeue", "--noheader", $"--job={job}", "--format=%A").Output.Trim();
        return SlurmCluster.Until(() =>
        {
            string state = StateOf(job);
            Assert.DoesNotContain(state, Failures.Append(Completed));
            return state == "PENDING" && cluster.StepsOf(id).Count == 0;
        }, cancellation);
    }

    private static string StateOf(string job) =>
        SmallRun.Execute("squeue", "--noheader", "--states=all", $"--job={job}", "--format=%T").Output.Trim();

    private static void Control(params string[] words)
    {
        var (code, output) = SmallRun.Execute("scontrol", words);
        Assert.True(code == 0, output);
    }
}
