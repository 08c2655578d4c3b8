using Etalon.Schedules.Equivalence;
using Console = Etalon.Schedules.Tests.Documentation.ExampleConsole;

namespace Etalon.Schedules.Tests.Documentation;

/// <summary>The examples of AdamW and other rules with decoupled decay. Each prints what its comments say.</summary>
public static class AdamExamples
{
    public static void ScaledGradientExample()
    {
        var adamw = new UpdateSchedule(new Cosine(6e-4, 6e-5, length: 10_000), new Constant(0.1), new Constant(0.9), totalSteps: 10_000)
        {
            Rule = new() { Decay = DecayForm.Decoupled },
        };
        var scaled = ScaledGradient.Convert(UpdateTable.Of(adamw));
        Console.WriteLine($"{Math.Exp(scaled.LogScaleAt(5000)):G6}"); // 1.28526, the factor of the gradients at update 5000
        Console.WriteLine($"{scaled.Target[5000].Rate:G6}"); // 0.000424151, its rate
        Console.WriteLine(scaled.Target[5000].WeightDecay); // 0
    }
}
