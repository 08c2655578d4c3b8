using Etalon.Lab.Charts;
using Etalon.Lab.RangeTests;

namespace Etalon.Workbench.Commands;

/// <summary>
/// A <see cref="RateRangeTest"/> as a picture: loss and effective rate against the rate, with the interval and the rates that WNGrad and
/// DoG find.
/// </summary>
internal static class RateTestChart
{
    private const int Mean = 0, Seed = 1, Usable = 2, FirstOther = 3;

    /// <summary>The picture.</summary>
    public static Chart Of(RateRangeTest test)
    {
        ArgumentNullException.ThrowIfNull(test);
        string[] legend = ["mean over seeds", "a seed", "usable, and its middle", .. test.Others.Select(other => other.Name)];
        List<ChartPanel> panels = [new("loss", WithMarks(test, Losses(test))) { Height = 280 }];
        if (test.HasEffectiveRates) panels.Add(new("effective rate", WithMarks(test, EffectiveRates(test))));
        return new Chart($"{test.Recipe.Name}: loss while the rate rises", "learning rate", panels)
        {
            Legend = legend,
            IsXLogarithmic = true
        };
    }

    /// <summary>The smoothed losses of the seeds; there is a gap where one is above the end of a test.</summary>
    internal static IReadOnlyList<ChartLine> Losses(RateRangeTest test) =>
        [.. test.Curves.Select(
            curve => LineOf(curve,
                [.. curve.Smoothed.Select(loss => loss <= UsableRateRule.EndOfTest * curve.Reading.FirstLoss ? loss : double.NaN)]))];

    /// <summary>Their mean, as far as all seeds come.</summary>
    internal static ChartLine MeanLoss(RateRangeTest test) => MeanOf(test, Losses(test));

    private static IReadOnlyList<ChartLine> EffectiveRates(RateRangeTest test) =>
        [.. test.Curves.Select(curve => LineOf(curve, curve.EffectiveRates ?? []))];

    private static ChartLine LineOf(RateCurve curve, IReadOnlyList<double> values) =>
        new($"seed {curve.Seed}", curve.Rates, values) { Color = Seed, IsThin = true };

    private static IReadOnlyList<ChartLine> WithMarks(RateRangeTest test, IReadOnlyList<ChartLine> seeds)
    {
        double[] values = [.. seeds.SelectMany(line => line.Y).Where(value => double.IsFinite(value) && value > 0)];
        if (values.Length == 0) return seeds;
        ChartLine Mark(string name, double rate, int color, bool isThin = false) =>
            new(name, [rate, rate], [values.Min(), values.Max()]) { Color = color, IsThin = isThin };
        List<ChartLine> lines = [.. seeds, MeanOf(test, seeds)];
        if (test.Interval is { } interval)
            lines.AddRange(
                [Mark("usable", interval.Lower, Usable, isThin: true), Mark("usable", interval.Upper, Usable, isThin: true),
                    Mark("middle", test.Rate!.Value, Usable)]);
        // A mark outside of the test would stretch the axis.
        lines.AddRange(
            test.Others.Select((other, i) => Mark(other.Name, other.Rate ?? double.NaN, FirstOther + i))
                .Where(line => line.X[0] >= test.Options.From && line.X[0] <= test.Options.To));
        return lines;
    }

    private static ChartLine MeanOf(RateRangeTest test, IReadOnlyList<ChartLine> seeds)
    {
        var longest = test.Curves.MaxBy(curve => curve.Rates.Count)!.Rates;
        // One that was not finite at once has nothing to say.
        var begun = seeds.Where(line => line.Y.Count > 0).ToList();
        int common = begun.Count == 0 ? 0 : begun.Min(line => line.Y.Count);
        return new ChartLine("mean", [.. longest.Take(common)],
            [.. Enumerable.Range(0, common).Select(i => begun.Average(line => line.Y[i]))])
        { Color = Mean };
    }
}
