using Etalon.Numerics;

namespace Etalon.Schedules.Dynamics;

/// <summary>
/// A rule whose update has a size of its own, whatever the size of the gradients, and whose decay is decoupled: w' = (1 - η λ) w - η U.
/// </summary>
/// <remarks>
/// <para>
/// Gradients are of mean 0 given the past and orthogonal to w. All that the laws need is E|U|² for each of C weights and the correlation
/// r_k of two updates that are k apart, with F = 1 + 2 Σ r_k. To first order, with L = η λ:
/// </para>
/// <code>
/// |w*|² = η E|U|² F/(2 λ)      angle of an update √(2 L/F)      |w|² forgets its past as exp(-2 L t)
/// </code>
/// <para>
/// So the root mean square of AdamW's weights is √(η/(2 λ)), whatever the network. <see cref="Equilibrium"/> has all orders of η λ.
/// </para>
/// <para>
/// AdamW: r_k = β₁^k. Signs: r_k = (2/π) asin of the correlation of what the sign is taken of. Muon: what five steps of Newton and Schulz
/// make of matrices of uncorrelated numbers with correlation r is less correlated. By Monte Carlo of square matrices of 16 and 64 rows,
/// linear in one over the rows between and beyond, and of long ones; between the two the difference falls as the square of the ratio of
/// the sides, to two hundredths. The squares of the singular values are 0.86 in the mean of 16 x 16 and 0.75 of large or long matrices,
/// to 4 %. Kosson, Messmer and Jaggi 2023, <i>Rotational Equilibrium</i>; correlations derived here.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// var equilibrium = DirectionRule.AdamW(0.9, 0.999).Equilibrium(rate: 1e-3, weightDecay: 0.1, weights: 589_824);
/// Console.WriteLine($"{equilibrium.Norm:F2}"); // 54.25
/// Console.WriteLine($"{equilibrium.RootMeanSquare:F4}"); // 0.0706, and √(η/(2 λ)) is 0.0707
/// Console.WriteLine($"{equilibrium.Angle:F6}"); // 0.003244, in radians an update
/// Console.WriteLine($"{DirectionRule.Lion(0.9, 0.99).CorrelationSum:F4}"); // 45.9270
/// </code>
/// </example>
public sealed class DirectionRule
{
    private const int MostLags = 1_000_000;

    // Where the correlation of two matrices is the first, that of what Newton and Schulz make of them is, by Monte Carlo, the others.
    private static readonly double[] _gaussian = [0, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1],
        _ofSmall = [0, 0.0747, 0.2260, 0.3826, 0.5543, 0.6528, 0.7716, 0.8516, 0.9176, 0.9476, 1],
        _ofLarge = [0, 0.0662, 0.2016, 0.3489, 0.5206, 0.6261, 0.7603, 0.8488, 0.9212, 0.9541, 1],
        _ofLong = [0, 0.0960, 0.2882, 0.4814, 0.6771, 0.7787, 0.8849, 0.9411, 0.9759, 0.9879, 1];

    private const int SmallRank = 16, LargeRank = 64;

    // (2/π) asin x = Σ c_n x^(2n+1): these leave less than 1e-12 of it where x is at most the other.
    private const double SmallForSigns = 0.7;
    private static readonly double[] _powersOfSigns = PowersOfSigns(32);

    // Of what updates are taken of, lag by lag.
    private readonly Func<int, double> _fading;
    private readonly Func<double, double> _correlation;

    // r_k of the first lags, and beyond them as a sum of powers: each with what it is at the first lag beyond, and its ratio from there on.
    private readonly double[] _near;
    private readonly (double First, double Ratio)[] _beyond;

    // Fading falls by one ratio; where it is at most upTo, the correlation is made of its odd powers.
    private DirectionRule(string name, double square, Func<int, double> fading, double ratio, Func<double, double> correlation,
        double upTo, double[] coefficients)
    {
        (Name, SquarePerWeight, _fading, _correlation) = (name, square, fading, correlation);
        var lags = 1;
        while (lags < MostLags && fading(lags + 1) > upTo) lags++;
        _near = [.. Enumerable.Range(1, lags).Select(Correlation)];
        _beyond = [.. coefficients.Select((each, n) =>
            (each * Elementary.Pow(fading(lags + 1), 2 * n + 1), Elementary.Pow(ratio, 2 * n + 1)))];
        CorrelationSum = 1 + 2 * Sum(1);
    }

    /// <summary>The rule and its numbers.</summary>
    public string Name { get; }

    /// <summary>E|U|² over the number of weights.</summary>
    public double SquarePerWeight { get; }

    /// <summary>F = 1 + 2 Σ r_k.</summary>
    public double CorrelationSum { get; }

    /// <summary>What the memory of AdamW's squares does to |w|²: a factor, 1 elsewhere.</summary>
    internal double FactorOfNorm { get; private init; } = 1;

    /// <summary>β₂/(1 - β₂): how many updates AdamW's squares lag behind the norm; 0 elsewhere.</summary>
    internal double Lag { get; private init; }

    /// <summary>AdamW, in any epsilon that is small.</summary>
    /// <remarks>
    /// Of first order in 1 - β₂. Of Gaussian gradients the norm is within 2 % for β₂ from 0.9, within 8 % from 0.5. Below, updates have no
    /// size of their own: a squared gradient that happens to be small rules them, and with β₂ = 0 and a momentum their mean square is
    /// infinite.
    /// </remarks>
    /// <param name="beta1">β₁, at least 0 and below 1.</param>
    /// <param name="beta2">β₂, at least 0 and below 1.</param>
    /// <exception cref="ArgumentException">A beta is out of its range.</exception>
    public static DirectionRule AdamW(double beta1, double beta2)
    {
        Check(beta1, nameof(beta1));
        Check(beta2, nameof(beta2));
        // Terms of first order in 1 - β₂: the squares hold a part of the gradient that they divide.
        double share = (1 - beta1) / (1 + beta1), lost = 1 - beta2, own = 2 * lost / (1 + beta2);
        var square = share * (1 + own - 2 * (1 - beta1 * beta1) * lost / (1 - beta1 * beta1 * beta2));
        var ofNorm = 1 + own - 2 * lost * (1 - beta1) / (1 - beta1 * beta2);
        return new($"adamw ({beta1:0.####}, {beta2:0.####})", square, lag => Elementary.Pow(beta1, lag), beta1, of => of, 1, [1])
        {
            FactorOfNorm = ofNorm * share / square,
            Lag = beta2 / lost,
        };
    }

    /// <summary>The sign of the mean of gradients; of the gradient itself with a momentum of 0.</summary>
    /// <param name="momentum">μ, at least 0 and below 1.</param>
    /// <exception cref="ArgumentException">The momentum is out of its range.</exception>
    public static DirectionRule Signum(double momentum)
    {
        Check(momentum, nameof(momentum));
        return new(
            momentum == 0 ? "sign" : $"signum {momentum:0.####}", 1, lag => Elementary.Pow(momentum, lag), momentum, OfSigns,
            SmallForSigns, _powersOfSigns);
    }

    /// <summary>Lion.</summary>
    /// <param name="beta1">β₁, at least 0 and below 1.</param>
    /// <param name="beta2">β₂, at least 0 and below 1.</param>
    /// <exception cref="ArgumentException">A beta is out of its range.</exception>
    public static DirectionRule Lion(double beta1, double beta2)
    {
        Check(beta1, nameof(beta1));
        Check(beta2, nameof(beta2));
        double kept = beta1 * beta1 * (1 - beta2) / (1 + beta2), variance = (1 - beta1) * (1 - beta1) + kept;
        var first = (beta1 * (1 - beta1) * (1 - beta2) + beta2 * kept) / variance;
        return new(
            $"lion ({beta1:0.####}, {beta2:0.####})", 1, lag => first * Elementary.Pow(beta2, lag - 1), beta2, OfSigns,
            SmallForSigns, _powersOfSigns);
    }

    /// <summary>Muon on one matrix, with its factor √(max(1, outputs/inputs)).</summary>
    /// <param name="momentum">μ, at least 0 and below 1.</param>
    /// <param name="inputs">Rows, at least 1.</param>
    /// <param name="outputs">Columns, at least 1.</param>
    /// <param name="nesterov">Whether the direction looks ahead.</param>
    /// <exception cref="ArgumentException">A number is out of its range.</exception>
    public static DirectionRule Muon(double momentum, int inputs, int outputs, bool nesterov)
    {
        Check(momentum, nameof(momentum));
        Require.PositiveLength(inputs);
        Require.PositiveLength(outputs);
        var (rank, aspect) = (Math.Min(inputs, outputs), (double)Math.Min(inputs, outputs) / Math.Max(inputs, outputs));
        // (1 - μ) g + μ m in the place of m: its variance, and its covariance at lag k over μ^k, each over (1 - μ)².
        var past = Elementary.Pow(momentum, 4) / (1 - momentum * momentum);
        double variance = (1 + momentum) * (1 + momentum) + past, covariance = momentum * (1 + momentum) + past;
        var share = nesterov ? covariance / variance : 1;
        var small = Math.Min(1, (double)SmallRank / rank);
        var singular = 0.75 + 0.108 * small * small * aspect;
        return new(
            $"muon {momentum:0.####}", singular * rank * Math.Max(1, (double)outputs / inputs) / ((double)inputs * outputs),
            lag => share * Elementary.Pow(momentum, lag), momentum, of => OfOrthogonal(of, rank, aspect),
            // Up to its first entry the table is a straight line.
            _gaussian[1], [OfOrthogonal(_gaussian[1], rank, aspect) / _gaussian[1]]);
    }

    /// <summary>r_k, the correlation of two updates.</summary>
    /// <param name="lag">k, at least 0.</param>
    public double Correlation(int lag) => lag == 0 ? 1 : _correlation(_fading(lag));

    /// <summary>
    /// Which share of a small deviation of |w|² goes in one update in the long run: 2 L, and less where AdamW's squares lag behind the
    /// norm.
    /// </summary>
    /// <remarks>
    /// With n of |w|² and v of AdamW's mean of squares, both relative to where they settle, and a = (1 - β₂)/β₂: <c>n' = -2 L (2 n + v)</c>
    /// and <c>v' = -a (n + v)</c>, of which the slower way goes at <c>4 L a/(4 L + a + √(16 L² + a²))</c>. That is 2 L/(1 + 2 L/a) for
    /// small L, and a/2 for large ones, whatever rate and decay are.
    /// </remarks>
    /// <param name="units">L = η λ, at least 0.</param>
    public double RelaxationRate(double units)
    {
        var lag = Require.NotNegative(units) * 4 * Lag;
        return 4 * units / (1 + lag + Math.Sqrt(1 + lag * lag));
    }

    /// <summary>
    /// Which share of a small deviation of |w|² is left after some updates, as after a step of the rate: exp(-2 M), and more where
    /// AdamW's squares lag behind the norm.
    /// </summary>
    /// <remarks>
    /// From n = 1 and q = 0, the gap between squares and norm: <c>n' = e^(-2 L) n - (1 - e^(-2 L)) q</c>, <c>q' = β₂ (q + n' - n)</c>.
    /// Derived here from the mean-field law (<see cref="DirectionCurve.OfAdamW"/>), of which it is within three hundredths.
    /// </remarks>
    /// <param name="units">L = η λ of each update; what is negative counts as 0.</param>
    public double DeviationLeft(IEnumerable<double> units)
    {
        ArgumentNullException.ThrowIfNull(units);
        var (left, gap, remembered) = (1.0, 0.0, Lag / (1 + Lag));
        foreach (var each in units)
        {
            var forgotten = -Elementary.ExpM1(-2 * Math.Max(0, each));
            var change = -forgotten * (left + gap);
            (left, gap) = (left + change, remembered * (gap + change));
        }
        return left;
    }

    /// <summary>Where norm and angle settle.</summary>
    /// <param name="rate">η, positive.</param>
    /// <param name="weightDecay">λ, positive; η λ is below 1.</param>
    /// <param name="weights">C, the number of weights.</param>
    /// <exception cref="ArgumentException">There is no equilibrium: no rate, no decay, no weights, or η λ too large.</exception>
    public DirectionEquilibrium Equilibrium(double rate, double weightDecay, double weights)
    {
        Require.Positive(rate);
        Require.Positive(weightDecay);
        Require.Positive(weights);
        var units = rate * weightDecay;
        if (!(units < 1))
            throw Require.Refuse("the intrinsic rate", units, "leaves nothing of the weights", "stay below 1");
        var kept = 1 - units;
        var square = SquarePerWeight * weights;
        var normSquare = rate * rate * square * FactorOfNorm * (1 + 2 * Sum(kept)) / (units * (1 + kept));
        var versine = (rate * rate * square / normSquare - units * units) / (2 * kept);
        return new()
        {
            Norm = Math.Sqrt(normSquare),
            Angle = 2 * Elementary.Atan2(Math.Sqrt(versine), Math.Sqrt(2 - versine)),
            RootMeanSquare = Math.Sqrt(normSquare / weights),
            EffectiveRate = rate / Math.Sqrt(normSquare),
            RelaxationRate = RelaxationRate(units),
        };
    }

    /// <summary>What weights hold of past updates, of which there are none yet.</summary>
    internal UpdateMemory Memory() => new(_near, _beyond);

    // Σ kept^k r_k over k from 1.
    private double Sum(double kept)
    {
        double sum = 0, factor = kept;
        foreach (var correlation in _near)
        {
            sum += factor * correlation;
            factor *= kept;
        }
        foreach (var (first, ratio) in _beyond) sum += factor * first / (1 - kept * ratio);
        return sum;
    }

    private static double[] PowersOfSigns(int count)
    {
        var powers = new double[count];
        powers[0] = 2 / Math.PI;
        for (var n = 1; n < count; n++) powers[n] = powers[n - 1] * (2.0 * n - 1) * (2 * n - 1) / (2 * n * (2.0 * n + 1));
        return powers;
    }

    private static double OfSigns(double correlation) =>
        2 / Math.PI * Elementary.Atan2(correlation, Math.Sqrt((1 - correlation) * (1 + correlation)));

    private static double OfOrthogonal(double correlation, int rank, double aspect)
    {
        var above = 1;
        while (above < _gaussian.Length - 1 && _gaussian[above] < correlation) above++;
        var share = (correlation - _gaussian[above - 1]) / (_gaussian[above] - _gaussian[above - 1]);
        double In(double[] table) => table[above - 1] + share * (table[above] - table[above - 1]);
        double inverse = 1.0 / Math.Max(SmallRank, rank), small = (inverse - 1.0 / LargeRank) / (1.0 / SmallRank - 1.0 / LargeRank);
        var square = In(_ofLarge) + small * (In(_ofSmall) - In(_ofLarge));
        return In(_ofLong) - aspect * aspect * (In(_ofLong) - square);
    }

    private static void Check(double share, string name)
    {
        if (!(share is >= 0 and < 1)) throw Require.Refuse(name, share, "must be at least 0 and less than 1", "give one such as 0.9");
    }
}

/// <summary>Where norm and angle of weights settle under a rule whose update has a size of its own.</summary>
/// <example>
/// <code>
/// var before = DirectionRule.Signum(0).Equilibrium(rate: 0.005, weightDecay: 0.4, weights: 256);
/// Console.WriteLine($"{before.Norm:F4} {before.Angle:F6}"); // 1.2655 0.063256
/// Console.WriteLine($"{DirectionEquilibrium.AfterDrop(factor: 10, units: 0.5):F4}"); // 0.1523, at once 0.1 and in the end 1/√10
/// Console.WriteLine($"{DirectionEquilibrium.UnitsToSettle(factor: 10, tolerance: 0.05):F3}"); // 2.596
/// </code>
/// </example>
public sealed record DirectionEquilibrium
{
    /// <summary>|w|*.</summary>
    public required double Norm { get; init; }

    /// <summary>The angle between the weights before and after one update, in radians.</summary>
    public required double Angle { get; init; }

    /// <summary>The root mean square of a weight.</summary>
    public required double RootMeanSquare { get; init; }

    /// <summary>η/|w|*: what the direction of the weights feels.</summary>
    public required double EffectiveRate { get; init; }

    /// <summary>
    /// Which share of a deviation of |w|² goes in one update: 2 L, and less where AdamW's squares lag behind
    /// (<see cref="DirectionRule.RelaxationRate"/>).
    /// </summary>
    public required double RelaxationRate { get; init; }

    /// <summary>The effective rate after a drop of the rate, over that of the equilibrium before: 1/√(k + (k² - k) exp(-2 M')).</summary>
    /// <param name="factor">k, what the rate was divided by.</param>
    /// <param name="units">M', mixing units at the new rate since.</param>
    public static double AfterDrop(double factor, double units)
    {
        Require.Positive(factor);
        return 1 / Math.Sqrt(factor + (factor * factor - factor) * Elementary.Exp(-2 * Require.NotNegative(units)));
    }

    /// <summary>The mixing units after which |w|² is within a share of its new equilibrium: ln((k - 1)/share)/2.</summary>
    /// <param name="factor">k, what the rate was divided by; above 1.</param>
    /// <param name="tolerance">The share.</param>
    public static double UnitsToSettle(double factor, double tolerance) =>
        Math.Max(0, Elementary.Log((Require.Positive(factor) - 1) / Require.Positive(tolerance)) / 2);

    /// <summary>What weights are multiplied by at a drop of the rate to be at their new equilibrium at once: 1/√k.</summary>
    /// <param name="factor">k, what the rate is divided by.</param>
    public static double Rescue(double factor) => 1 / Math.Sqrt(Require.Positive(factor));

    /// <summary>Adam with its decay in the gradient, where the gradients' size has a say after all.</summary>
    /// <remarks>
    /// <c>|w|³ = η √(C S)/(2 λ)</c> and the angle is <c>√((1 - β₁)/(1 + β₁)) (2 η² λ C/√S)^⅓</c>, to first order: layers whose gradients
    /// differ turn at different speeds (Kosson et al. 2023).
    /// </remarks>
    /// <param name="rate">η, positive.</param>
    /// <param name="weightDecay">λ, positive.</param>
    /// <param name="weights">C, the number of weights.</param>
    /// <param name="gradientSquare">S = E|ĝ|², the mean square of the gradient on the unit sphere.</param>
    /// <param name="beta1">β₁.</param>
    public static DirectionEquilibrium AdamWithL2(double rate, double weightDecay, double weights, double gradientSquare, double beta1)
    {
        Require.Positive(rate);
        Require.Positive(weightDecay);
        Require.Positive(weights);
        Require.Positive(gradientSquare);
        var norm = Elementary.Pow(rate * Math.Sqrt(weights * gradientSquare) / (2 * weightDecay), 1.0 / 3);
        var turned = Elementary.Pow(2 * rate * rate * weightDecay * weights / Math.Sqrt(gradientSquare), 1.0 / 3);
        return new()
        {
            Norm = norm,
            Angle = Math.Sqrt((1 - beta1) / (1 + beta1)) * turned,
            RootMeanSquare = norm / Math.Sqrt(weights),
            EffectiveRate = rate / norm,
            // λ √(C/S)|w| is the decay that acts; |w|³ is linear in it.
            RelaxationRate = 3 * rate * weightDecay * Math.Sqrt(weights / gradientSquare) * norm,
        };
    }

    /// <summary>LAMB with Adam's direction: the angle is 2 asin(η/2) whatever the decay, and |w|* is about η √(C/s)/(2 λ).</summary>
    /// <remarks>
    /// With s = (1 - β₁)/(1 + β₁). An update w - κ (U + λ w), κ = η |w|/|U + λ w|, is AdamW's with κ in the place of the rate. The angle
    /// then tells x = κ λ, by AdamW's law of both, and x tells the norm; a deviation of |w|² fades as exp(-x t):
    /// <code>
    /// x = (η²/2) (1 + β₁)/(1 - β₁ + β₁ η²/2)      ρ = 1 - x      |w*|² = (x/λ)² C s (1 + ρ β₁)/((1 - ρ β₁)(1 - ρ²))
    /// </code>
    /// Derived here; LAMB: You et al. 2020.
    /// </remarks>
    /// <param name="rate">η, positive, below 2.</param>
    /// <param name="weightDecay">λ, positive.</param>
    /// <param name="weights">C, the number of weights.</param>
    /// <param name="beta1">β₁.</param>
    public static DirectionEquilibrium Lamb(double rate, double weightDecay, double weights, double beta1)
    {
        Require.Positive(rate);
        Require.Positive(weightDecay);
        var half = rate * rate / 2;
        var units = half * (1 + beta1) / (1 - beta1 + beta1 * half);
        double share = (1 - beta1) / (1 + beta1), kept = 1 - units, memory = (1 + kept * beta1) / (1 - kept * beta1);
        var norm = units / weightDecay * Math.Sqrt(Require.Positive(weights) * share * memory / (units * (2 - units)));
        return new()
        {
            Norm = norm,
            Angle = 2 * Elementary.Atan2(rate / 2, Math.Sqrt(1 - rate * rate / 4)),
            RootMeanSquare = norm / Math.Sqrt(weights),
            EffectiveRate = rate / norm,
            RelaxationRate = units,
        };
    }

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(DirectionEquilibrium), PrintMembers);
}
