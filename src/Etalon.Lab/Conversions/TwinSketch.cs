using Etalon.Lab.Models;
using Etalon.Lab.Optimizers;
using Etalon.Lab.Recipes;
using Etalon.Numerics;
using Etalon.Schedules.Equivalence;

namespace Etalon.Lab.Conversions;

/// <summary>
/// The rates of a recipe's TEXP++ twin at some of its updates: the recurrence of <see cref="HeavyBallMomentum"/> in plain float64, with one
/// logarithm for many updates and without a table. It differs from the conversion by rounding alone, and takes a thirtieth of its time.
/// </summary>
internal static class TwinSketch
{
    // The product of factors of many updates is taken to its logarithm before it leaves float64.
    private const double Least = 1e-200;

    /// <summary>
    /// ln of the twin's rate at some updates, ascending. Null where only the conversion itself can tell: another rule than the heavy ball,
    /// a momentum that rests for a while, a factor that would not stay positive.
    /// </summary>
    public static double[]? LogRates(
        Recipe recipe, RecipeValues values, IReadOnlyList<long> steps, CancellationToken cancellation = default)
    {
        if (recipe.Optimizer is not SgdSpec { Options: { IsNesterov: false, IsDecayDecoupled: false } options }
            || recipe.Equivalent is not null || recipe.Model?.Norm == NormKind.None) return null;
        var logs = new double[steps.Count];
        bool hasMomentum = values[0].Momentum != 0;
        double logScale = 0, product = 1, share = 0;
        for (int step = 0, next = 0; step < values.Count && next < steps.Count; step++)
        {
            if ((step & 0xFFFF) == 0) cancellation.ThrowIfCancellationRequested();
            var (rate, decay, momentum) = values[step];
            if ((momentum != 0) != hasMomentum) return null;
            // The first update finds no buffer, and PyTorch damps nothing there.
            double kappa = (step == 0 || !hasMomentum ? 1 : 1 - options.Dampening) * decay + momentum * share, alpha = 1 - rate * kappa;
            if (!(alpha > 0)) return null;
            share = kappa / alpha;
            double before = product;
            product *= alpha;
            if (step == steps[next])
                logs[next++] = rate == 0 ? double.NegativeInfinity
                    : Elementary.Log(rate) + 2 * logScale - Elementary.Log(before) - Elementary.Log(product);
            if (product > Least && product < 1 / Least) continue;
            logScale -= Elementary.Log(product);
            product = 1;
        }
        return logs;
    }
}
