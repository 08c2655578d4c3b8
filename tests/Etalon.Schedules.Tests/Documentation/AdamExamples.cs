using Etalon.Schedules.Equivalence;
using Console = Etalon.Schedules.Tests.Documentation.ExampleConsole;

namespace Etalon.Schedules.Tests.Documentation;

/// <summary>The examples of AdamW and other rules with decoupled decay. Each prints what its comments say.</summary>
public static class AdamExamples
{
    public static void ScaledGradientExample()
    {
        var adamw = new UpdateSchedule
        {
            LearningRate = new Cosine(6e-4, 6e-5, length: 10_000),
            WeightDecay = 0.1,
            Momentum = 0.9,
            TotalSteps = 10_000,
            Rule = new() { Decay = DecayForm.Decoupled },
        };
        var scaled = ScaledGradient.Convert(UpdateTable.Of(adamw));
        Console.WriteLine($"{Math.Exp(scaled.LogScaleAt(5000)):G6}"); // 1.28526, the factor of the gradients at update 5000
        Console.WriteLine($"{scaled.Target[5000].Rate:G6}"); // 0.000424151, its rate
        Console.WriteLine(scaled.Target[5000].WeightDecay); // 0
    }

    public static void AdamNumbersExample()
    {
        var schedule = new UpdateSchedule { LearningRate = 1e-3, WeightDecay = 0.1, Momentum = 0.9, TotalSteps = 1001 };
        var conversion = AdamNumbers.Convert(AdamTable.Of(schedule, new OptimizerRule("adamw")));
        var row = conversion.Target[1000]; // lr, betas and eps of update 1000; the weight decay is 0
        Console.WriteLine($"{row.Rate:G6} ({row.Beta1:G6}, {row.Beta2:G6}) {row.Epsilon:G6}"); // 0.00113475 (0.89991, 0.998868) 9.29786E-09
        var constant = AdamConstantBetas.Convert(conversion.Source).Target[1000];
        Console.WriteLine($"{constant.Rate:G6} ({constant.Beta1:G6}, {constant.Beta2:G6}) {constant.Epsilon:G6}");
        // 0.0011505 (0.89991, 0.9988) 9.42697E-09
        Console.WriteLine($"{AdamRateOnly.Convert(conversion.Source).MemoryError:G2}"); // 0.1, the size of what the rate alone leaves out
    }

    public static void DecayConversionExample()
    {
        // A decay of 1e-4 in the convention of the paper, at a peak rate of 1e-3, is 0.1 for PyTorch's AdamW.
        var paper = new UpdateSchedule
        {
            LearningRate = new Cosine(1e-3, 0, length: 1000),
            WeightDecay = 1e-4,
            Momentum = 0.9,
            TotalSteps = 1000,
            Rule = new() { Decay = DecayForm.Decoupled },
        };
        var torch = DecayConversion.Convert(UpdateTable.Of(paper), DecayConvention.Paper, DecayConvention.Torch);
        Console.WriteLine($"{torch[500].WeightDecay:G6}"); // 0.1
        var adamC = DecayConversion.Convert(torch, DecayConvention.Torch, DecayConvention.AdamC);
        Console.WriteLine($"{adamC[0].WeightDecay:G6} {adamC[500].WeightDecay:G6}"); // 0.1 0.2
    }
}
