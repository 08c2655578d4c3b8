using Console = Etalon.Schedules.Tests.Documentation.ExampleConsole;

namespace Etalon.Schedules.Tests.Documentation;

/// <summary>The examples of the pieces' documentation. Each prints what its comments say.</summary>
public static class PieceExamples
{
    public static void ConstantExample()
    {
        var momentum = new Constant(0.9);
        Console.WriteLine(momentum.ValueAt(0)); // 0.9
        Console.WriteLine(momentum.ValueAt(1_000_000)); // 0.9
    }

    public static void LinearExample()
    {
        var rate = new Linear(from: 1, to: 0, length: 4);
        Console.WriteLine(rate.ValueAt(0)); // 1
        Console.WriteLine(rate.ValueAt(3)); // 0.25
        Console.WriteLine(rate.ValueAt(4)); // 0, and so past the end
        var reaches = new Linear(from: 1, to: 0, length: 5, inclusive: true);
        Console.WriteLine(reaches.ValueAt(4)); // 0, at the last of its 5 steps
    }

    public static void CosineExample()
    {
        var rate = new Cosine(from: 0.1, to: 0, length: 100);
        Console.WriteLine(rate.ValueAt(0)); // 0.1
        Console.WriteLine(rate.ValueAt(50)); // 0.05
        Console.WriteLine(rate.ValueAt(100)); // 0, and so past the end
    }

    public static void PolynomialExample()
    {
        var rate = new Polynomial(from: 1, to: 0, length: 10, power: 2);
        Console.WriteLine(rate.ValueAt(0)); // 1
        Console.WriteLine(rate.ValueAt(5)); // 0.25
        Console.WriteLine(rate.ValueAt(10)); // 0, and so past the end
    }

    public static void ExponentialExample()
    {
        var rate = new Exponential(from: 0.1, factor: 2, every: 10);
        Console.WriteLine(rate.ValueAt(0)); // 0.1
        Console.WriteLine($"{rate.ValueAt(30):F3}"); // 0.800
        var logarithm = rate.LogValueAt(1_000_000); // exact, where the value is far beyond float64
        Console.WriteLine($"{logarithm:F1}"); // 69312.4
    }

    public static void StepsExample()
    {
        var rate = new Steps(start: 0.5, at: [30, 60], factor: 0.5);
        Console.WriteLine(rate.ValueAt(29)); // 0.5
        Console.WriteLine(rate.ValueAt(30)); // 0.25
        Console.WriteLine(rate.ValueAt(60)); // 0.125, and so from here on
    }

    public static void InverseSqrtExample()
    {
        var rate = new InverseSqrt(peak: 1, shift: 100);
        Console.WriteLine(rate.ValueAt(0)); // 1
        Console.WriteLine(rate.ValueAt(300)); // 0.5
        Console.WriteLine(rate.ValueAt(1500)); // 0.25
    }

    public static void RestartsExample()
    {
        var rate = new Restarts(from: 1, to: 0, period: 10, growth: 2, peakDecay: 0.5);
        Console.WriteLine(rate.ValueAt(0)); // 1
        Console.WriteLine(rate.ValueAt(5)); // 0.5
        Console.WriteLine(rate.ValueAt(10)); // 0.5, the peak of the second cycle, which lasts 20 steps
        Console.WriteLine(rate.ValueAt(30)); // 0.25, the peak of the third
    }

    public static void TriangularExample()
    {
        var rate = new Triangular(low: 0, high: 1, period: 8, decay: 0.5);
        Console.WriteLine(rate.ValueAt(2)); // 0.5
        Console.WriteLine(rate.ValueAt(4)); // 1
        Console.WriteLine(rate.ValueAt(8)); // 0
        Console.WriteLine(rate.ValueAt(12)); // 0.5, the peak of the second cycle
    }

    public static void OneCycleExample()
    {
        var rate = OneCycle.OfPeak(1, length: 100);
        var momentum = rate.WithMomentum(high: 0.95, low: 0.85);
        Console.WriteLine($"{rate.ValueAt(0):F2}"); // 0.04
        Console.WriteLine(rate.ValueAt(29)); // 1
        Console.WriteLine(momentum.ValueAt(29)); // 0.85
        Console.WriteLine(rate.ValueAt(99)); // 4E-06, and so past the end
    }

    public static void WarmupStableDecayExample()
    {
        var rate = new WarmupStableDecay(peak: 1, warmupLength: 3, stableLength: 80, decayLength: 20);
        Console.WriteLine(rate.ValueAt(0)); // 0.25
        Console.WriteLine(rate.ValueAt(3)); // 1
        Console.WriteLine(rate.ValueAt(93)); // 0.5
        Console.WriteLine(rate.ValueAt(103)); // 0, and so past the end
    }

    public static void TableExample()
    {
        var rate = new Table([0.1, 0.2, 0.05]);
        Console.WriteLine(rate.ValueAt(1)); // 0.2
        Console.WriteLine(rate.ValueAt(7)); // 0.05, the last one
        var logarithms = new Table([0, 5000], logarithmic: true);
        Console.WriteLine(logarithms.LogValueAt(1)); // 5000
    }

    public static void WarmupExample()
    {
        var rate = new Sequence(new Warmup(peak: 1, length: 4), new Cosine(from: 1, to: 0, length: 100));
        Console.WriteLine(rate.ValueAt(0)); // 0.2
        Console.WriteLine(rate.ValueAt(3)); // 0.8
        Console.WriteLine(rate.ValueAt(4)); // 1
    }

    public static void WarmupConventionExample()
    {
        Console.WriteLine(new Warmup(1, length: 4, WarmupConvention.Between).ValueAt(0)); // 0.2
        Console.WriteLine(new Warmup(1, length: 4, WarmupConvention.EndAtPeak).ValueAt(0)); // 0.25
        Console.WriteLine(new Warmup(1, length: 4, WarmupConvention.StartAtZero).ValueAt(0)); // 0
    }

    public static void RampShapeExample()
    {
        double AtAQuarter(RampShape shape) => new WarmupStableDecay(1, 0, 0, decayLength: 4, shape: shape).ValueAt(1);
        Console.WriteLine(AtAQuarter(RampShape.Linear)); // 0.75
        Console.WriteLine(AtAQuarter(RampShape.Sqrt)); // 0.5
        Console.WriteLine($"{AtAQuarter(RampShape.Cosine):F4}"); // 0.8536
    }

    public static void BreakpointExample()
    {
        var rate = new WarmupStableDecay(peak: 1, warmupLength: 3, stableLength: 80, decayLength: 20);
        foreach (var point in rate.Breakpoints(length: 103)) Console.WriteLine($"{point.Step}: {point.What}");
        // 3: plateau begins
        // 83: decay begins
    }
}
