using Etalon.Lab.Models;
using Etalon.Lab.Recipes;
using Etalon.Schedules.Equivalence;

namespace Etalon.Lab.Conversions;

/// <summary>The conversion that a recipe asks for.</summary>
internal static class ScheduleConversion
{
    /// <summary>The converted numbers, or null where the recipe trains its own schedules.</summary>
    /// <exception cref="InputException">The recipe has no such equivalent, or nothing in it is scale-invariant.</exception>
    public static Conversion? Of(Recipe recipe)
    {
        if (recipe.Equivalent is not { } equivalent) return null;
        if (recipe.Model?.Norm == NormKind.None)
            throw new InputException(
                "equivalent: the model has no normalization, so no weight is scale-invariant; write model.norm: batch, or train the "
                + "recipe itself");
        if (recipe.Optimizer.Groups.Any(group => group.Parameters == ParameterClass.ScaleInvariant))
            throw new InputException(
                "equivalent: optimizer.groups names scale-invariant, which the conversion governs; move its schedules to the top of the "
                + "recipe");
        bool hasDecay = equivalent.Form is EquivalentForm.WeightDecay or EquivalentForm.ScaledGradient or EquivalentForm.Adam;
        if (equivalent.WeightDecay is not null && !hasDecay)
            throw new InputException(
                $"equivalent.weight_decay: the form {FormWords.Of(equivalent.Form)} has none; remove it, or write form: weight-decay, of "
                + "adamw adam, of any decoupled decay scaled-gradient");
        TableLimit.Require(recipe, "a conversion");
        try
        {
            return Converter.Convert(recipe.ToSchedule(), recipe.Optimizer.Exported, equivalent.Form, equivalent.WeightDecay);
        }
        catch (EquivalenceException exception)
        {
            throw new InputException($"equivalent.form = {FormWords.Of(equivalent.Form)}: {exception.Message}");
        }
    }
}
