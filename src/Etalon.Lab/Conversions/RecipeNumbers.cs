using Etalon.Lab.Models;
using Etalon.Lab.Recipes;
using Etalon.Schedules;

namespace Etalon.Lab.Conversions;

/// <summary>The numbers that a recipe's run follows, group by group: one answer for everything that shows, writes or uses them.</summary>
internal static class RecipeNumbers
{
    /// <summary>
    /// The groups: those of <c>optimizer.groups</c>, the covered one where the recipe trains an equivalent, and the rest.
    /// </summary>
    /// <exception cref="InputException">The recipe asks for an equivalent that it does not have.</exception>
    public static GroupedSchedule Of(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var schedule = recipe.ToSchedule();
        var groups = recipe.Optimizer.Groups.Select(group => new ScheduleGroup(
            KindOf(group.Parameters), group.LearningRate ?? schedule.LearningRate, group.WeightDecay ?? schedule.WeightDecay,
            group.Momentum ?? schedule.Momentum));
        if (ScheduleConversion.Of(recipe) is { } conversion) groups = groups.Append(new ScheduleGroup(conversion));
        return new GroupedSchedule(schedule, groups)
        {
            Optimizer = recipe.Optimizer.Exported,
            RecipeHash = recipe.Hash,
        };
    }

    private static ParameterKind KindOf(ParameterClass parameters) => parameters switch
    {
        ParameterClass.Head => ParameterKind.Head,
        ParameterClass.Bias => ParameterKind.Bias,
        ParameterClass.Norm => ParameterKind.Norm,
        _ => ParameterKind.ScaleInvariant,
    };
}
