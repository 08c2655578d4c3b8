using Etalon.Lab.Conversions;
using Etalon.Lab.Numerics;
using Etalon.Lab.Optimizers;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Forecasts;

/// <summary>Mixing units before some updates of a recipe, without a table: those of <see cref="Schedules.Dynamics.MixingUnits"/>.</summary>
internal static class UnitsSketch
{
    // Of a longer recipe every second, third ... update stands for its neighbors: a share of 1e-6 of what changes at once.
    private const int MostLookedAt = 1_000_000;

    /// <summary>
    /// The units before each of some updates, ascending; the last may be the whole. Null where there are none: another optimizer than SGD,
    /// a rate that follows the loss.
    /// </summary>
    public static double[]? Until(Recipe recipe, RecipeValues values, IReadOnlyList<long> updates)
    {
        if (recipe.Optimizer is not SgdSpec || recipe.AutoDecay is not null) return null;
        var rule = recipe.Optimizer.Rule;
        var until = new double[updates.Count];
        var units = new CompensatedSum();
        int stride = Math.Max(1, values.Count / MostLookedAt);
        for (int step = 0, next = 0; next < updates.Count; step += stride)
        {
            while (next < updates.Count && updates[next] <= step) until[next++] = units.Value;
            if (step >= values.Count) break;
            units.Add(Math.Min(stride, values.Count - step) * ForecastSketch.UnitsOf(values[step], rule));
        }
        // The last of them may lie between two that were looked at.
        for (int i = updates.Count - 1; i >= 0 && updates[i] >= values.Count; i--) until[i] = units.Value;
        return until;
    }
}
