using Etalon.Lab.Models;
using Etalon.Lab.Recipes;
using Etalon.Schedules.Equivalence;

namespace Etalon.Lab.Conversions;

/// <summary>The conversion that a recipe asks for.</summary>
internal static class ScheduleConversion
{
    /// <summary>The converted numbers, or null where the recipe trains its own schedules.</summary>
    /// <exception cref="InputException">The recipe has no such equivalent, or nothing in it is scale-invariant.</exception>
    public static Conversion? Of(Recipe spec)
    {
        if (spec.Equivalent is not { } equivalent) return null;
        spec.Optimizer.RequireSgd("the equivalences of schedules are theorems");
        if (spec.Model?.Norm == NormKind.None)
            throw new InputException("equivalent: the model has no normalization, so no weight is scale-invariant; write model.norm: batch, or train the recipe itself");
        if (spec.Optimizer.Groups.Any(group => group.Parameters == ParameterClass.ScaleInvariant))
            throw new InputException("equivalent: optimizer.groups names scale-invariant, which the conversion governs; move its schedules to the top of the recipe");
        TableLimit.Require(spec, "a conversion");
        try
        {
            return Converter.Convert(spec.ToSchedule(), equivalent.Form, equivalent.WeightDecay);
        }
        catch (EquivalenceException exception)
        {
            throw new InputException($"equivalent.form = {FormWords.Of(equivalent.Form)}: {exception.Message}");
        }
    }
}
