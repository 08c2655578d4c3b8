using Etalon.Lab.Conversions;
using Etalon.Lab.Optimizers;
using Etalon.Lab.Recipes;
using Etalon.Schedules;
using Etalon.Schedules.Dynamics;

namespace Etalon.Lab.Advice;

/// <summary>What of a recipe decides how its scale-invariant weights move: its numbers at the peak of its rate, and its length.</summary>
/// <param name="Rule">The optimizer.</param>
/// <param name="Rate">The peak rate.</param>
/// <param name="WeightDecay">The decay at that update.</param>
/// <param name="TotalSteps">Updates of the run.</param>
/// <param name="StepsPerEpoch">Updates of an epoch; null where the recipe does not say.</param>
/// <param name="Batch">Examples of an update; null where the recipe names no data.</param>
internal sealed record RecipeNumbersAtPeak(
    AdvisedRule Rule, double Rate, double WeightDecay, long TotalSteps, double? StepsPerEpoch, double? Batch)
{
    /// <summary>Adam's epsilon; null where the optimizer has none.</summary>
    public double? Epsilon { get; init; }

    /// <summary>The mean of rate times decay over the run, over that of the peak.</summary>
    public double MeanOverPeak { get; init; } = 1;

    /// <summary>What the recipe's length is counted in: epochs of another length take another number of updates.</summary>
    public TimeUnit LengthUnit { get; init; } = TimeUnit.Epochs;

    /// <summary>Whether times in its schedules are written in updates.</summary>
    public bool HasTimesInUpdates { get; init; }

    /// <summary>L, the mixing units of an update.</summary>
    public double UnitsPerUpdate => Rate * WeightDecay * Rule.UnitsPerIntrinsicRate;

    /// <summary>The mixing units of an epoch at the peak; null where nobody said how long one is.</summary>
    public double? UnitsPerEpoch => UnitsPerUpdate * StepsPerEpoch;

    /// <summary>The mixing units of the whole run.</summary>
    public double Units => UnitsPerUpdate * TotalSteps * MeanOverPeak;

    /// <summary>L over the batch, times 1: what a change of the batch must keep. Per update of one example where the batch is not known.
    /// </summary>
    public double UnitsPerExample => UnitsPerUpdate / (Batch ?? 1);

    /// <summary>Reads them from a recipe, with what only its text tells.</summary>
    /// <param name="read">The recipe, as it was read.</param>
    /// <exception cref="InputException">There are no rules for its optimizer, or its rate follows the loss.</exception>
    public static RecipeNumbersAtPeak Of(ReadRecipe read)
    {
        var numbers = Of(read.Recipe, out _);
        return numbers with
        {
            StepsPerEpoch = RecipeEdit.Has(read.SourceText, "steps_per_epoch") ? read.Recipe.StepsPerEpoch : numbers.StepsPerEpoch,
            LengthUnit = RecipeEdit.TextAt(read.SourceText, "duration") is { } length ? Duration.Parse(length).Unit : TimeUnit.Epochs,
            HasTimesInUpdates = RecipeEdit.HasTimesInUpdates(read.SourceText),
        };
    }

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
        var atPeak = new RecipeNumbersAtPeak(rule, schedule.LearningRate.ValueAt(peak), schedule.WeightDecay.ValueAt(peak),
            recipe.TotalSteps, recipe.Epochs is null ? null : recipe.StepsPerEpoch, recipe.Data?.Batch)
        {
            Epsilon = (recipe.Optimizer as AdamSpec)?.Options.Epsilon,
        };
        return atPeak.Units > 0
            ? atPeak with { MeanOverPeak = Phases.Of(schedule).Sum(phase => phase.MixingUnits) / atPeak.Units } : atPeak;
    }

    private static long PeakOf(UpdateSchedule schedule)
    {
        long peak = 0;
        for (long step = 1; step < schedule.TotalSteps; step++)
            if (schedule.LearningRate.ValueAt(step) > schedule.LearningRate.ValueAt(peak)) peak = step;
        return peak;
    }
}
