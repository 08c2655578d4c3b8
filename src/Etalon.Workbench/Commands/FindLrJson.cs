using System.Text.Json;
using Etalon.Lab.RateTests;

namespace Etalon.Workbench.Commands;

/// <summary>What <c>find-lr --json</c> prints.</summary>
internal static class FindLrJson
{
    public static void Write(RateRangeTest test, TextWriter output) => output.WriteLine(JsonSerializer.Serialize(
        new
        {
            Recipe = test.Spec.Name,
            test.Spec.Hash,
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
            Seeds = test.Curves.Select(curve => new { curve.Seed, curve.Reading, curve.End, curve.Rates, curve.Losses, curve.Smoothed, curve.EffectiveRates }),
        },
        RunsCommand.Json));

    private static double? EffectiveAt(RateRangeTest test, double? rate) => rate is { } value ? test.EffectiveRateAt(value) : null;
}
