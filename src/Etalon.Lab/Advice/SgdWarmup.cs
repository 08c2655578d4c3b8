using Etalon.Lab.Forecasts;
using Etalon.Schedules;
using Etalon.Schedules.Dynamics;

namespace Etalon.Lab.Advice;

/// <summary>A warm-up of SGD: its norms follow from the numbers and from S, the gradient's square on the unit sphere, as measured.
/// </summary>
/// <param name="Rule">SGD.</param>
/// <param name="Rate">The peak rate η.</param>
/// <param name="WeightDecay">λ.</param>
/// <param name="StartNorm">The norm of the scale-invariant weights at the start.</param>
/// <param name="Squares">S by mixing units.</param>
internal sealed record SgdWarmup(AdvisedRule Rule, double Rate, double WeightDecay, double StartNorm, GradientCurve Squares) : NormWarmup
{
    // The buffer's memory: where the rate has come to its peak the norm still lags by so much.
    private const double Lag = 10;

    /// <summary>The norm at the equilibrium of the peak rate.</summary>
    public double EquilibriumNorm => AtEquilibrium.Norm;

    /// <inheritdoc/>
    public override double OvershootWithout => EquilibriumNorm * EquilibriumNorm / (StartNorm * StartNorm);

    private Equilibrium AtEquilibrium =>
        Equilibrium.Of(new SteadyUpdate(Rate, WeightDecay, Rule.Momentum), Squares.Settled);

    /// <inheritdoc/>
    public override double Overshoot(long warmup)
    {
        long updates = warmup + (long)(Lag / (1 - Rule.Momentum)) + 1;
        Schedule rates = new Constant(Rate);
        if (warmup > 0) rates = new Sequence(new Warmup(Rate, warmup), rates);
        var table = UpdateTable.Of(new UpdateSchedule
        {
            LearningRate = rates,
            WeightDecay = WeightDecay,
            Momentum = Rule.Momentum,
            TotalSteps = updates,
        });
        var units = MixingUnits.Until(table);
        var curve = NormCurve.Of(table, NormState.AtRest(StartNorm), step => Math.Max(0, Squares.At(units[(int)step])));
        double atEquilibrium = AtEquilibrium.EffectiveRate, largest = 0;
        for (long step = 0; step < updates; step++) largest = Math.Max(largest, curve.EffectiveRateAt(step) / atEquilibrium);
        return largest;
    }
}
