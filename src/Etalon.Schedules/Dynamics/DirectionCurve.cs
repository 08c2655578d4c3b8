using Etalon.Numerics;
using Etalon.Schedules.Equivalence;

namespace Etalon.Schedules.Dynamics;

/// <summary>
/// Norm, angle and effective rate of scale-invariant weights through a schedule, under a rule whose update has a size of its own. No
/// measurement of gradients is needed.
/// </summary>
/// <remarks>
/// <para>
/// AdamW: four means for each weight, N = E w², X = E w m, Q = E m², V = E u, of gradients of mean 0, orthogonal to the weights and of size
/// 1/|w|, whose scale drops out. From X = Q = V = 0, with ρ = 1 - η λ and the update t from 0:
/// </para>
/// <code>
/// Q' = β₁² Q + (1 - β₁)²/N      V' = β₂ V + (1 - β₂)/N      h = η √(1 - β₂^(t+1))/((1 - β₁^(t+1)) √V')
/// N' = ρ² N - 2 ρ h β₁ X + h² Q'      X' = ρ β₁ X - h Q'      E w w' = ρ N - h β₁ X
/// </code>
/// <para>Within 1.5 % of the norms of random walks, where N' = ρ² N + η² is up to 20 % off: the squares lag while the norm moves.</para>
/// <para>
/// Other rules, with r_j the correlation of updates that are j apart, and a_j the rate of the update j before, shrunk by the decay since:
/// </para>
/// <code>
/// N' = ρ² N + E|U|² (η² + 2 ρ η Σ r_j a_j)      E w w' = ρ N + η E|U|² Σ r_j a_j
/// </code>
/// <para>
/// Where rate and decay stay, norm and angle settle at <see cref="DirectionRule.Equilibrium"/> in all orders of η λ. The start has no past:
/// for as long as updates are correlated norms grow by less.
/// </para>
/// <para>Derived here.</para>
/// </remarks>
/// <example>
/// <code>
/// var adamw = new UpdateSchedule
/// {
///     LearningRate = new Cosine(1e-3, 0, length: 50_000),
///     WeightDecay = 0.1,
///     Momentum = 0.9,
///     TotalSteps = 50_000,
/// };
/// var start = DirectionRule.AdamW(0.9, 0.999).Equilibrium(1e-3, 0.1, weights: 1000).Norm;
/// var curve = DirectionCurve.OfAdamW(AdamTable.Of(adamw, new OptimizerRule("adamw")), weights: 1000, start);
/// Console.WriteLine($"{curve.GradientGrowth():F2}"); // 1.48, what gradients grow by to the end since the norm falls
/// </code>
/// </example>
public sealed class DirectionCurve
{
    private readonly double[] _norms, _angles, _rates;

    private DirectionCurve(double[] norms, double[] angles, double[] rates) => (_norms, _angles, _rates) = (norms, angles, rates);

    /// <summary>How many updates are described.</summary>
    public int Count => _angles.Length;

    /// <summary>The curve of AdamW.</summary>
    /// <param name="table">Rate, decay and betas of each update, from update 0.</param>
    /// <param name="weights">C, the number of weights.</param>
    /// <param name="startNorm">|w| before the first update, positive.</param>
    /// <exception cref="ArgumentException">The table starts at a checkpoint, or a number is not positive.</exception>
    public static DirectionCurve OfAdamW(AdamTable table, double weights, double startNorm)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (table.FirstStep > 0)
            throw Require.Refuse(
                nameof(table), table.FirstStep, "starts at a checkpoint, whose moments are not known", "start at update 0");
        Require.Positive(weights);
        double square = Elementary.Pow(Require.Positive(startNorm), 2) / weights, dot = 0, moment = 0, squares = 0;
        var curve = Empty(table.Count);
        curve._norms[0] = startNorm;
        for (var i = 0; i < table.Count; i++)
        {
            var (rate, now) = (table.Steps[i].Rate, table.Steps[i]);
            var kept = 1 - rate * now.WeightDecay;
            var bias = AdamBias.Of(i, 1 - now.Beta1, 1 - now.Beta2);
            moment = now.Beta1 * now.Beta1 * moment + (1 - now.Beta1) * (1 - now.Beta1) / square;
            squares = now.Beta2 * squares + (1 - now.Beta2) / square;
            var step = rate * bias.Root2 / (bias.First * Math.Sqrt(squares));
            var product = kept * square - step * now.Beta1 * dot;
            var next = kept * kept * square - 2 * kept * step * now.Beta1 * dot + step * step * moment;
            curve._angles[i] = Angle(product, square, next);
            curve._rates[i] = rate / Math.Sqrt(square * weights);
            (dot, square) = (kept * now.Beta1 * dot - step * moment, next);
            curve._norms[i + 1] = Math.Sqrt(square * weights);
        }
        return curve;
    }

    /// <summary>The curve of another rule.</summary>
    /// <param name="rule">The rule, the same in every update.</param>
    /// <param name="table">Rate and decay of each update.</param>
    /// <param name="weights">C, the number of weights.</param>
    /// <param name="startNorm">|w| before the first update, positive.</param>
    /// <exception cref="ArgumentException">A number is not positive.</exception>
    public static DirectionCurve Of(DirectionRule rule, UpdateTable table, double weights, double startNorm)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(table);
        var own = rule.SquarePerWeight * Require.Positive(weights);
        var square = Elementary.Pow(Require.Positive(startNorm), 2);
        var (curve, memory) = (Empty(table.Count), rule.Memory());
        curve._norms[0] = startNorm;
        for (var i = 0; i < table.Count; i++)
        {
            var (rate, kept) = (table.Steps[i].Rate, 1 - table.Steps[i].IntrinsicRate);
            double alone = rate * rate * own, added = rule.FactorOfNorm * (alone + 2 * kept * rate * own * memory.Sum);
            var next = kept * kept * square + added;
            curve._angles[i] = Angle(kept * square + (added - alone) / (2 * kept), square, next);
            curve._rates[i] = rate / Math.Sqrt(square);
            memory.Add(rate, kept);
            square = next;
            curve._norms[i + 1] = Math.Sqrt(square);
        }
        return curve;
    }

    /// <summary>|w| before update <paramref name="step"/>; T for after the last.</summary>
    public double NormAt(long step) => _norms[step];

    /// <summary>The angle of an update in radians.</summary>
    public double AngleAt(long step) => _angles[step];

    /// <summary>η/|w| at an update.</summary>
    public double EffectiveRateAt(long step) => _rates[step];

    /// <summary>
    /// How much larger gradients are at the end than where the norm was largest, since they are 1/|w| as large: the growth that decay makes
    /// by itself as the rate falls (Defazio 2025). About the fourth root of the mixing units at the peak rate for a decay to 0.
    /// </summary>
    public double GradientGrowth()
    {
        var largest = 0.0;
        foreach (var norm in _norms) largest = Math.Max(largest, norm);
        return largest / _norms[^1];
    }

    private static DirectionCurve Empty(int count) => new(new double[count + 1], new double[count], new double[count]);

    // From the product and the squares; 1 - cos as a difference of squares, which small angles do not cancel.
    private static double Angle(double product, double square, double next)
    {
        var across = Math.Sqrt(Math.Max(0, square * next - product * product));
        return Elementary.Atan2(across, product);
    }
}
