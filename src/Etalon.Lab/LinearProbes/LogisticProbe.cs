using Etalon.Engine;
using Etalon.Lab.Data;
using Etalon.Lab.Numerics;

namespace Etalon.Lab.LinearProbes;

/// <summary>
/// Softmax regression of classes on features: the W, b that minimize the mean cross-entropy + λ/2 |W|^2, a convex problem. The bias is not
/// penalized.
/// </summary>
/// <remarks>
/// <para>
/// The regression is a network of one layer over all examples at once, in float64, whose gradient the engine computes with the same bits
/// for any number of threads; its minimum is found by the limited-memory BFGS method, to a gradient of length <see cref="Tolerance"/>. (A
/// Cholesky factor of the features' covariance as a preconditioner saves half of the gradients; they take a second or two without it.)
/// </para>
/// <para>
/// λ is chosen on a fifth of the examples that is held out, always the same one for as many examples: from the largest of
/// <see cref="Strengths"/> on, the last one before the mean cross-entropy there rises. Then all examples are fitted with it.
/// </para>
/// </remarks>
internal static class LogisticProbe
{
    /// <summary>The length of the gradient at which the minimum counts as found.</summary>
    public const double Tolerance = 1e-6;

    // With a gradient g the objective is at most g^2 / 2λ above its minimum: 5e-5 for λ = 1e-4, far less than the losses of two penalties
    // differ by.
    private const double ToleranceOfChoice = 1e-4;

    private const double HeldOut = 0.2;

    /// <summary>The penalties that are tried: 1, 0.1, ..., 1e-5, on features of variance 1.</summary>
    public static IReadOnlyList<double> Strengths { get; } = [1, 0.1, 0.01, 1e-3, 1e-4, 1e-5];

    /// <summary>Fits with the best penalty.</summary>
    /// <param name="training">At least five examples.</param>
    /// <param name="threads">Threads that compute; the result does not depend on them.</param>
    /// <param name="cancellation">Ends the fitting.</param>
    public static LogisticFit Fit(FeatureTable training, int threads, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        ArgumentOutOfRangeException.ThrowIfLessThan(training.Count, 5, nameof(training));
        bool[] isHeldOut = Permutation.Choose(training.Count, HeldOut, new CounterStream(seed: 1, "probe held out"));
        FeatureTable rest = training.Where(example => !isHeldOut[example]), test = training.Where(example => isHeldOut[example]);
        using var workers = new Workers(threads);
        return Fit(training, Best(rest, test, workers, cancellation), workers, cancellation);
    }

    /// <summary>Fits with a penalty.</summary>
    /// <param name="training">The examples.</param>
    /// <param name="strength">λ, above 0.</param>
    /// <param name="threads">Threads that compute; the result does not depend on them.</param>
    /// <param name="cancellation">Ends the fitting.</param>
    public static LogisticFit Fit(FeatureTable training, double strength, int threads, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(strength);
        using var workers = new Workers(threads);
        return Fit(training, strength, workers, cancellation);
    }

    private static LogisticFit Fit(FeatureTable training, double strength, Workers workers, CancellationToken cancellation)
    {
        using var regression = new Regression(training, workers);
        return regression.Minimize(strength, Tolerance, cancellation);
    }

    private static double Best(FeatureTable training, FeatureTable test, Workers workers, CancellationToken cancellation)
    {
        using var regression = new Regression(training, workers);
        using var heldOut = new Regression(test, workers);
        double best = 0, smallest = double.PositiveInfinity;
        // Each begins at the solution of the stronger one before it.
        foreach (double strength in Strengths)
        {
            regression.Minimize(strength, ToleranceOfChoice, cancellation);
            double loss = heldOut.LossOf(regression);
            if (!(loss < smallest)) break;
            (best, smallest) = (strength, loss);
        }
        return best;
    }

    private sealed class Regression : IDisposable
    {
        private const string Layer = "linear";

        private readonly FeatureTable _table;
        private readonly Network<double> _network;

        public Regression(FeatureTable table, Workers workers)
        {
            _table = table;
            var build = new NetworkBuilder<double>(1, 1, table.Dimension);
            // Parameters are 0 until somebody initializes them; a bias also needs its constant scale, which initializing sets.
            _network = build.Build(build.Bias($"{Layer}.bias", build.Linear(Layer, build.Input, table.ClassCount)),
                new SoftmaxCrossEntropy(), table.Count, workers);
            _network.Initialize(seed: 1);
            _network.Parameters.Span.Clear();
        }

        private Span<double> Weights => _network.Parameters[$"{Layer}.weight"].Span;

        public LogisticFit Minimize(double strength, double tolerance, CancellationToken cancellation)
        {
            var parameters = _network.Parameters.Span.ToArray();
            var minimum =
                LimitedMemoryBfgs.Minimize((at, gradient) => Evaluate(at, strength, gradient, cancellation), parameters, tolerance);
            parameters.CopyTo(_network.Parameters.Span);
            var classifier = new LinearClassifier(Weights.ToArray(), _network.Parameters[$"{Layer}.bias"].Span.ToArray());
            return new(classifier, strength, minimum.Value, minimum.GradientNorm, minimum.Evaluations);
        }

        /// <summary>The mean cross-entropy of these examples under the parameters of another regression.</summary>
        public double LossOf(Regression other)
        {
            other._network.Parameters.Span.CopyTo(_network.Parameters.Span);
            return _network.Forward(_table.Values, _table.Labels, isTraining: false).LossSum / _table.Count;
        }

        private double Evaluate(double[] at, double strength, double[] gradient, CancellationToken cancellation)
        {
            cancellation.ThrowIfCancellationRequested();
            at.CopyTo(_network.Parameters.Span);
            double loss = _network.Forward(_table.Values, _table.Labels, isTraining: true).LossSum / _table.Count, square = 0;
            _network.Backward();
            Span<double> weights = Weights, slopes = _network.Gradients[$"{Layer}.weight"].Span;
            for (int i = 0; i < weights.Length; i++)
            {
                square += weights[i] * weights[i];
                slopes[i] += strength * weights[i];
            }
            _network.Gradients.Span.CopyTo(gradient);
            return loss + 0.5 * strength * square;
        }

        public void Dispose() => _network.Dispose();
    }
}

/// <summary>A softmax regression.</summary>
/// <param name="Classifier">The solution.</param>
/// <param name="Strength">The penalty λ.</param>
/// <param name="Objective">The mean cross-entropy and the penalty, at the solution.</param>
/// <param name="GradientNorm">The length of the objective's gradient there.</param>
/// <param name="Evaluations">Gradients that were computed.</param>
internal sealed record LogisticFit(LinearClassifier Classifier, double Strength, double Objective, double GradientNorm, int Evaluations);
