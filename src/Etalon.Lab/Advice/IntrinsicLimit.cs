namespace Etalon.Lab.Advice;

/// <summary>A bound on the intrinsic rate, with its reason.</summary>
/// <param name="Largest">The largest η λ.</param>
/// <param name="Reason">Why, as a clause.</param>
internal sealed record IntrinsicLimit(double Largest, string Reason)
{
    /// <summary>The largest angle of an update at equilibrium among published recipes, in radians: Goyal et al. 2017 at a batch of 8,192
    /// have 0.0184.</summary>
    public const double LargestAngle = 0.02;

    /// <summary>The limits of a rule.</summary>
    public static IEnumerable<IntrinsicLimit> Of(AdvisedRule rule)
    {
        yield return new(LargestAngle * LargestAngle / 2 * rule.Correlation / rule.UnitsPerIntrinsicRate,
            $"an update would turn the weights by more than {LargestAngle} rad, the most that published recipes do");
        if (rule.IsCoupled)
            yield return new(Oscillation(rule.Momentum) / 4,
                "rate times decay would be more than a quarter of where the norm begins to oscillate, (1 - √μ)²");
        else if (rule.Kind == AdvisedOptimizer.AdamW)
            yield return new((1 - rule.Beta2) / 2,
                "the norm would move faster than the mean of squared gradients follows, (1 - β₂)/2; or take a smaller β₂");
    }

    /// <summary>(1 - √μ)², beyond which the norm oscillates.</summary>
    public static double Oscillation(double momentum) => (1 - Math.Sqrt(momentum)) * (1 - Math.Sqrt(momentum));
}
