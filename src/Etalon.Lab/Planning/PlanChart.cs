using Etalon.Lab.Reports;
using Etalon.Lab.RunSpecs;

namespace Etalon.Lab.Planning;

/// <summary>Recipes as pictures.</summary>
public static class PlanChart
{
    /// <summary>
    /// One picture of several recipes: the rate, the weight decay with the intrinsic rate (rate times decay) on the axis at the right,
    /// and the momentum.
    /// </summary>
    public static Chart Of(IReadOnlyList<RunSpec> specs)
    {
        var rates = new List<ChartLine>();
        var decays = new List<ChartLine>();
        var momenta = new List<ChartLine>();
        for (var i = 0; i < specs.Count; i++)
        {
            var spec = specs[i];
            var steps = PlanSteps.Of(spec);
            var x = Horizontal(steps, XUnit(specs));
            var (rate, decay) = (PlanSteps.Values(spec.LearningRate, steps), PlanSteps.Values(spec.WeightDecay, steps));
            rates.Add(new(spec.Name, x, rate) { Color = i });
            decays.Add(new(spec.Name, x, decay) { Color = i });
            decays.Add(new(spec.Name, x, [.. rate.Zip(decay, (eta, lambda) => eta * lambda)]) { Color = i, OnRight = true });
            momenta.Add(new(spec.Name, x, PlanSteps.Values(spec.Momentum, steps)) { Color = i });
        }
        return new(specs.Count == 1 ? specs[0].Name : $"{specs.Count} recipes", XLabel(specs),
        [
            new("learning rate", rates) { Height = 240 },
            new("weight decay", decays) { RightLabel = "intrinsic rate (dashed)", Height = 140 },
            new("momentum", momenta) { Height = 90 },
        ])
        {
            Legend = specs.Count == 1 ? [] : [.. specs.Select(spec => spec.Name)],
        };
    }

    /// <summary>One quantity of several recipes as lines, for a terminal.</summary>
    internal static IReadOnlyList<ChartLine> Lines(IReadOnlyList<RunSpec> specs, Func<RunSpec, Schedules.Schedule> quantity) =>
    [
        .. specs.Select(spec =>
        {
            var steps = PlanSteps.Of(spec);
            return new ChartLine(spec.Name, Horizontal(steps, XUnit(specs)), PlanSteps.Values(quantity(spec), steps));
        }),
    ];

    /// <summary>What the horizontal axis shows: epochs where all recipes have the same and a run lasts at least two, else steps.</summary>
    internal static string XLabel(IReadOnlyList<RunSpec> specs) =>
        XUnit(specs) is 1 ? "step" : $"epoch of {XUnit(specs)} steps";

    private static long XUnit(IReadOnlyList<RunSpec> specs)
    {
        var perEpoch = specs[0].StepsPerEpoch;
        return specs.All(spec => spec.StepsPerEpoch == perEpoch) && specs.Any(spec => spec.TotalSteps >= 2 * perEpoch) ? perEpoch : 1;
    }

    private static double[] Horizontal(long[] steps, long unit) => Array.ConvertAll(steps, step => step / (double)unit);
}
