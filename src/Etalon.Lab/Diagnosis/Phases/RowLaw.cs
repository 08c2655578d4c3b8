using Etalon.Numerics;
using Etalon.Schedules;
using Etalon.Schedules.Dynamics;

namespace Etalon.Lab.Diagnosis.Phases;

/// <summary>
/// What the theory says of an update with the numbers of a row, for gradients of S = 1 on the unit sphere; with another S the fourth powers
/// are S times as large.
/// </summary>
internal sealed class RowLaw
{
    // The angle depends on the decay to the order of eta lambda only; it is taken where that leaves nine digits.
    private const double SmallIntrinsicRate = 1e-9;

    private RowLaw(SteadyUpdate update) => Update = update;

    /// <summary>The update.</summary>
    public SteadyUpdate Update { get; }

    /// <summary>L, the mixing units of one update.</summary>
    public double Units => Update.UnitsPerStep;

    /// <summary>By how much |w|^4 grows in an update, 2 T^2 with the total rate T.</summary>
    public double Growth => 2 * Elementary.Exp(2 * Update.LogTotalRate);

    /// <summary>angle^2 |w|^4 of one update: in the random-gradient model eta^2/(1 - mu^2), by which angles tell S.</summary>
    public double Turn { get; private init; }

    /// <summary>|w|^4 at equilibrium; infinite where there is none, without decay or where the norm oscillates.</summary>
    public double FourthPower { get; private init; } = double.PositiveInfinity;

    /// <summary>The angle of one update at equilibrium, whatever S is; NaN where there is none.</summary>
    public double Angle { get; private init; } = double.NaN;

    /// <summary>The law of a row's numbers; null where one is missing, or the rate is 0.</summary>
    public static RowLaw? Of(double rate, double weightDecay, double momentum, UpdateRule rule)
    {
        if (!(rate > 0) || double.IsNaN(weightDecay) || double.IsNaN(momentum)) return null;
        var update = new SteadyUpdate(rate, weightDecay, momentum, rule);
        double turn = TurnOf(new SteadyUpdate(rate, SmallIntrinsicRate / rate, momentum, rule));
        if (!update.HasEquilibrium || update.Oscillates) return new(update) { Turn = turn };
        var equilibrium = Equilibrium.Of(update, 1);
        return new(update) { Turn = turn, FourthPower = Elementary.Exp(4 * equilibrium.LogNorm), Angle = equilibrium.Angle };
    }

    private static double TurnOf(SteadyUpdate slow)
    {
        if (slow.Oscillates) return double.NaN;
        var equilibrium = Equilibrium.Of(slow, 1);
        return equilibrium.Angle * equilibrium.Angle * Elementary.Exp(4 * equilibrium.LogNorm);
    }
}
