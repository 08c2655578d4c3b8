using Etalon.Lab.Conversions;
using Etalon.Lab.Numerics;
using Etalon.Lab.Optimizers;
using Etalon.Lab.Recipes;
using Etalon.Numerics;
using Etalon.Schedules;
using Etalon.Schedules.Dynamics;

namespace Etalon.Lab.Forecasts;

/// <summary>
/// What a forecast without a measured S says at some updates of a recipe: the law of <see cref="NormState"/> in plain float64 and without a
/// table. It differs from <see cref="Forecast.Without"/> by rounding alone, and takes a thirtieth of its time.
/// </summary>
/// <param name="OverEquilibrium">The effective rate over that of equilibrium; NaN where there is none.</param>
/// <param name="MixingUnits">Those of the whole run.</param>
/// <param name="Phases">How many there are.</param>
internal sealed record ForecastSketch(IReadOnlyList<double> OverEquilibrium, double MixingUnits, int Phases)
{
    /// <summary>The forecast; null where only <see cref="Forecast"/> can tell: another optimizer, a momentum that rests for a while, norms
    /// that leave float64.</summary>
    public static ForecastSketch? Of(
        Recipe recipe, RecipeValues values, IReadOnlyList<long> steps, CancellationToken cancellation = default)
    {
        var rule = recipe.Optimizer.Rule;
        if (recipe.Optimizer is not SgdSpec || recipe.AutoDecay is not null || rule is { Nesterov: true, Dampening: not 0 }) return null;
        bool hasMomentum = values[0].Momentum != 0;
        var state = new Plain { Square = StartOf(values, rule) };
        var over = new double[steps.Count];
        var phases = new PhaseBegins(recipe);
        var units = new CompensatedSum();
        for (int step = 0, next = 0; step < values.Count; step++)
        {
            if ((step & 0xFFFF) == 0) cancellation.ThrowIfCancellationRequested();
            var numbers = values[step];
            if ((numbers.Momentum != 0) != hasMomentum) return null;
            phases.Add(step, numbers);
            if (next < steps.Count && step == steps[next]) over[next++] = Over(numbers, rule, state.Square);
            units.Add(UnitsOf(numbers, rule));
            state.Next(rule, numbers, isFirst: step == 0);
            if (!(state.Square is > 1e-100 and < 1e100)) return null;
        }
        return new(over, units.Value, phases.All.Count);
    }

    /// <summary>The mixing units of an update.</summary>
    internal static double UnitsOf((double Rate, double Decay, double Momentum) numbers, UpdateRule rule) =>
        rule.Decay == DecayForm.Decoupled ? numbers.Rate * numbers.Decay
            : numbers.Rate * numbers.Decay * rule.Taken(numbers.Momentum) / (1 - numbers.Momentum);

    private static SteadyUpdate SteadyOf((double Rate, double Decay, double Momentum) numbers, UpdateRule rule) =>
        new(numbers.Rate, numbers.Decay, numbers.Momentum, rule);

    // As a forecast starts: at the equilibrium of the first of the largest rate.
    private static double StartOf(RecipeValues values, UpdateRule rule)
    {
        int peak = 0;
        for (int step = 1; step < values.Count; step++)
            if (values.RateAt(step) > values.RateAt(peak)) peak = step;
        var update = SteadyOf(values[peak], rule);
        double norm = update.HasEquilibrium && !update.Oscillates ? Equilibrium.Of(update, 1).Norm : 1;
        return norm * norm;
    }

    private static double Over((double Rate, double Decay, double Momentum) numbers, UpdateRule rule, double square)
    {
        var update = SteadyOf(numbers, rule);
        if (!update.HasEquilibrium || update.Oscillates) return double.NaN;
        return Elementary.Exp(update.LogTotalRate) / square / Equilibrium.Of(update, 1).EffectiveRate;
    }

    // |w|², ⟨w, v⟩ and |w|² |v|², as in NormState, for S = 1 and gradients that know nothing of the past.
    private struct Plain
    {
        private double _dot, _bufferSquare;

        public double Square;

        public void Next(UpdateRule rule, (double Rate, double Decay, double Momentum) numbers, bool isFirst)
        {
            bool isResting = numbers.Momentum == 0, isCoupled = rule.Decay == DecayForm.Coupled;
            var (momentum, lookAhead, intake) = isResting ? (1, 0, 0)
                : (numbers.Momentum, rule.Nesterov ? numbers.Momentum : 0, isFirst ? 1 : 1 - rule.Dampening);
            double rate = numbers.Rate / Square, decay = isCoupled ? numbers.Decay * Square : 0,
                lost = isCoupled ? 0 : numbers.Rate * numbers.Decay;
            double weightD = decay, bufferD = decay * _dot, dd = 1 + decay * decay;
            double weightV = momentum * _dot + intake * weightD;
            double vv = momentum * momentum * _bufferSquare + 2 * momentum * intake * bufferD + intake * intake * dd;
            double dv = momentum * bufferD + intake * dd;
            var (weightU, uu, uv) = rule.Nesterov || isResting
                ? (weightD + lookAhead * weightV, dd + 2 * lookAhead * dv + lookAhead * lookAhead * vv, dv + lookAhead * vv)
                : (weightV, vv, vv);
            double growth = -lost * (2 - lost) - 2 * (1 - lost) * rate * weightU + rate * rate * uu;
            (Square, _dot, _bufferSquare) = (Square * (1 + growth), (1 - lost) * weightV - rate * uv, (1 + growth) * vv);
        }
    }
}
