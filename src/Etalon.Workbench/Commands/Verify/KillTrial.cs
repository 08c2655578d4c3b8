using System.Diagnostics;
using Etalon.Lab;
using Etalon.Lab.Runs;

namespace Etalon.Workbench.Commands;

/// <summary>
/// A recipe trained whole, and again by processes that are killed at random moments of training and resumed, with one thread and two in
/// turn. Every second kill waits for a checkpoint that is being written, to hit that too.
/// </summary>
/// <param name="words">Recipe and overrides.</param>
/// <param name="name">The recipe's name, which is that of its runs.</param>
/// <param name="folder">Where the runs go.</param>
/// <param name="random">Chooses the moments.</param>
internal sealed class KillTrial(IReadOnlyList<string> words, string name, string folder, Random random)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private int _processes;

    /// <summary>Kills that ended a training process.</summary>
    public int Kills { get; private set; }

    /// <summary>Those that left a checkpoint half written.</summary>
    public int KillsWhileWriting { get; private set; }

    /// <summary>The comparison of each killed run with the whole one.</summary>
    public List<RunComparison> Comparisons { get; } = [];

    /// <summary>Trains until so many kills have hit; a run that ends before is compared, and another one begun.</summary>
    /// <param name="kills">The kills wanted, at least 1.</param>
    /// <param name="tell">Takes a line about each kill.</param>
    /// <param name="cancellation">Ends the trial.</param>
    public async Task Run(int kills, Action<string> tell, CancellationToken cancellation)
    {
        string whole = Path.Combine(folder, "whole");
        var time = await Train(whole, isNew: true, null, cancellation);
        tell($"whole run: {time.TotalSeconds:0.0} s");
        for (int i = 1; Kills < kills; i++)
        {
            string killed = Path.Combine(folder, $"killed-{i}");
            // One and a half times the run's length in all: some work is done twice.
            var longest = time * 1.5 / (kills - Kills);
            while (Kills < kills && await KillOnce(killed, random.NextDouble() * longest, cancellation)) tell(Last(killed));
            await Train(killed, isNew: !Directory.Exists(killed), null, cancellation);
            Comparisons.Add(RunComparison.Of(Path.Combine(whole, name), Path.Combine(killed, name)));
        }
    }

    private string Last(string killed)
    {
        string checkpoints = Path.Combine(killed, name, "checkpoints");
        string[] left = Directory.Exists(checkpoints) ? Directory.GetFiles(checkpoints, "*.tmp") : [];
        if (left.Length > 0) KillsWhileWriting++;
        return $"kill {Kills}{(left.Length > 0 ? ", a checkpoint half written" : "")}";
    }

    private async Task<bool> KillOnce(string runs, TimeSpan delay, CancellationToken cancellation)
    {
        bool awaitsCheckpoint = Kills % 2 == 1;
        await Train(runs, isNew: !Directory.Exists(runs), async process =>
        {
            await Task.Delay(delay, cancellation);
            if (awaitsCheckpoint) AwaitWriting(Path.Combine(runs, name, "checkpoints"), process);
            if (process.HasEnded) return;
            process.Kill();
            Kills++;
        }, cancellation);
        return !File.Exists(Path.Combine(runs, name, "result.json"));
    }

    private static void AwaitWriting(string checkpoints, ChildProcess process)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < LongestWait && !process.HasEnded)
        {
            if (Directory.Exists(checkpoints) && Directory.EnumerateFiles(checkpoints, "*.tmp").Any()) return;
            Thread.Yield();
        }
    }

    // The time from the beginning of training to the end of the process.
    private async Task<TimeSpan> Train(string runs, bool isNew, Func<ChildProcess, Task>? disturb, CancellationToken cancellation)
    {
        string[] threads = ["--threads", _processes++ % 2 == 0 ? "2" : "1", "--runs", runs];
        using var process = ChildProcess.Start(isNew ? ["train", .. words, .. threads] : ["resume", name, .. threads]);
        await process.Begun.WaitAsync(cancellation);
        long start = Stopwatch.GetTimestamp();
        if (disturb is not null) await disturb(process);
        var (code, said) = await process.End(cancellation);
        // Ctrl-C goes to all processes of a terminal, and the one that trains may be the first to end.
        cancellation.ThrowIfCancellationRequested();
        // 137 is what the shell and .NET call an end by SIGKILL.
        if (code != ExitCode.Done && !(disturb is not null && code is 137 or -1))
            throw new InputException($"a training process ended with exit code {code}: {said.Trim()}");
        return Stopwatch.GetElapsedTime(start);
    }
}
