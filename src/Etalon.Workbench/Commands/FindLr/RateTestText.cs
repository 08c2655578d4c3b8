using Etalon.Lab.Charts;
using Etalon.Lab.Diagnosis.Phases;
using Etalon.Lab.Optimizers;
using Etalon.Lab.RangeTests;
using Etalon.Numerics;

namespace Etalon.Workbench.Commands;

/// <summary>A <see cref="RateRangeTest"/> as text: what it found, what others find, each seed, the curve, the rule.</summary>
internal static class RateTestText
{
    private const int ChartHeight = 10;

    /// <summary>What was tested.</summary>
    public static string Heading(RateRangeTest test) =>
        $"{test.Recipe.Name}: rates from {Axis.Label(test.Options.From)} to {Axis.Label(test.Options.To)} in {test.Options.Updates} "
        + $"updates, {(test.Curves.Count == 1 ? $"seed {test.Recipe.Seed}" : $"{test.Curves.Count} seeds from {test.Recipe.Seed} on")}";

    /// <summary>
    /// The interval and its middle beside the recipe's own rate and those that WNGrad and DoG find, as a table; or why there is none.
    /// </summary>
    public static IReadOnlyList<string> Answer(RateRangeTest test, int width)
    {
        List<string> text = [];
        if (test.Rate is { } rate)
        {
            var (lower, upper) = (test.Interval!.Value.Lower, test.Interval.Value.Upper);
            text.Add($"{"",-22} {"rate",20} {"effective rate",22}");
            text.Add(
                $"{"usable for all seeds",-22} {$"{Rate(lower)} to {Rate(upper)}",20} "
                + $"{(test.EffectiveRateAt(lower) is null ? "none" : $"{Effective(test, lower)} to {Effective(test, upper)}"),22}");
            text.Add($"{"the middle: use this",-22} {RateText.Of(rate, digits: 15),20} {Effective(test, rate),22}");
        }
        else
        {
            text.AddRange(test.Problems.SelectMany(problem => WrappedText.Lines("no usable rate: ", problem, width, indentation: 2)));
            text.Add("");
            text.Add($"{"",-22} {"rate",20} {"effective rate",22}");
        }
        text.Add($"{"the recipe's largest",-22} {Rate(test.Peak),20} {Effective(test, test.Peak),22}");
        text.AddRange(test.Others.Select(other => other.Rate is { } settled
            ? $"{$"{other.Name} settles at",-22} {Rate(settled),20} {Number(other.EffectiveRate),22}{DriftOf(other.Drift!.Value)}"
            : $"{$"{other.Name} settles",-22} {"nowhere",20} {"",22}   its loss was not finite"));
        return text;
    }

    /// <summary>Each seed, as a table.</summary>
    public static IReadOnlyList<string> Seeds(RateRangeTest test) =>
    [
        $"{"seed",-22} {"usable",20} {"loss at first",14} {"at least",9} {"at rate",9}   ended at rate",
        .. test.Curves.Select(
            curve => $"{curve.Seed,-22} {Usable(curve.Reading),20} {curve.Reading.FirstLoss,14:G4} {curve.Reading.LeastLoss,9:G4} "
                + $"{Rate(curve.Reading.LeastRate),9}   {End(curve)}"),
    ];

    /// <summary>The smoothed loss, drawn with characters.</summary>
    public static IReadOnlyList<string> Chart(RateRangeTest test, int width)
    {
        var mean = RateTestChart.MeanLoss(test);
        if (mean.X.Count == 0) return [];
        return [$"loss{(test.Curves.Count == 1 ? "" : ", the mean over the seeds,")} by the power of ten of the rate",
            .. TextChart.Draw([mean with { X = [.. mean.X.Select(Elementary.Log10)] }], width, ChartHeight)];
    }

    /// <summary>The rule, and what the other numbers are.</summary>
    public static IReadOnlyList<string> Notes(RateRangeTest test, int width)
    {
        string self = test.Others.Count == 0
            ? "" : $" WNGrad (one b for all, from the first gradient's norm) and DoG: the median of their last quarter of as many "
                + $"updates, as the rate that moves the weights as far under the recipe's "
                + $"momentum{(test.Recipe.Optimizer.Groups.Length > 0 ? ", without the recipe's groups" : "")}.";
        string multiplied = test.Recipe.Optimizer is SgdSpec ? "η/((1 - μ)|w|²)" : "what gradients are multiplied by over |w|²,";
        string effective = test.HasEffectiveRates
            ? $" Effective rates are {multiplied} of all scale-invariant weights, as the monitors measure them when a test comes to the "
                + $"rate."
            : " No weight is scale-invariant: there are no effective rates.";
        int half = UsableRateRule.HalfWindow(test.Options.Updates);
        return [.. WrappedText.Lines("",
            $"Usable: where the loss is within {UsableRateRule.Nearness:P0} of its whole fall of the least, or "
            + $"{UsableRateRule.NoiseErrors} standard errors where they are more, up to {half} updates before it is above that; the loss "
            + $"is the running median over {2 * half + 1} updates.{self}{effective}", width, indentation: 2)];
    }

    private static string Effective(RateRangeTest test, double rate) =>
        test.EffectiveRateAt(rate) is null && test.HasEffectiveRates ? "not tested" : Number(test.EffectiveRateAt(rate));

    private static string Number(double? value) => value is { } number ? Rate(number) : "none";

    private static string Rate(double rate) => RateText.Of(rate, digits: 3);

    private static string DriftOf(double drift) => Settling.IsAtRest(drift) ? "" : $"   still moving: x {Rate(drift)} over its second half";

    private static string Usable(RateReading reading) =>
        reading.Interval is { } interval ? $"{Rate(interval.Lower)} to {Rate(interval.Upper)}" : "none";

    private static string End(RateCurve curve) =>
        curve.Rates.Count == 0 ? "the first, not finite" : Rate(curve.Rates[^1]) + Why(curve.End);

    private static string Why(RateTestEnd end) => end switch
    {
        RateTestEnd.LossRose => ", the loss twice the first",
        RateTestEnd.NotFinite => ", the loss not finite",
        _ => "",
    };
}
