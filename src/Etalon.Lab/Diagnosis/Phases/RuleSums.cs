using Etalon.Schedules;

namespace Etalon.Lab.Diagnosis.Phases;

/// <summary>What a momentum buffer adds to the laws of the norm.</summary>
/// <remarks>
/// With z = w - c v and c = η μ/(1 - μ) for heavy ball, η μ²/(1 - μ) for Nesterov, every update is z' = z - T (g + λ w) with the total rate
/// T = η (1 - τ)/(1 - μ). Since g is orthogonal to w, |z|² grows by T² (|g|² + 2 b v.g) with b = μ/(1 - τ), or μ² for Nesterov: exactly,
/// whatever the gradients are to each other.
/// </remarks>
internal static class RuleSums
{
    /// <summary>b: how much of twice v.g stands beside |g|².</summary>
    public static double BufferShare(double momentum, UpdateRule rule) =>
        rule.Nesterov ? momentum * momentum : momentum / (1 - rule.Dampening);

    /// <summary>c/η, the buffer's part in z.</summary>
    public static double Carried(double momentum, UpdateRule rule) => (rule.Nesterov ? momentum * momentum : momentum) / (1 - momentum);

    /// <summary>T/η.</summary>
    public static double TotalOverRate(double momentum, UpdateRule rule) => (1 - rule.Dampening) / (1 - momentum);

    /// <summary>Updates over which the square of a buffer remembers, in both directions: (1 + μ²)/(1 - μ²).</summary>
    public static double Memory(double momentum) => double.IsNaN(momentum) ? 1 : (1 + momentum * momentum) / (1 - momentum * momentum);
}
