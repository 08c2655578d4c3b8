using Etalon.Lab.Conversions;
using Etalon.Lab.Optimizers;
using Etalon.Lab.Recipes;
using Etalon.Schedules;
using Etalon.Schedules.Dynamics;

namespace Etalon.Lab.Forecasts;

/// <summary>
/// What a recipe does to its scale-invariant weights: the numbers of their parameter group, and time as their norm counts it.
/// </summary>
internal sealed class InvariantSchedule
{
    private readonly IReadOnlyList<double> _units;

    private InvariantSchedule(UpdateSchedule schedule)
    {
        Schedule = schedule;
        Table = UpdateTable.Of(schedule);
        _units = MixingUnits.Until(Table);
    }

    public UpdateSchedule Schedule { get; }

    public UpdateTable Table { get; }

    /// <summary>The mixing units of the whole run.</summary>
    public double Units => _units[^1];

    /// <exception cref="InputException">There are no laws for the recipe's optimizer.</exception>
    public static InvariantSchedule Of(Recipe recipe)
    {
        if (recipe.Optimizer is not SgdSpec)
            throw new InputException(
                "optimizer.name: the laws of norms here are those of sgd, adamw, lion, signum and muon, and this recipe has another; "
                + "forecast it with optimizer.name=sgd, or train it and see what its monitors measure");
        return new(NumbersOf(recipe));
    }

    /// <summary>The schedule of the scale-invariant weights, whatever the optimizer; Adam's momentum is its beta1.</summary>
    /// <exception cref="InputException">The rate follows the loss, or the recipe is too long.</exception>
    public static UpdateSchedule NumbersOf(Recipe recipe)
    {
        if (recipe.AutoDecay is not null)
            throw new InputException(
                "auto_decay: the rate will follow the loss, which nobody knows before; write down the schedule that you expect");
        TableLimit.Require(recipe, "a forecast");
        // A run that trains an equivalent is forecast in the recipe's own terms, in which its monitors measure it too.
        var numbers = RecipeNumbers.Of(recipe);
        var schedule = numbers.Schedule;
        var group = numbers.Groups.FirstOrDefault(group => group.Parameters == ParameterKind.ScaleInvariant && group.Conversion is null);
        return group is null
            ? schedule
            : schedule with { LearningRate = group.LearningRate, WeightDecay = group.WeightDecay, Momentum = group.Momentum };
    }

    /// <summary>The time before an update: mixing units, or updates where a run without decay has none.</summary>
    public double TimeAt(long step) => Units > 0 ? _units[(int)step] : step;

    /// <summary>
    /// The gradient's square on the unit sphere with the buffer's share, |w|^2 (|g|^2 + 2 mu v.g/(1 - dampening)): a measurement of S.
    /// </summary>
    public double SquareOnSphere(long step, double norm, double gradientSquare, double bufferDot) =>
        norm * norm * (gradientSquare + 2 * Table[step].Momentum / (1 - Schedule.Rule.Dampening) * bufferDot);

    /// <summary>The update by which half of the mixing units are over: the numbers under which most of the run settles.</summary>
    public long MainStep()
    {
        int step = 0;
        while (step < Table.Count - 1 && _units[step + 1] < Units / 2) step++;
        return step;
    }
}
