using Etalon.Schedules.Export;
using Console = Etalon.Schedules.Tests.Documentation.ExampleConsole;

namespace Etalon.Schedules.Tests.Documentation;

/// <summary>The examples of docs/schedules.md and of the package's README. Each prints what its comments say.</summary>
public static class PageExamples
{
    public static void FiveLines()
    {
        var run = Timeline.OfRun(Duration.Parse("90ep"), stepsPerEpoch: 391);
        var warmup = run.StepsOf(Duration.Parse("5ep"));
        var rate = new Sequence(new Warmup(0.4, warmup), new Cosine(0.4, 0, run.TotalSteps - warmup));
        for (long step = 0; step < run.TotalSteps; step++)
            if (step % 10_000 == 0) Console.WriteLine($"{step} {rate.ValueAt(step):F4}");
        // 0 0.0002
        // 10000 0.3449
        // 20000 0.1731
        // 30000 0.0236
    }

    public static void StepConvention()
    {
        var rate = new Linear(from: 1, to: 0, length: 4);
        Console.WriteLine(string.Join(" ", Enumerable.Range(0, 6).Select(t => rate.ValueAt(t)))); // 1 0.75 0.5 0.25 0 0
        var inclusive = new Linear(from: 1, to: 0, length: 5, inclusive: true);
        Console.WriteLine(string.Join(" ", Enumerable.Range(0, 6).Select(t => inclusive.ValueAt(t)))); // 1 0.75 0.5 0.25 0 0
    }

    public static void Joining()
    {
        var rate = new Sequence(
            new Warmup(peak: 1, length: 3),
            new Constant(1, length: 2),
            new Steps(start: 0.5, at: [2], factor: 0.5));
        Console.WriteLine(string.Join(" ", Enumerable.Range(0, 9).Select(t => rate.ValueAt(t)))); // 0.25 0.5 0.75 1 1 0.5 0.5 0.25 0.25
    }

    public static void WarmupConventions()
    {
        foreach (var convention in Enum.GetValues<WarmupConvention>())
        {
            var warmup = new Warmup(peak: 1, length: 4, convention);
            Console.WriteLine($"{convention}: {string.Join(" ", Enumerable.Range(0, 5).Select(t => warmup.ValueAt(t)))}");
        }
        // Between: 0.2 0.4 0.6 0.8 1
        // EndAtPeak: 0.25 0.5 0.75 1 1
        // StartAtZero: 0 0.25 0.5 0.75 1
    }

    public static void Durations()
    {
        var run = Timeline.OfRun(Duration.Parse("10ep"), stepsPerEpoch: 391, samplesPerStep: 128);
        foreach (var text in new[] { "0.5ep", "500ba", "51200sp", "0.3dur", "30%" })
            Console.WriteLine($"{text} = {run.StepsOf(Duration.Parse(text))} steps");
        // 0.5ep = 196 steps
        // 500ba = 500 steps
        // 51200sp = 400 steps
        // 0.3dur = 1173 steps
        // 30% = 1173 steps
    }

    public static void Exporting()
    {
        var schedule = new UpdateSchedule(
            learningRate: new Sequence(new Warmup(0.4, length: 500), new Cosine(0.4, 0, length: 9500)),
            weightDecay: new Constant(5e-4),
            momentum: new Constant(0.9),
            totalSteps: 10_000);
        using var module = new StringWriter(); // or File.CreateText("cosine.py")
        PyTorchExporter.Write(schedule, "cosine", module);
        Console.WriteLine(module.ToString().Split('\n')[0]); // """Learning rate, weight decay and momentum of the recipe cosine.
    }
}
