using Etalon.Schedules.Equivalence;
using Console = Etalon.Schedules.Tests.Documentation.ExampleConsole;

namespace Etalon.Schedules.Tests.Documentation;

/// <summary>The examples of docs/schedules.md and of the package's README. Each prints what its comments say.</summary>
public static class PageExamples
{
    public static void FiveLines()
    {
        var run = new RunLength(epochs: 90, stepsPerEpoch: 391);
        var schedule = new UpdateSchedule
        {
            LearningRate = new Warmup(0.4, run.Epochs(5)).Then(new Cosine(0.4, 0, run.After(5))),
            WeightDecay = 5e-4,
            Momentum = 0.9,
            TotalSteps = run.TotalSteps,
        };
        Console.WriteLine($"{schedule.LearningRate.ValueAt(1955)} {schedule.LearningRate.ValueAt(20_000):F4}"); // 0.4 0.1731
        Console.WriteLine(UpdateTable.Of(schedule));
        // updates 0 to 35189, heavy ball, coupled decay
        // step   lr           weight_decay  momentum  log_lr
        // 0      0.000204499  0.0005        0.9       -8.49495
        // 1      0.000408998  0.0005        0.9       -7.8018
        // 2      0.000613497  0.0005        0.9       -7.39634
        // 3      0.000817996  0.0005        0.9       -7.10865
        // 4      0.00102249   0.0005        0.9       -6.88551
        // 5      0.00122699   0.0005        0.9       -6.70319
        // ... 35181 more
        // 35187  8.04176E-09  0.0005        0.9       -18.6386
        // 35188  3.57411E-09  0.0005        0.9       -19.4495
        // 35189  8.93528E-10  0.0005        0.9       -20.8358
        string module = schedule.ToPyTorch("cosine"); // write it to cosine.py
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
        var schedule = new UpdateSchedule
        {
            LearningRate = new Warmup(0.4, length: 500).Then(new Cosine(0.4, 0, length: 9500)),
            WeightDecay = 5e-4,
            Momentum = 0.9,
            TotalSteps = 10_000,
        };
        string module = schedule.ToPyTorch("cosine"); // File.WriteAllText("cosine.py", module)
        Console.WriteLine(module.Split('\n')[0]); // """Learning rate, weight decay and momentum of the recipe cosine.
        var grown = schedule.ConvertTo(EquivalentForm.TexpPlusPlus).ToSchedule(); // the same run without weight decay
        Console.WriteLine(grown.WeightDecay); // Constant { Length = , Value = 0 }
    }
}
