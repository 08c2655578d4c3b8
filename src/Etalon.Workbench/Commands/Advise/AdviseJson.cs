using System.Text.Json;
using Etalon.Lab.Advice;
using Etalon.Lab.Recipes;
using Etalon.Workbench.Json;

namespace Etalon.Workbench.Commands;

/// <summary>What <c>advise --json</c> prints.</summary>
internal static class AdviseJson
{
    public static void Write(Advice advice, IReadOnlyList<string> findings, string recipe, TextWriter output) => Print(new
    {
        advice.Budget.TotalSteps,
        LearningRate = advice.Rate,
        advice.WeightDecay,
        WeightDecayBeforeLimits = advice.DecayBeforeLimits,
        Limit = advice.Binding?.Reason,
        WarmupSteps = advice.Warmup,
        advice.UnitsPerUpdate,
        UpdatesPerUnit = 1 / advice.UnitsPerUpdate,
        advice.EpochsPerUnit,
        advice.UnitsByPhase,
        advice.Angle,
        advice.ShareOfOscillation,
        EffectiveRateAfterDrops = advice.AfterDrops,
        advice.GradientGrowth,
        Norm = advice.Norm is { } norm ? NormOf(norm, advice.ShortestWarmup) : null,
        Measured = advice.Budget.Noise is { } noise ? new
        {
            NoiseScale = noise.Images,
            NoiseScaleAtLeast = noise.LeastImages,
            noise.Noise,
            noise.Signal,
            noise.SignalError,
            noise.StartNorm,
            noise.StartRms,
            advice.MeasuredNorm?.EquilibriumNorm,
            advice.MeasuredNorm?.OvershootWithout,
        } : null,
        Numbers = advice.Numbers.Select(number => new { number.Name, Value = number.Text, number.Standing, number.Reason, number.Change }),
        Findings = findings,
        Recipe = recipe,
    }, output);

    public static void Write(RecipeJudgment judgment, TextWriter output) => Print(new
    {
        Recipe = judgment.Recipe.Name,
        judgment.Recipe.Hash,
        Numbers = NumbersOf(judgment.Numbers),
        UnitsByPhase = judgment.Phases.Select(phase => new { phase.Begin, phase.End, phase.MixingUnits }),
        judgment.Units,
        UnitsBeforeTheFirstDrop = judgment.MainUnits,
        EpochsPerUnit = judgment.EpochsPerUnit is { } epochs ? JsonNumber.Of(epochs) : null,
        judgment.Angle,
        judgment.UnitsAtPeak,
        judgment.UnitsByTokens,
        judgment.AdvisedDecay,
        Norm = judgment.Norm is { } norm ? NormOf(norm, norm.Shortest(judgment.Numbers.TotalSteps)) : null,
        judgment.Remedy,
        judgment.Findings,
    }, output);

    public static void Write(Transfer transfer, Recipe recipe, TextWriter output) => Print(new
    {
        From = recipe.Name,
        recipe.Hash,
        Before = NumbersOf(transfer.From),
        Steps = transfer.Steps.Select(step => new { step.Change, step.Reason, Numbers = NumbersOf(step.Numbers) }),
        After = NumbersOf(transfer.To),
        transfer.Exceeded,
        transfer.Doubts,
    }, output);

    private static object NumbersOf(RecipeNumbersAtPeak numbers) => new
    {
        Optimizer = numbers.Rule.Name,
        LearningRate = numbers.Rate,
        numbers.WeightDecay,
        numbers.Rule.Momentum,
        Beta2 = numbers.Rule.IsCoupled ? (double?)null : numbers.Rule.Beta2,
        numbers.Epsilon,
        numbers.Batch,
        numbers.TotalSteps,
        numbers.StepsPerEpoch,
        numbers.UnitsPerUpdate,
        numbers.UnitsPerEpoch,
        numbers.Units,
        Angle = numbers.Rule.Angle(numbers.UnitsPerUpdate),
    };

    private static object NormOf(AdamWarmup norm, long? shortest) => new
    {
        norm.StartRms,
        norm.EquilibriumRms,
        norm.OvershootWithout,
        ShortestWarmup = shortest,
        norm.BalancedRate,
        norm.BalancedDecay,
    };

    private static void Print(object value, TextWriter output) => output.WriteLine(JsonSerializer.Serialize(value, JsonFormat.Options));
}
