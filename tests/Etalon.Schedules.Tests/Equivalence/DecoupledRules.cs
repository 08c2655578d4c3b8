using Etalon.Schedules.Equivalence;

namespace Etalon.Schedules.Tests.Equivalence;

/// <summary>One weight's update by a rule with decoupled decay, as its paper or PyTorch writes it.</summary>
internal interface IDecoupledRule
{
    /// <summary>U for one coordinate, from its gradient at update t.</summary>
    double Direction(int coordinate, double gradient, long t);
}

/// <summary>Adam as torch.optim.AdamW computes it, single-tensor path; betas and epsilon may be of each update.</summary>
internal sealed class AdamRule(
    int dimension,
    Func<long, (double Beta1, double Beta2, double Epsilon)> numbers,
    AdamDenominator denominator = AdamDenominator.OutsideRoot) : IDecoupledRule
{
    private readonly double[] _mean = new double[dimension], _square = new double[dimension];

    public double[] Mean => _mean;

    public double[] Square => _square;

    public double Direction(int i, double g, long t)
    {
        var (b1, b2, epsilon) = numbers(t);
        _mean[i] = b1 * _mean[i] + (1 - b1) * g;
        _square[i] = b2 * _square[i] + (1 - b2) * g * g;
        var (c1, c2) = (1 - Math.Pow(b1, t + 1), 1 - Math.Pow(b2, t + 1));
        return _mean[i] / c1 / denominator switch
        {
            AdamDenominator.InsideRoot => Math.Sqrt(_square[i] / c2 + epsilon),
            AdamDenominator.BeforeCorrection => (Math.Sqrt(_square[i]) + epsilon) / Math.Sqrt(c2),
            _ => Math.Sqrt(_square[i]) / Math.Sqrt(c2) + epsilon,
        };
    }
}

/// <summary>Lion: the sign of a mixture of momentum and gradient (Chen et al. 2023).</summary>
internal sealed class LionRule(int dimension) : IDecoupledRule
{
    private readonly double[] _momentum = new double[dimension];

    public double Direction(int i, double g, long t)
    {
        double direction = Math.Sign(0.9 * _momentum[i] + (1 - 0.9) * g);
        _momentum[i] = 0.99 * _momentum[i] + (1 - 0.99) * g;
        return direction;
    }
}

/// <summary>Signum: the sign of a running mean of gradients (Bernstein et al. 2018).</summary>
internal sealed class SignumRule(int dimension) : IDecoupledRule
{
    private readonly double[] _momentum = new double[dimension];

    public double Direction(int i, double g, long t)
    {
        _momentum[i] = 0.9 * _momentum[i] + (1 - 0.9) * g;
        return Math.Sign(_momentum[i]);
    }
}

/// <summary>Runs of a rule with decoupled decay on the sphere loss, as a plain loop.</summary>
internal static class DecoupledRun
{
    public const int Updates = 300;

    /// <summary>The directions w/|w| after each update.</summary>
    /// <param name="rule">The rule, with a fresh state.</param>
    /// <param name="rate">η of each update.</param>
    /// <param name="decay">λ of each update.</param>
    /// <param name="gradientFactor">What gradients are multiplied by before the rule sees them; default: 1.</param>
    /// <param name="clip">A threshold on the norm of what the rule sees; default: none.</param>
    public static List<double[]> Directions(
        IDecoupledRule rule,
        Func<long, double> rate,
        Func<long, double> decay,
        Func<long, double>? gradientFactor = null,
        double clip = double.PositiveInfinity)
    {
        var weights = SideBySide.Loss.Start();
        var directions = new List<double[]>();
        for (var t = 0; t < Updates; t++)
        {
            var gradient = SideBySide.Loss.Gradient(t, weights);
            for (var i = 0; i < gradient.Length; i++) gradient[i] *= gradientFactor?.Invoke(t) ?? 1;
            var norm = SphereLoss.Norm(gradient);
            var kept = norm > clip ? clip / norm : 1;
            for (var i = 0; i < gradient.Length; i++)
                weights[i] = (1 - rate(t) * decay(t)) * weights[i] - rate(t) * rule.Direction(i, kept * gradient[i], t);
            var length = SphereLoss.Norm(weights);
            directions.Add([.. weights.Select(w => w / length)]);
        }
        return directions;
    }

    /// <summary>The largest distance over all updates; infinite where one is not a number.</summary>
    public static double Distance(List<double[]> one, List<double[]> two)
    {
        var distances = one.Zip(two, (a, b) => SphereLoss.Norm([.. a.Zip(b, (x, y) => x - y)])).ToList();
        return distances.Exists(double.IsNaN) ? double.PositiveInfinity : distances.Max();
    }

    /// <summary>300 updates with a warm-up, a cosine and η λ up to 0.01: ln P ends at about 1.5.</summary>
    public static UpdateTable Source { get; } = UpdateTable.Of(
        new UpdateSchedule
        {
            LearningRate = new Sequence(new Linear(0, 0.02, 30), new Cosine(0.02, 0.002, 270)),
            WeightDecay = 0.5,
            Momentum = 0.9,
            TotalSteps = Updates,
            Rule = new() { Decay = DecayForm.Decoupled },
        });
}
