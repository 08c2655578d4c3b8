using Etalon.Numerics;

namespace Etalon.Schedules.Dynamics;

/// <summary>
/// Where norm, effective rate and angle settle under a <see cref="SteadyUpdate"/>, given how large gradients are on the unit sphere.
/// </summary>
/// <remarks>
/// <para>
/// The gradients are random: of mean 0 given the past, orthogonal to w, and S = E|ĝ|² with ĝ = |w| g, the gradient on the unit sphere. With
/// h = η (1 - τ), d = η λ (1 - τ) and b = 1 - η λ, the fourth power of the norm and the cosine of the angle of one update are
/// </para>
/// <code>
/// heavy ball, coupled      h² S (1 + μ)/(d (1 - μ)(2 (1 + μ) - d))
///                          1 - d/(1 + μ)
/// Nesterov, coupled        η² S (1 + μ + μ (1 + 2μ) d)/(d (2 (1 - μ²) + (4μ² + μ - 1) d - μ (1 + 2μ) d²))
///                          1 - (d + μ (1 + μ) η² S/|w|⁴)/(1 + μ (1 - d))
/// decoupled                h² S (c₀ + 2 b c₁/(1 - b μ))/(1 - b²)
///                          b + h² S c₁/((1 - b μ)|w|⁴)
///     heavy ball           c₀ = 1/(1 - μ²), c₁ = μ/(1 - μ²)
///     Nesterov             c₀ = (1 + μ)² + μ⁴/(1 - μ²), c₁ = μ² (1 + μ + μ³/(1 - μ²))
/// </code>
/// <para>
/// To first order in η λ all of them are γ* = S/(2 L) with L of <see cref="SteadyUpdate.UnitsPerStep"/>. In a real network momentum is
/// correlated with the gradient: take S = E[|w|² (|g|² + 2 μ ⟨v, g⟩/(1 - τ))] there, with v the buffer before the update.
/// </para>
/// <para>Li, Lyu and Arora 2020, section 5; Wan et al. 2021, Theorems 1 to 3; Nesterov and decoupled decay by the same balance of
/// variances.</para>
/// </remarks>
/// <example>
/// <code>
/// var equilibrium = Equilibrium.Of(new SteadyUpdate(rate: 0.1, weightDecay: 5e-3, momentum: 0.9), gradientSquare: 63);
/// Console.WriteLine($"{equilibrium.Norm:F4}"); // 8.9094
/// Console.WriteLine($"{equilibrium.Angle:F6}"); // 0.022942, in radians an update
/// Console.WriteLine($"{equilibrium.EffectiveRate:F5}"); // 0.01260
/// Console.WriteLine($"{equilibrium.SpreadOfGamma(variance: 126):F4}"); // 0.0178, the relative standard deviation of the norm state
/// </code>
/// </example>
public sealed record Equilibrium
{
    private Equilibrium(SteadyUpdate update, double gradientSquare, double logNorm, double angle) =>
        (Update, GradientSquare, LogNorm, Angle) = (update, gradientSquare, logNorm, angle);

    /// <summary>The update that leads to it.</summary>
    public SteadyUpdate Update { get; }

    /// <summary>S, the mean square of the gradient on the unit sphere.</summary>
    public double GradientSquare { get; }

    /// <summary>ln of the norm |w|*.</summary>
    public double LogNorm { get; }

    /// <summary>The norm |w|*.</summary>
    public double Norm => Elementary.Exp(LogNorm);

    /// <summary>The norm state γ* = |w|*⁴/(total rate)².</summary>
    public double Gamma => Elementary.Exp(4 * LogNorm - 2 * Update.LogTotalRate);

    /// <summary>The effective rate, total rate/|w|*²; to first order √(2 L/S).</summary>
    public double EffectiveRate => Elementary.Exp(Update.LogTotalRate - 2 * LogNorm);

    /// <summary>The angle between the weights before and after one update, in radians; it does not depend on S.</summary>
    public double Angle { get; }

    /// <summary>
    /// Which share of a deviation of γ from γ* goes in one update, to first order: 4 L. Half of it for the square of the norm.
    /// </summary>
    public double RelaxationRate => 4 * Update.UnitsPerStep;

    /// <summary>The equilibrium of an update.</summary>
    /// <param name="update">It needs a positive rate and decay.</param>
    /// <param name="gradientSquare">S = E|ĝ|², positive.</param>
    /// <exception cref="ArgumentException">There is no equilibrium: no decay, no rate, η λ too large, or gradients of 0.</exception>
    public static Equilibrium Of(SteadyUpdate update, double gradientSquare)
    {
        ArgumentNullException.ThrowIfNull(update);
        Require.Positive(gradientSquare);
        if (!update.HasEquilibrium)
            throw Require.Refuse("the intrinsic rate", update.IntrinsicRate,
                "must be positive for an equilibrium, since without decay the norm grows for ever", "give rate and weight decay");
        var taken = update.Taken;
        var momentum = update.Numbers.Momentum;
        var (ratio, versine) = update.Rule switch
        {
            { Decay: DecayForm.Decoupled } => Decoupled(update.IntrinsicRate, momentum, update.Rule.Nesterov),
            { Nesterov: true } => Nesterov(update.IntrinsicRate, momentum),
            _ => HeavyBall(update.IntrinsicRate * taken, momentum),
        };
        if (!(ratio > 0 && double.IsFinite(ratio) && versine <= 2))
            throw Require.Refuse("the intrinsic rate", update.IntrinsicRate, $"leaves no equilibrium at momentum {momentum:R}",
                $"stay below {update.LargestIntrinsicRate:G4}");
        var logNorm = 0.5 * (update.Numbers.LogRate + Elementary.Log(taken)) + 0.25 * Elementary.Log(gradientSquare * ratio);
        return new(update, gradientSquare, logNorm, 2 * Elementary.Atan2(Math.Sqrt(versine), Math.Sqrt(2 - versine)));
    }

    /// <summary>
    /// The relative standard deviation of γ around γ*, √(2 L V)/S; of the norm it is a quarter. Without momentum; with it the products of
    /// buffer and gradient fluctuate too, and it is a lower bound.
    /// </summary>
    /// <param name="variance">V, the variance of |ĝ|² from update to update.</param>
    public double SpreadOfGamma(double variance) => Math.Sqrt(2 * Update.UnitsPerStep * variance) / GradientSquare;

    // Each law gives |w|⁴/(h² S) and 1 - cos of the angle, which for small angles a cosine could not hold.

    private static (double Ratio, double Versine) HeavyBall(double d, double momentum) =>
        ((1 + momentum) / (d * (1 - momentum) * (2 * (1 + momentum) - d)), d / (1 + momentum));

    private static (double Ratio, double Versine) Nesterov(double d, double momentum)
    {
        var ahead = momentum * (1 + 2 * momentum);
        var ratio = (1 + momentum + ahead * d)
            / (d * (2 * (1 - momentum * momentum) + (4 * momentum * momentum + momentum - 1) * d - ahead * d * d));
        return (ratio, (d + momentum * (1 + momentum) / ratio) / (1 + momentum * (1 - d)));
    }

    private static (double Ratio, double Versine) Decoupled(double d, double momentum, bool nesterov)
    {
        var (kept, buffered) = (1 - d, 1 / (1 - momentum * momentum));
        // The sums of products of the buffer's weights: of each update with itself and with the next one.
        var (own, next) = nesterov
            ? ((1 + momentum) * (1 + momentum) + Elementary.Pow(momentum, 4) * buffered,
            momentum * momentum * (1 + momentum + Elementary.Pow(momentum, 3) * buffered))
            : (buffered, momentum * buffered);
        var past = next / (1 - kept * momentum);
        var ratio = (own + 2 * kept * past) / (d * (1 + kept));
        return (ratio, d - past / ratio);
    }

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(Equilibrium), PrintMembers);
}
