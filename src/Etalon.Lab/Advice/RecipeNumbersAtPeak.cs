using Etalon.Lab.Conversions;
using Etalon.Lab.Optimizers;
using Etalon.Lab.Recipes;
using Etalon.Schedules;

namespace Etalon.Lab.Advice;

/// <summary>What of a recipe decides how its scale-invariant weights move: its numbers at the peak of its rate, and its length.</summary>
/// <param name="Rule">The optimizer.</param>
/// <param name="Rate">The peak rate.</param>
/// <param name="WeightDecay">The decay at that update.</param>
/// <param name="TotalSteps">Updates of the run.</param>
/// <param name="StepsPerEpoch">Updates of an epoch.</param>
/// <param name="Batch">Examples of an update; null where the recipe names no data.</param>
internal sealed record RecipeNumbersAtPeak(
    AdvisedRule Rule, double Rate, double WeightDecay, long TotalSteps, double StepsPerEpoch, double? Batch)
{
    /// <summary>Adam's epsilon; null where the optimizer has none.</summary>
    public double? Epsilon { get; init; }

    /// <summary>L, the mixing units of an update.</summary>
    public double UnitsPerUpdate => Rate * WeightDecay * Rule.UnitsPerIntrinsicRate;

    /// <summary>L over the batch, times 1: what a change of the batch must keep. Per update of one example where the batch is not known.
    /// </summary>
    public double UnitsPerExample => UnitsPerUpdate / (Batch ?? 1);

    /// <summary>Reads them from a recipe.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="schedule">The numbers of its scale-invariant weights.</param>
    /// <exception cref="InputException">There are no rules for its optimizer, or its rate follows the loss.</exception>
    public static RecipeNumbersAtPeak Of(Recipe recipe, out UpdateSchedule schedule)
    {
        if (recipe.AutoDecay is not null)
            throw new InputException("auto_decay: the rate will follow the loss, which nobody knows before; write down the schedule");
        TableLimit.Require(recipe, "advice");
        var numbers = RecipeNumbers.Of(recipe with { Equivalent = null });
        schedule = numbers.Schedule;
        if (numbers.Groups.FirstOrDefault(group => group.Parameters == ParameterKind.ScaleInvariant) is { } group)
            schedule = schedule with { LearningRate = group.LearningRate, WeightDecay = group.WeightDecay, Momentum = group.Momentum };
        long peak = PeakOf(schedule);
        var rule = AdvisedRule.Of(recipe.Optimizer, schedule.Momentum.ValueAt(peak));
        // What AdamW calls β1 is no momentum of a buffer of updates: it leaves the units of an update as they are.
        if (!rule.IsCoupled) schedule = schedule with { Momentum = new Constant(0, recipe.TotalSteps) };
        return new(rule, schedule.LearningRate.ValueAt(peak), schedule.WeightDecay.ValueAt(peak), recipe.TotalSteps, recipe.StepsPerEpoch,
            recipe.Data?.Batch)
        {
            Epsilon = (recipe.Optimizer as AdamSpec)?.Options.Epsilon,
        };
    }

    private static long PeakOf(UpdateSchedule schedule)
    {
        long peak = 0;
        for (long step = 1; step < schedule.TotalSteps; step++)
            if (schedule.LearningRate.ValueAt(step) > schedule.LearningRate.ValueAt(peak)) peak = step;
        return peak;
    }
}
