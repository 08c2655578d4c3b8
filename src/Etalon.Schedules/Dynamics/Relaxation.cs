using Etalon.Numerics;

namespace Etalon.Schedules.Dynamics;

/// <summary>
/// How the norm goes to its equilibrium while the numbers stay the same: γ_t = γ* + (γ_0 - γ*) exp(-4 L t), in closed form.
/// </summary>
/// <remarks>
/// <para>
/// The solution of dγ/dt = -4 L γ + 2 S with time in updates, around the exact γ* of <see cref="Equilibrium"/>; without decay γ grows as
/// γ_0 + 2 S t. Only the start and L matter, so the start is forgotten after a few 1/(4 L) updates, and a start c times as large costs no
/// more than ln(c)/L further ones.
/// </para>
/// <para>
/// The error is of the order of η λ without momentum. With momentum it takes η λ ≪ (1 - μ)²: far below equilibrium the norm outruns a
/// growth of the buffer's own speed by some percent. <see cref="NormCurve"/> has no such error, and goes through any schedule. Li, Lyu and
/// Arora 2020, section 5.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// // A tenth of the rate, from where a rate of 1 had settled.
/// var before = Equilibrium.Of(new SteadyUpdate(rate: 1, weightDecay: 5e-4), gradientSquare: 20);
/// var relaxation = new Relaxation(new SteadyUpdate(rate: 0.1, weightDecay: 5e-4), gradientSquare: 20, before.Norm);
/// Console.WriteLine($"{relaxation.StepsTo(tolerance: 0.05):F0}"); // 25966
/// Console.WriteLine($"{relaxation.NormAt(0):F3} {relaxation.NormAt(10_000):F3} {relaxation.NormAt(1e6):F3}"); // 11.893 8.161 6.687
/// </code>
/// </example>
public sealed record Relaxation
{
    private readonly double _end;

    /// <summary>From a norm, under an update.</summary>
    /// <param name="update">The update; its rate must be positive.</param>
    /// <param name="gradientSquare">S = E|ĝ|², at least 0.</param>
    /// <param name="norm">|w| at the start, positive.</param>
    /// <exception cref="ArgumentException">A number is out of its range.</exception>
    public Relaxation(SteadyUpdate update, double gradientSquare, double norm)
    {
        ArgumentNullException.ThrowIfNull(update);
        Update = update;
        GradientSquare = Require.NotNegative(gradientSquare);
        StartNorm = Require.Positive(norm);
        if (double.IsNegativeInfinity(update.LogTotalRate))
            throw Require.Refuse("rate", update.Numbers.Rate, "must be positive, since at a rate of 0 nothing moves",
                "leave out this stretch");
        _end = gradientSquare > 0 && update.HasEquilibrium ? Equilibrium.Of(update, gradientSquare).Gamma : 0;
    }

    /// <summary>The update.</summary>
    public SteadyUpdate Update { get; }

    /// <summary>S, the mean square of the gradient on the unit sphere.</summary>
    public double GradientSquare { get; }

    /// <summary>|w| at the start.</summary>
    public double StartNorm { get; }

    /// <summary>γ after so many updates.</summary>
    /// <param name="steps">At least 0; fractions are fine.</param>
    public double GammaAt(double steps)
    {
        var exponent = -4 * Update.UnitsPerStep * steps;
        return Update.UnitsPerStep == 0
            ? Update.Gamma(StartNorm) + 2 * GradientSquare * steps
            : Update.Gamma(StartNorm) * Elementary.Exp(exponent) - _end * Elementary.ExpM1(exponent);
    }

    /// <summary>|w| after so many updates.</summary>
    public double NormAt(double steps) => Elementary.Exp(0.25 * Elementary.Log(GammaAt(steps)) + 0.5 * Update.LogTotalRate);

    /// <summary>The effective rate after so many updates, γ^(-1/2).</summary>
    public double EffectiveRateAt(double steps) => 1 / Math.Sqrt(GammaAt(steps));

    /// <summary>The updates until |γ/γ* - 1| is at most a tolerance: ln(|γ_0/γ* - 1|/tolerance)/(4 L), and 0 where it is already.</summary>
    /// <param name="tolerance">Relative, in γ: 0.05 is 1.2 percent of the norm and 2.5 of the effective rate.</param>
    /// <returns>Infinity where there is no equilibrium.</returns>
    public double StepsTo(double tolerance)
    {
        Require.Positive(tolerance);
        if (_end == 0) return double.PositiveInfinity;
        return Math.Max(0, Elementary.Log(Math.Abs(Update.Gamma(StartNorm) / _end - 1) / tolerance) / (4 * Update.UnitsPerStep));
    }

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(Relaxation), PrintMembers);
}
