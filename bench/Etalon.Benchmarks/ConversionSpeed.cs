using BenchmarkDotNet.Attributes;
using Etalon.Schedules;
using Etalon.Schedules.Equivalence;

namespace Etalon.Benchmarks;

/// <summary>
/// How long the conversion of a recipe of a million steps takes, its schedules evaluated included; to stay below a second.
/// </summary>
public class ConversionSpeed
{
    private readonly UpdateSchedule _schedule = new()
    {
        LearningRate = new Sequence(new Linear(0, 0.1, 5000), new Cosine(0.1, 0, 995_000)),
        WeightDecay = 5e-4,
        Momentum = 0.9,
        TotalSteps = 1_000_000,
    };

    [Benchmark]
    public Conversion TexpPlusPlus() => Converter.Convert(_schedule, EquivalentForm.TexpPlusPlus);

    /// <summary>At its worst: every step is a phase of its own.</summary>
    [Benchmark]
    public Conversion Texp() => Converter.Convert(_schedule, EquivalentForm.Texp);

    [Benchmark]
    public Conversion WeightDecay() => Converter.Convert(_schedule, EquivalentForm.WeightDecay, new Constant(1e-4));

    [Benchmark]
    public Conversion Nesterov() => Converter.Convert(_schedule with { Rule = new() { Nesterov = true } }, EquivalentForm.TexpPlusPlus);
}
