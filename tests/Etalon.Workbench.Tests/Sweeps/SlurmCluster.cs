using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Etalon.Lab.Tests;
using Etalon.Lab.Tests.Runs;

namespace Etalon.Workbench.Tests.Sweeps;

/// <summary>A Slurm of its own: a controller and two nodes on this machine, on loopback, with everything in a temporary folder.</summary>
internal sealed class SlurmCluster : IDisposable
{
    public const int Kill = 9, Continue = 18, Stop = 19;

    private const string Configuration = "SLURM_CONF";
    private const int LinesTold = 40;
    private static readonly string[] Programs = ["/usr/sbin/munged", "/usr/sbin/slurmctld", "/usr/sbin/slurmd", "/usr/bin/sbatch"];

    private readonly TemporaryFolder _folder = new();
    private readonly string? _before = Environment.GetEnvironmentVariable(Configuration);

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private SlurmCluster()
    {
        foreach (string folder in (string[])["state", "spool-n1", "spool-n2"]) Directory.CreateDirectory(In(folder));
        byte[] key = new byte[1024];
        System.Security.Cryptography.RandomNumberGenerator.Fill(key);
        File.WriteAllBytes(In("key"), key);
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException("Slurm runs on Unix alone");
        File.SetUnixFileMode(In("key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        // munged refuses a socket in a folder that others may not pass through.
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)Convert.ToInt32("755", 8));
        File.WriteAllText(In("slurm.conf"), Text());
        Environment.SetEnvironmentVariable(Configuration, In("slurm.conf"));
    }

    /// <summary>Why there can be none here; null where there can.</summary>
    public static string? Missing => !OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess
        ? "slurmd is started as root, on Linux"
        : Programs.FirstOrDefault(program => !File.Exists(program)) is { } missing
            ? $"{missing} is not there; apt-get install slurmctld slurmd slurm-client munge brings it"
            : null;

    /// <summary>Starts one, and waits until both nodes take work.</summary>
    public static async Task<SlurmCluster> Start(CancellationToken cancellation)
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException(Missing);
        var cluster = new SlurmCluster();
        try
        {
            string[] files = [.. ((string[])["key-file=key", "socket=munge.socket", "pid-file=munged.pid", "log-file=munged.log",
                "seed-file=munged.seed"]).Select(word => $"--{word.Split('=')[0]}={cluster.In(word.Split('=')[1])}")];
            Require(SmallRun.Execute(Programs[0], [.. files, "--num-threads=1", "--force"]));
            Require(SmallRun.Execute(Programs[1]));
            Require(SmallRun.Execute(Programs[2], "-N", "n1"));
            Require(SmallRun.Execute(Programs[2], "-N", "n2"));
            await Until(() => SmallRun.Execute("sinfo", "--noheader", "--format=%T").Output.Trim() == "idle", cancellation);
            return cluster;
        }
        catch
        {
            cluster.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Waits for something that other processes do, on a thread of its own: those of the pool may be busy with other tests for seconds.
    /// </summary>
    public static Task Until(Func<bool> holds, CancellationToken cancellation, int milliseconds = 100) => Task.Factory.StartNew(() =>
    {
        while (!holds())
        {
            cancellation.WaitHandle.WaitOne(milliseconds);
            cancellation.ThrowIfCancellationRequested();
        }
    }, cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>How the jobs stand, and what the controller said last.</summary>
    public string Told => string.Join('\n', SmallRun.Execute("squeue", "--states=all", "--format=%i %T %r %S %N").Output,
        SmallRun.Execute("sinfo", "--long").Output, string.Join('\n', File.ReadLines(In("slurmctld.log")).TakeLast(LinesTold)));

    /// <summary>Ends a node as a power cut would: its daemon, and all that it started with this word in its command line.</summary>
    public void CutPower(string node, string word)
    {
        int daemon = Pid($"slurmd-{node}.pid")!.Value;
        var steps = StepsOf(JobsOn(node));
        Assert.NotEmpty(steps);
        // At once, and whoever watches a process before it: one that outlived its process would report the job as failed, and Slurm would
        // not put it back.
        Signal(Kill, [daemon, .. steps, .. ProcessesWith(word)]);
    }

    /// <summary>The processes that watch a job's; those of another cluster have other folders.</summary>
    public IReadOnlyList<int> StepsOf(string job) => [.. ProcessesWith($"slurmstepd: [{job}.").Where(IsOfThis)];

    /// <summary>The processes whose command line has these words, but for this one.</summary>
    public static IReadOnlyList<int> ProcessesWith(params string[] words)
    {
        var found = new List<int>();
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int process)) continue;
            try
            {
                string line = File.ReadAllText(Path.Combine(folder, "cmdline")).Replace('\0', ' ');
                if (process != Environment.ProcessId && words.All(word => line.Contains(word, StringComparison.Ordinal)))
                    found.Add(process);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // It has ended.
            }
        }
        return found;
    }

    /// <summary>Sends a signal by its number on Linux; a process that has ended gets none.</summary>
    public static void Signal(int number, params int[] processes)
    {
        foreach (int process in processes) _ = Send(process, number);
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Send(int process, int signal);

    // Daemons and what they start are in the cluster's folder.
    private bool IsOfThis(int process)
    {
        try
        {
            return new FileInfo($"/proc/{process}/cwd").LinkTarget == _folder.Path;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static string JobsOn(string node) =>
        SmallRun.Execute("squeue", "--noheader", $"--nodelist={node}", "--format=%A").Output.Trim();

    private static void Require((int Code, string Output) result) => Assert.True(result.Code == 0, result.Output);

    private string In(string name) => Path.Combine(_folder.Path, name);

    private int? Pid(string file)
    {
        string path = In(file);
        return File.Exists(path) && int.TryParse(File.ReadAllText(path).Trim(), CultureInfo.InvariantCulture, out int process)
            ? process : null;
    }

    // n2 is taken first by whoever may use both. Ports of its own, since a cluster may be on the machine already, and below those that the
    // system deals out. On a machine with other work an answer may take longer than Slurm waits by default.
    private string Text()
    {
        string host = Environment.MachineName.Split('.')[0];
        int port = 20_000 + Environment.ProcessId % 3_000 * 4;
        return $"""
            ClusterName=etalon
            SlurmctldHost={host}(127.0.0.1)
            SlurmctldPort={port}
            SlurmUser=root
            AuthType=auth/munge
            AuthInfo=socket={In("munge.socket")}
            ProctrackType=proctrack/linuxproc
            TaskPlugin=task/none
            JobAcctGatherType=jobacct_gather/none
            AccountingStorageType=accounting_storage/none
            JobCompType=jobcomp/none
            SelectType=select/cons_tres
            SelectTypeParameters=CR_Core
            ReturnToService=2
            SlurmdParameters=config_overrides
            MpiDefault=none
            StateSaveLocation={In("state")}
            SlurmctldPidFile={In("slurmctld.pid")}
            SlurmctldLogFile={In("slurmctld.log")}
            SlurmdSpoolDir={In("spool-%n")}
            SlurmdPidFile={In("slurmd-%n.pid")}
            SlurmdLogFile={In("slurmd-%n.log")}
            SlurmdTimeout=5
            MessageTimeout=60
            TCPTimeout=20
            BatchStartTimeout=120
            KillWait=30
            SchedulerParameters=sched_interval=1,sched_min_interval=0,batch_sched_delay=0
            NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 Port={port + 1} CPUs=8 Feature=first Weight=2
            NodeName=n2 NodeHostname={host} NodeAddr=127.0.0.1 Port={port + 2} CPUs=8 Weight=1
            PartitionName=sweep Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP

            """;
    }

    public void Dispose()
    {
        SmallRun.Execute("scancel", "--full", "--signal=KILL", "--state=RUNNING");
        // They would wait for their controller for ever.
        Signal(Kill, [.. ProcessesWith("slurmstepd: [").Where(IsOfThis)]);
        foreach (string file in (string[])["slurmd-n1.pid", "slurmd-n2.pid", "slurmctld.pid", "munged.pid"])
        {
            if (Pid(file) is not { } daemon) continue;
            using var process = Find(daemon);
            Signal(Kill, daemon);
            process?.WaitForExit();
        }
        Environment.SetEnvironmentVariable(Configuration, _before);
        _folder.Dispose();
    }

    private static Process? Find(int id)
    {
        try
        {
            return Process.GetProcessById(id);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
