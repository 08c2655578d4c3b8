using Etalon.Lab.Conversions;
using Etalon.Lab.Optimizers;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Forecasts;

/// <summary>Mixing units before some updates of a recipe, without a table: those of <see cref="Schedules.Dynamics.MixingUnits"/>.</summary>
internal static class UnitsSketch
{
    /// <summary>
    /// The units before each of some updates, ascending; the last may be the whole. Null where there are none: another optimizer than SGD, a
    /// rate that follows the loss.
    /// </summary>
    public static double[]? Until(Recipe recipe, RecipeValues values, IReadOnlyList<long> updates)
    {
        if (recipe.Optimizer is not SgdSpec || recipe.AutoDecay is not null) return null;
        var rule = recipe.Optimizer.Rule;
        var until = new double[updates.Count];
        double units = 0, rest = 0;
        for (int step = 0, next = 0; next < updates.Count; step++)
        {
            while (next < updates.Count && updates[next] <= step) until[next++] = units;
            if (step >= values.Count) break;
            double added = ForecastSketch.UnitsOf(values[step], rule) + rest, sum = units + added;
            (rest, units) = (added - (sum - units), sum);
        }
        return until;
    }
}
