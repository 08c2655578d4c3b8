using Etalon.Numerics;

namespace Etalon.Schedules.Equivalence;

/// <summary>
/// ρ, what one update of a decoupled rule leaves of a weight: the one condition of its equivalents is that it stays positive.
/// </summary>
internal static class DecoupledShrinkage
{
    /// <summary>ln ρ, where 1 - ρ = η λ less what the target's own decay does.</summary>
    /// <exception cref="EquivalenceException">ρ is not positive.</exception>
    public static double LogKept(long step, SignedLog lost, double logRate, double decay) => lost.Value < 1
        ? Elementary.Log1P(-lost.Value)
        : throw new EquivalenceException(
            $"ρ = 1 - η λ = {1 - lost.Value:R} is not positive, with η = {Elementary.Exp(logRate):G12}, λ = {decay:R}: "
            + "the weights would have to change sign",
            "lower rate or decay so that η λ stays below 1, or keep some decay in the equivalent",
            step);
}
