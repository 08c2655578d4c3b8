using Etalon.Engine;
using Etalon.Lab.Models;
using Etalon.Schedules;

namespace Etalon.Lab.Recipes;

/// <summary>
/// The parameter groups of a recipe: group 0 follows the recipe's own schedules, each further group the ones its class of parameters names;
/// where the run trains an equivalent of its recipe, the last group is the scale-invariant one, whose numbers the conversion gives.
/// </summary>
internal sealed class ParameterGroups
{
    private readonly Recipe _recipe;
    private readonly Hyperparameters[] _numbers;

    public ParameterGroups(Recipe recipe)
    {
        if (recipe.Model?.Norm == NormKind.None && recipe.Optimizer.Groups.Any(group => group.Parameters == ParameterClass.ScaleInvariant))
            throw new InputException(
                "optimizer.groups names scale-invariant, but model.norm is none: no weight is scale-invariant without a normalization");
        bool isEquivalent = recipe.Equivalent is not null;
        (_recipe, _numbers) = (recipe, new Hyperparameters[recipe.Optimizer.Groups.Length + (isEquivalent ? 2 : 1)]);
        Converted = isEquivalent ? _numbers.Length - 1 : null;
    }

    /// <summary>The group whose numbers a conversion gives; null where there is none.</summary>
    public int? Converted { get; }

    /// <summary>The numbers of update <paramref name="step"/>, one entry a group; overwritten by the next call.</summary>
    /// <param name="step">The 0-based update.</param>
    /// <param name="converted">The numbers of the group <see cref="Converted"/>.</param>
    /// <param name="rateFactor">What the rates of all other groups are multiplied by.</param>
    public ReadOnlySpan<Hyperparameters> At(long step, Hyperparameters converted = default, double rateFactor = 1)
    {
        var common = new Hyperparameters(rateFactor * _recipe.LearningRate.ValueAt(step), _recipe.WeightDecay.ValueAt(step),
            _recipe.Momentum.ValueAt(step));
        _numbers[0] = common;
        for (int i = 1; i <= _recipe.Optimizer.Groups.Length; i++)
        {
            var group = _recipe.Optimizer.Groups[i - 1];
            _numbers[i] = new Hyperparameters(group.LearningRate is { } rate ? rateFactor * rate.ValueAt(step) : common.Rate,
                Value(group.WeightDecay, step, common.WeightDecay), Value(group.Momentum, step, common.Momentum));
        }
        if (Converted is { } last) _numbers[last] = converted;
        return _numbers;
    }

    /// <summary>The group of a parameter tensor.</summary>
    /// <param name="classes">The classes of its network.</param>
    /// <param name="tensor">Its name.</param>
    public int Of(ParameterClasses classes, string tensor)
    {
        for (int i = 0; i < _recipe.Optimizer.Groups.Length; i++)
            if (classes.IsIn(_recipe.Optimizer.Groups[i].Parameters, tensor))
                return i + 1;
        return Converted is { } last && classes.IsIn(ParameterClass.ScaleInvariant, tensor) ? last : 0;
    }

    /// <summary>The group of a class of parameters.</summary>
    public int Of(ParameterClass parameters)
    {
        for (int i = 0; i < _recipe.Optimizer.Groups.Length; i++)
            if (_recipe.Optimizer.Groups[i].Parameters == parameters)
                return i + 1;
        return Converted is { } last && parameters == ParameterClass.ScaleInvariant ? last : 0;
    }

    /// <summary>Whether a conversion gives the numbers of a parameter tensor.</summary>
    /// <param name="classes">The classes of its network.</param>
    /// <param name="tensor">Its name.</param>
    public bool IsConverted(ParameterClasses classes, string tensor) => Converted is { } last && Of(classes, tensor) == last;

    private static double Value(Schedule? schedule, long step, double otherwise) => schedule?.ValueAt(step) ?? otherwise;
}
