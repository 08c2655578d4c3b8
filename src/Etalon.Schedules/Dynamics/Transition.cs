using Etalon.Numerics;

namespace Etalon.Schedules.Dynamics;

/// <summary>What a change of rate, decay or momentum does to a run at equilibrium: at once, later, and how long it takes.</summary>
/// <remarks>
/// <para>
/// A rate k times smaller makes the effective rate k times smaller at once, since the norm is still the old one; then the norm shrinks, by
/// k^(1/4) in the end, and the effective rate climbs back to 1/√k of what it was: η_e(t)/η_e(before) = 1/√(k + (k² - k) exp(-4 L' t)). So
/// the loss first improves, and may then partly regress. A decay k times smaller does nothing at once and leads to the same 1/√k. Both
/// opposite, with the same product, return to the same equilibrium. S is taken to be the same before and after.
/// </para>
/// <para>Li, Lyu and Arora 2020, sections 5 and 6; rescaling the weights: Wan et al. 2021, section 4.1.</para>
/// </remarks>
/// <param name="Before">The update that led to the equilibrium.</param>
/// <param name="After">The update from the change on.</param>
/// <example>
/// <code>
/// var drop = new Transition(new SteadyUpdate(rate: 1, weightDecay: 5e-4), new SteadyUpdate(rate: 0.1, weightDecay: 5e-4));
/// Console.WriteLine($"{drop.EffectiveRateAtOnce:F3}"); // 0.100
/// Console.WriteLine($"{drop.EffectiveRateLater:F3}"); // 0.316, since 1/√10 of it comes back
/// Console.WriteLine($"{drop.StepsTo(tolerance: 0.05):F0}"); // 25966
/// Console.WriteLine($"{drop.NormLater:F3}"); // 0.562, by which to multiply the weights to be there at once
/// </code>
/// </example>
public sealed record Transition(SteadyUpdate Before, SteadyUpdate After)
{
    // Both at S = 1: only ratios are told, and S is the same in both.
    private readonly Equilibrium _before = Equilibrium.Of(Before, 1), _after = Equilibrium.Of(After, 1);

    /// <summary>The effective rate just after the change, over that before.</summary>
    public double EffectiveRateAtOnce => Elementary.Exp(After.LogTotalRate - Before.LogTotalRate);

    /// <summary>The effective rate at the new equilibrium, over that at the old one.</summary>
    public double EffectiveRateLater => _after.EffectiveRate / _before.EffectiveRate;

    /// <summary>
    /// The norm at the new equilibrium, over that at the old one. Weights multiplied by it, with the buffer divided by it, are at the new
    /// equilibrium at once.
    /// </summary>
    public double NormLater => Elementary.Exp(_after.LogNorm - _before.LogNorm);

    /// <summary>The effective rate so many updates after the change, over that before.</summary>
    public double EffectiveRateAt(double steps) => Relaxation.EffectiveRateAt(steps) / _before.EffectiveRate;

    /// <summary>
    /// The updates until γ is within a tolerance of its new equilibrium: for a rate k times smaller ln((k - 1)/tolerance)/(4 L').
    /// </summary>
    /// <param name="tolerance">Relative, in γ.</param>
    public double StepsTo(double tolerance) => Relaxation.StepsTo(tolerance);

    private Relaxation Relaxation => new(After, 1, _before.Norm);

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(Transition), PrintMembers);
}
