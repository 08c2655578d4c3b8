using Etalon.Lab.Conversions;
using Etalon.Lab.Recipes;
using Etalon.Schedules;

namespace Etalon.Lab.Planning;

/// <summary>A recipe with its numbers, group by group: what every form of a plan reads.</summary>
internal sealed class PlannedRecipe
{
    private PlannedRecipe(Recipe recipe, GroupedSchedule numbers)
    {
        (Recipe, Numbers) = (recipe, numbers);
        Quantities =
            [.. QuantitiesOf(numbers.Rest), .. numbers.Groups.SkipLast(1).SelectMany(group => QuantitiesOf(group).Where(IsItsOwn))];
    }

    /// <summary>The recipe.</summary>
    public Recipe Recipe { get; }

    /// <summary>Its numbers.</summary>
    public GroupedSchedule Numbers { get; }

    /// <summary>Every quantity that is something by itself: the three of the rest, then what other groups have of their own.</summary>
    public IReadOnlyList<PlannedQuantity> Quantities { get; }

    /// <summary>Plans a recipe.</summary>
    /// <exception cref="InputException">The recipe asks for an equivalent that it does not have.</exception>
    public static PlannedRecipe Of(Recipe recipe) => new(recipe, RecipeNumbers.Of(recipe));

    /// <summary>What happens to a quantity during the run; an equivalent's values at what happens to the recipe's own.</summary>
    public IReadOnlyList<ScheduleEvent> Events(PlannedQuantity quantity)
    {
        ArgumentNullException.ThrowIfNull(quantity);
        if (quantity.Group.Conversion is not { } conversion || quantity.Schedule is not Table)
            return ScheduleEvents.Of(quantity.Schedule, Recipe.TotalSteps);
        var form = FormWords.Of(conversion.Form);
        return
        [
            .. ScheduleEvents.Of(Numbers.Schedule.LearningRate, Recipe.TotalSteps)
                .Select(happening => new ScheduleEvent(happening.Step, $"{form} where {happening.What}",
                quantity.Schedule.ValueAt(happening.Step)) { LogValue = quantity.Schedule.LogValueAt(happening.Step) }),
        ];
    }

    /// <summary>The name of a group in legends.</summary>
    public string NameOf(ScheduleGroup group)
    {
        ArgumentNullException.ThrowIfNull(group);
        return group.Conversion is { } conversion ? $"covered by {FormWords.Of(conversion.Form)}"
            : group == Numbers.Rest && Numbers.Covered is not null ? "the recipe itself, and the rest"
            : group.Name;
    }

    private IEnumerable<PlannedQuantity> QuantitiesOf(ScheduleGroup group)
    {
        var of = Numbers.Covered is not null || group.Parameters != ParameterKind.Rest ? $" of {group.Name}" : "";
        PlannedQuantity Quantity(string name, Schedule schedule) => new(group, name, name + of, schedule);
        yield return Quantity(PlannedQuantity.LearningRate, group.LearningRate);
        yield return Quantity(PlannedQuantity.WeightDecay, group.WeightDecay);
        yield return Quantity(Numbers.Optimizer.IsAdam ? "beta1" : PlannedQuantity.Momentum, group.Momentum);
        if (group.LookAhead is { } lookAhead) yield return Quantity(PlannedQuantity.LookAhead, lookAhead);
        if (group.Beta2 is { } beta2) yield return Quantity("beta2", beta2);
        if (group.Epsilon is { } epsilon) yield return Quantity("epsilon", epsilon);
        if (group.GradientScale is { } scale) yield return Quantity("factor of the gradients", scale);
    }

    private bool IsItsOwn(PlannedQuantity quantity) => quantity.Quantity switch
    {
        PlannedQuantity.LearningRate => quantity.Schedule != Numbers.Rest.LearningRate,
        PlannedQuantity.WeightDecay => quantity.Schedule != Numbers.Rest.WeightDecay,
        PlannedQuantity.Momentum or "beta1" => quantity.Schedule != Numbers.Rest.Momentum,
        _ => true,
    };
}

/// <summary>A quantity of a group of parameters over a run.</summary>
/// <param name="Group">The group.</param>
/// <param name="Quantity">learning rate, weight decay, momentum or look-ahead.</param>
/// <param name="Name">What it is called in tables: the quantity, with the group where the recipe has several.</param>
/// <param name="Schedule">Its values.</param>
internal sealed record PlannedQuantity(ScheduleGroup Group, string Quantity, string Name, Schedule Schedule)
{
    /// <summary>The names of quantities.</summary>
    internal const string LearningRate = "learning rate", WeightDecay = "weight decay", Momentum = "momentum", LookAhead = "look-ahead";

    /// <summary>Largest logarithm of a value that float64 holds with room to draw it.</summary>
    internal const double LargestLog = 690;
}
