using System.Text.Json;
using Etalon.Lab.Conversions;
using Etalon.Lab.Recipes;
using Etalon.Schedules.Equivalence;
using Etalon.Workbench.Json;

namespace Etalon.Workbench.Commands;

/// <summary>What <c>convert --json</c> prints. Logarithms are natural: the numbers themselves may leave float64.</summary>
internal static class ConvertJson
{
    public static void Write(RecipeConversion converted, TextWriter output)
    {
        var conversion = converted.Conversion;
        var cost = converted.CostOfLeavingOut();
        output.WriteLine(JsonSerializer.Serialize(
            new
            {
                Recipe = converted.Source.Name,
                converted.Source.Hash,
                Form = FormWords.Of(conversion.Form),
                conversion.Theorem,
                SourceRule = conversion.SourceRule,
                TargetRule = conversion.TargetRule,
                Covers = converted.Parameters.Take(1),
                Keeps = converted.Parameters.Skip(1),
                Corrections = conversion.Corrections.Select(
                    correction => new
                    {
                        correction.Step,
                        Share = correction.Map.Share.Value,
                        LogShare = Log(correction.Map.Share),
                        correction.Map.LogBuffer
                    }),
                RateErrorWithoutPhaseCorrections = cost?.Phases,
                RateErrorWithoutCorrections = cost?.All,
                conversion.Range.MeanLogGrowthPerStep,
                conversion.Range.MeanLogGrowthPerEpoch,
                conversion.Range.LargestLogGrowthPerStep,
                conversion.Range.LargestLogRate,
                conversion.Range.LargestRateStep,
                conversion.Range.Formats,
                MemoryError = conversion.Adam?.MemoryError,
                conversion.ScalesGradients,
                conversion.Assumptions,
                EquivalentHash = converted.Target.Hash,
            },
            JsonFormat.Options));
    }

    private static double Log(SignedLog number) => number.Sign == 0 ? double.NegativeInfinity : number.Log;
}
