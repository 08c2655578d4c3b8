using System.Diagnostics;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Lab.Training;

namespace Etalon.Lab.Tests.Runs;

/// <summary>A small recipe, and ways to end its run early.</summary>
internal static class SmallRun
{
    /// <summary>7 epochs of 4 updates, the last of them partial.</summary>
    public const string Recipe = """
        name: small
        seed: 3
        duration: 7ep
        data: {set: digits, batch: 64, train: 250, test: 100, augment: crop-flip}
        model: {name: preresnet-8, width: 4}
        learning_rate: [{warmup: {peak: 0.1, for: 2ba}}, {cosine: {from: 0.1, to: 0}}]
        weight_decay: 5e-4
        momentum: 0.9
        log: {every: 3ba}
        """;

    public static Recipe Spec(params string[] overrides) => Read(overrides).Recipe;

    public static ReadRecipe Read(params string[] overrides) => RecipeReader.Read(Recipe, overrides: overrides);

    /// <summary>Writes the recipe into a folder.</summary>
    public static string WriteRecipe(string folder)
    {
        string path = Path.Combine(folder, "small.yaml");
        File.WriteAllText(path, Recipe);
        return path;
    }

    /// <summary>Trains to the end.</summary>
    public static string Whole(string runs, params string[] overrides)
    {
        Train(TrainingRun.Begin(Read(overrides), runs, 2));
        return Path.Combine(runs, "small");
    }

    /// <summary>Trains until an update is done, as Ctrl-C would stop it.</summary>
    public static string Stopped(string runs, long step, params string[] overrides)
    {
        Stop(TrainingRun.Begin(Read(overrides), runs, 2), step);
        return Path.Combine(runs, "small");
    }

    /// <summary>Continues until an update is done.</summary>
    public static void ResumedAndStopped(string run, long step) => Stop(TrainingRun.Resume(run, 1), step);

    /// <summary>Continues to the end.</summary>
    /// <returns>The notes of the run.</returns>
    public static IReadOnlyList<string> Resume(string run, int threads = 1)
    {
        var resumed = TrainingRun.Resume(run, threads);
        Train(resumed);
        return resumed.Notes;
    }

    /// <summary>Trains a run to its end, and lets it go.</summary>
    public static RunResult Train(TrainingRun run)
    {
        using (run) return run.Train(NullObserver.Instance, TestContext.Current.CancellationToken);
    }

    /// <summary>The same with an observer, or until it is canceled.</summary>
    public static RunResult Watch(TrainingRun run, ITrainingObserver? observer = null, CancellationToken cancellation = default)
    {
        using (run) return run.Train(observer ?? NullObserver.Instance, cancellation);
    }

    /// <summary>Asserts that two runs ended with the same bytes.</summary>
    public static void AssertSame(string one, string two)
    {
        var comparison = RunComparison.Of(one, two);
        Assert.Empty(comparison.Differences);
        Assert.True(comparison is { TensorBytes: > 10_000, MetricLines: > 5 });
    }

    private static void Stop(TrainingRun run, long step)
    {
        using var cancellation = new CancellationTokenSource();
        using (run)
            Assert.Throws<OperationCanceledException>(
                () => run.Train(new Stopper { At = step, Stop = cancellation.Cancel }, cancellation.Token));
    }

    /// <summary>Does something after an update.</summary>
    public sealed class Stopper : ITrainingObserver
    {
        public long At { get; init; } = -1;

        public Action Stop { get; init; } = () => { };

        public void Updated(in UpdateReport report)
        {
            if (report.Step + 1 == At) Stop();
        }

        public void Evaluated(in EvaluationReport report) { }
    }

    /// <summary>Runs a program and gives what it printed.</summary>
    public static (int Code, string Output) Execute(string program, params string[] words)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string word in words) start.ArgumentList.Add(word);
        try
        {
            using var process = Process.Start(start)!;
            // On a thread of its own: those of the pool may all be busy with other tests.
            string error = "";
            var reading = new Thread(() => error = process.StandardError.ReadToEnd());
            reading.Start();
            string output = process.StandardOutput.ReadToEnd();
            reading.Join();
            process.WaitForExit();
            return (process.ExitCode, output + error);
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            return (-1, exception.Message);
        }
    }
}
