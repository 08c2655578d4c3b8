using System.Text.Json;
using Etalon.Lab.RangeTests;
using Etalon.Workbench.Json;

namespace Etalon.Workbench.Commands;

/// <summary>What <c>find-lr --json</c> prints.</summary>
internal static class FindLrJson
{
    public static void Write(RateRangeTest test, TextWriter output) => output.WriteLine(JsonSerializer.Serialize(
        new
        {
            Recipe = test.Recipe.Name,
            test.Recipe.Hash,
            test.Options,
            test.Rate,
            EffectiveRate = EffectiveAt(test, test.Rate),
            test.Interval?.Lower,
            test.Interval?.Upper,
            LowerEffectiveRate = EffectiveAt(test, test.Interval?.Lower),
            UpperEffectiveRate = EffectiveAt(test, test.Interval?.Upper),
            test.Problems,
            RecipeRate = test.Peak,
            test.Others,
            Seeds = test.Curves.Select(
                curve => new
                {
                    curve.Seed,
                    Reading = Of(curve.Reading),
                    curve.End,
                    curve.Rates,
                    curve.Losses,
                    curve.Smoothed,
                    curve.EffectiveRates
                }),
        },
        JsonFormat.Options));

    // Null where a seed that was not finite at once has no number.
    private static object Of(RateReading reading) => new
    {
        FirstLoss = JsonNumber.Of(reading.FirstLoss),
        LeastLoss = JsonNumber.Of(reading.LeastLoss),
        LeastRate = JsonNumber.Of(reading.LeastRate),
        Error = JsonNumber.Of(reading.Error),
        reading.Interval,
        reading.Problem,
    };

    private static double? EffectiveAt(RateRangeTest test, double? rate) => rate is { } value ? test.EffectiveRateAt(value) : null;
}
