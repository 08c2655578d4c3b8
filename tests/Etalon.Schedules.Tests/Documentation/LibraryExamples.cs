using Etalon.Schedules.Equivalence;
using Etalon.Schedules.Export;
using Console = Etalon.Schedules.Tests.Documentation.ExampleConsole;

namespace Etalon.Schedules.Tests.Documentation;

/// <summary>The examples of what is not a piece: combinators, time, recipes, exporters. Each prints what its comments say.</summary>
public static class LibraryExamples
{
    public static void ScheduleExample()
    {
        Schedule rate = new Warmup(0.4, length: 500).Then(new Cosine(0.4, 0, length: 9500));
        for (long step = 0; step < 10_000; step++)
        {
            var learningRate = rate.ValueAt(step); // of update number `step`
            if (step == 5250) Console.WriteLine(learningRate); // 0.2
        }
        Console.WriteLine(Schedule.FromJson(rate.ToJson()) == rate); // True
    }

    public static void SequenceExample()
    {
        var rate = new Sequence(new Linear(0, 1, length: 10), new Constant(1, length: 80), new Linear(1, 0, length: 10));
        Console.WriteLine(rate.ValueAt(5)); // 0.5
        Console.WriteLine(rate.ValueAt(10)); // 1, of the second piece: a boundary belongs to the later one
        Console.WriteLine(string.Join(" ", rate.Begins)); // 0 10 90
        Console.WriteLine(rate.PieceAt(95)); // 2
        Console.WriteLine(rate.Length); // 100
        Console.WriteLine(rate.Jumps.Count); // 0, as each piece begins where the one before it ends
    }

    public static void JumpExample()
    {
        var rate = new Warmup(0.4, length: 5).Then(new Cosine(0.1, 0, length: 95));
        Console.WriteLine(rate.Jumps[0]); // Jump { Step = 5, From = 0.4, To = 0.1 }
    }

    public static void RunLengthExample()
    {
        var run = new RunLength(epochs: 90, stepsPerEpoch: 391);
        Console.WriteLine(run.TotalSteps); // 35190
        Console.WriteLine(run.Epochs(5)); // 1955
        Console.WriteLine(run.After(5)); // 33235
        var rate = new Warmup(0.4, run.Epochs(5)).Then(new Cosine(0.4, 0, run.After(5)));
        Console.WriteLine(rate.Length == run.TotalSteps); // True
    }

    public static void ScaledExample()
    {
        var rate = new Scaled(new Cosine(0.1, 0, length: 100), factor: 4);
        Console.WriteLine(rate.ValueAt(0)); // 0.4
        Console.WriteLine(rate.ValueAt(50)); // 0.2
    }

    public static void RepeatedExample()
    {
        var rate = new Repeated(new Linear(1, 0, length: 4), times: 2);
        Console.WriteLine(rate.ValueAt(3)); // 0.25
        Console.WriteLine(rate.ValueAt(4)); // 1
        Console.WriteLine(rate.ValueAt(8)); // 0, what the ramp holds past its end
    }

    public static void StretchedExample()
    {
        var rate = new Stretched(new Linear(1, 0, length: 4), factor: 10);
        Console.WriteLine(rate.Length); // 40
        Console.WriteLine(rate.ValueAt(30)); // 0.25
    }

    public static void UpdateRowExample()
    {
        var row = new UpdateRow(LogRate: double.NegativeInfinity, WeightDecay: 5e-4, Momentum: 0.9, LookAhead: 0);
        Console.WriteLine(row.Rate); // 0
        Console.WriteLine(row.IntrinsicRate); // 0
    }

    public static void UpdateRuleExample()
    {
        Console.WriteLine(new UpdateRule()); // v ← μ v + g + λ w;  w ← w - η v
        Console.WriteLine(new UpdateRule { Dampening = 0.5 }.Taken(momentum: 0.9)); // 0.5
    }

    public static void UpdateTableExample()
    {
        var schedule = new UpdateSchedule
        {
            LearningRate = new Steps(0.5, [10], 0.5),
            WeightDecay = 0,
            Momentum = 0.9,
            TotalSteps = 20,
        };
        var table = UpdateTable.Of(schedule);
        Console.WriteLine(table.Count); // 20
        Console.WriteLine(table[10].Momentum); // 0.9
        Console.WriteLine(table.ToString().Split('\n')[1]); // step  lr    weight_decay  momentum  log_lr
    }

    public static void ParameterKindExample()
    {
        var group = new ScheduleGroup(ParameterKind.ScaleInvariant, new Constant(0.1), new Constant(5e-4), new Constant(0.9));
        Console.WriteLine(group.Name); // scale-invariant
    }

    public static void ScheduleGroupExample()
    {
        var schedule = new UpdateSchedule { LearningRate = 0.1, WeightDecay = 5e-4, Momentum = 0.9, TotalSteps = 100 };
        var covered = new ScheduleGroup(Converter.Convert(schedule, EquivalentForm.TexpPlusPlus));
        Console.WriteLine($"{covered.Name}: {covered.WeightDecay.ValueAt(0)}"); // covered: 0
    }

    public static void GroupedScheduleExample()
    {
        var schedule = new UpdateSchedule { LearningRate = 0.1, WeightDecay = 5e-4, Momentum = 0.9, TotalSteps = 100 };
        var equivalent = GroupedSchedule.Of(schedule, Converter.Convert(schedule, EquivalentForm.TexpPlusPlus));
        Console.WriteLine(string.Join(", ", equivalent.Groups.Select(group => group.Name))); // covered, rest
    }

    public static void OptimizerRuleExample()
    {
        var adamw = new OptimizerRule("adamw") { Beta2 = 0.95 };
        Console.WriteLine(adamw.IsAdam); // True
    }

    public static void DurationExample()
    {
        var duration = Duration.Parse("30ep");
        Console.WriteLine(duration.Amount); // 30
        Console.WriteLine(duration.Unit); // Epochs
        Console.WriteLine(Duration.Parse("25%")); // 0.25dur
    }

    public static void TimeUnitExample()
    {
        var run = new Timeline(stepsPerEpoch: 391, samplesPerStep: 128, totalSteps: 3910);
        Console.WriteLine(run.StepsOf(new Duration(2, TimeUnit.Epochs))); // 782
        Console.WriteLine(run.StepsOf(new Duration(500, TimeUnit.Batches))); // 500
        Console.WriteLine(run.StepsOf(new Duration(1280, TimeUnit.Samples))); // 10
        Console.WriteLine(run.StepsOf(new Duration(0.3m, TimeUnit.Run))); // 1173
    }

    public static void TimelineExample()
    {
        var run = Timeline.OfRun(Duration.Parse("160ep"), stepsPerEpoch: 391);
        Console.WriteLine(run.TotalSteps); // 62560
        var rate = new Steps(0.1, [run.StepsOf(Duration.Parse("80ep")), run.StepsOf(Duration.Parse("75%"))], factor: 0.1);
        Console.WriteLine(string.Join(" ", rate.At)); // 31280 46920
    }

    public static void UpdateScheduleExample()
    {
        var schedule = new UpdateSchedule
        {
            LearningRate = new Cosine(0.1, 0, length: 10_000),
            WeightDecay = 5e-4,
            Momentum = 0.9,
            TotalSteps = 10_000,
        };
        Console.WriteLine(schedule.LearningRate.ValueAt(5000)); // 0.05
        Console.WriteLine(UpdateSchedule.FromJson(schedule.ToJson()) == schedule); // True
        Console.WriteLine(schedule.ContentHash()[..8]); // b81510c6
    }

    public static void DecayFormExample()
    {
        var coupled = new UpdateSchedule { LearningRate = 0.1, WeightDecay = 5e-4, Momentum = 0.9, TotalSteps = 100 };
        var decoupled = coupled with { Rule = new() { Decay = DecayForm.Decoupled } };
        Console.WriteLine(coupled.Rule.Decay); // Coupled
        Console.WriteLine(decoupled == coupled); // False
    }

    public static void PyTorchExporterExample()
    {
        var schedule = new UpdateSchedule
        {
            LearningRate = new Cosine(0.1, 0, length: 100),
            WeightDecay = 5e-4,
            Momentum = 0.9,
            TotalSteps = 100,
        };
        using var module = new StringWriter(); // or a StreamWriter of cosine.py
        PyTorchExporter.Write(schedule, "cosine", module);
        Console.WriteLine(module.ToString().Contains("class RecipeScheduler")); // True
    }

    public static void OptaxExporterExample()
    {
        var schedule = new UpdateSchedule
        {
            LearningRate = new Cosine(0.1, 0, length: 100),
            WeightDecay = 5e-4,
            Momentum = 0.9,
            TotalSteps = 100,
        };
        using var module = new StringWriter(); // or a StreamWriter of cosine.py
        OptaxExporter.Write(schedule, "cosine", module);
        const string formula = "jnp.where(t < 100, 0.1 * (0.5 * (1.0 + jnp.cos(math.pi * (t / 100)))), 0.0)";
        Console.WriteLine(module.ToString().Contains(formula)); // True
    }

    public static void KerasExporterExample()
    {
        var schedule = new UpdateSchedule
        {
            LearningRate = new Cosine(0.1, 0, length: 100),
            WeightDecay = 5e-4,
            Momentum = 0.9,
            TotalSteps = 100,
        };
        using var module = new StringWriter(); // or a StreamWriter of cosine.py
        KerasExporter.Write(schedule, "cosine", module);
        Console.WriteLine(module.ToString().Contains("class LearningRate(keras.optimizers.schedules.LearningRateSchedule)")); // True
    }

    public static void CsvExporterExample()
    {
        var schedule = new UpdateSchedule
        {
            LearningRate = new Linear(1, 0, length: 2),
            WeightDecay = 5e-4,
            Momentum = 0.9,
            TotalSteps = 2,
        };
        using var table = new StringWriter();
        CsvExporter.Write(schedule, table);
        foreach (var line in table.ToString().TrimEnd().Split('\n')) Console.WriteLine(line);
        // step,lr,weight_decay,momentum,log_lr
        // 0,1,0.0005,0.9,0
        // 1,0.5,0.0005,0.9,-0.6931471805599453
    }

    public static void JsonExporterExample()
    {
        var schedule = new UpdateSchedule
        {
            LearningRate = new Linear(1, 0, length: 2),
            WeightDecay = 5e-4,
            Momentum = 0.9,
            TotalSteps = 2,
        };
        using var text = new StringWriter();
        JsonExporter.Write(schedule, "two updates", text);
        Console.WriteLine(text.ToString().Contains("\"name\": \"two updates\"")); // True
    }
}
