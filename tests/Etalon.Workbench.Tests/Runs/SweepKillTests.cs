using Etalon.Lab.Sweeps;
using Etalon.Lab.Tests;
using Etalon.Lab.Tests.Runs;
using Etalon.Lab.Training;
using Etalon.Workbench.Commands;

namespace Etalon.Workbench.Tests.Runs;

public sealed class SweepKillTests : IDisposable
{
    private const int Kills = 3;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_sweep_killed_at_random_moments_ends_with_the_bytes_of_single_runs_and_trains_none_twice()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "this system has no SIGKILL");
        SmallRun.WriteRecipe(_folder.Path);
        string spec = Path.Combine(_folder.Path, "killed.yaml"), runs = Path.Combine(_folder.Path, "runs");
        File.WriteAllText(spec, "recipe: small.yaml\nover:\n  duration: [20ep]\n  learning_rate: [0.1, 0.05]\nseeds: 2\n");
        var sweep = SweepReader.ReadFile(spec);
        var random = new Random(20_261_130);
        var cancellation = TestContext.Current.CancellationToken;
        var done = new Dictionary<string, DateTime>();
        int interrupted = 0;
        for (int kill = 0; kill < Kills; kill++)
        {
            using var process = ChildProcess.Start(["sweep", spec, "--runs", runs, "--jobs", "2"]);
            // A moment is a number of lines that all trials have written: how fast the machine is does not matter.
            long lines = Lines(sweep, runs) + random.Next(1, 30);
            while (Lines(sweep, runs) < lines && !process.HasEnded) await Task.Yield();
            process.Kill();
            await process.End(cancellation);
            var left = SweepFolder.Of(sweep, runs);
            interrupted += left.Count(TrialStatus.Interrupted);
            foreach (var trial in left.Trials.Where(trial => trial.Status == TrialStatus.Done))
            {
                var written = File.GetLastWriteTimeUtc(Path.Combine(trial.Path, "result.json"));
                Assert.Equal(written, done.GetValueOrDefault(trial.Trial.Id, written));
                done[trial.Trial.Id] = written;
            }
        }
        Assert.NotEqual(0, interrupted);
        using (var last = ChildProcess.Start(["sweep", spec, "--runs", runs]))
        {
            var (code, said) = await last.End(cancellation);
            Assert.True(code == ExitCode.Done, said);
        }

        var folder = SweepFolder.Of(sweep, runs);
        Assert.All(folder.Trials, trial => Assert.Equal(TrialStatus.Done, trial.Status));
        Assert.Equal(folder.Trials.Count, Directory.GetDirectories(folder.Path).Length);
        foreach (var trial in folder.Trials)
        {
            string single = Path.Combine(_folder.Path, "single", trial.Trial.Id);
            SmallRun.Train(TrainingRun.Begin(trial.Trial.Read, single, 2));
            SmallRun.AssertSame(Path.Combine(single, "small"), trial.Path);
        }
    }

    private static long Lines(Sweep sweep, string runs) => sweep.Trials
        .Select(trial => Path.Combine(runs, sweep.Name, trial.Id, "metrics.jsonl")).Where(File.Exists).Sum(file =>
            SharedText(file).LongCount(c => c == '\n'));

    private static string SharedText(string file)
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return reader.ReadToEnd();
    }
}
