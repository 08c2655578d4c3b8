using Etalon.Engine;
using Etalon.Numerics;

namespace Etalon.Lab.Claims.ToyCone;

/// <summary>
/// The toy example of Li and Arora 2019, section 3: normalization alone converges, weight decay alone converges, both together do not.
/// </summary>
/// <remarks>
/// <para>
/// Inputs x are standard normal in m dimensions, the label is y = sign(x_1), the loss is ln(1 + e^(-y u)) with u = w.x, or u = w.x / |w|
/// where normalized. SGD at a constant rate, without momentum, on fresh batches: w = w - eta (g + lambda w). The share of inputs that w
/// takes for the wrong class is the angle between w and the first axis, over pi.
/// </para>
/// <para>
/// Question: does it converge? Expected: with both, the norm shrinks until the gradient's noise throws w out of any narrow cone, so that
/// the error keeps a floor of the order of sqrt(eta lambda) / pi for every batch size (Theorem 3.1). Cost: steps x batch x m normal
/// numbers; 4,000 steps of 256 take a second.
/// </para>
/// </remarks>
internal sealed record ToyExample
{
    /// <summary>m, at least 2. Default: 20.</summary>
    public int Dimensions { get; init; } = 20;

    /// <summary>Inputs in a batch. Default: 256.</summary>
    public int Batch { get; init; } = 256;

    /// <summary>eta. Default: 0.5.</summary>
    public double Rate { get; init; } = 0.5;

    /// <summary>lambda. Default: 0.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Whether u is divided by the norm of w. Default: true.</summary>
    public bool IsNormalized { get; init; } = true;

    /// <summary>|w| at the start, in a random direction. Default: 1.</summary>
    public double InitialNorm { get; init; } = 1;

    /// <summary>Updates. Default: 4,000.</summary>
    public int Steps { get; init; } = 4_000;

    /// <summary>What the inputs and the start are drawn from.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Trains.</summary>
    /// <param name="looked">Hears of each update: its number, the share of wrong classes and |w| after it. Default: nobody.</param>
    public ToyResult Run(Action<int, double, double>? looked = null)
    {
        double[] w = Start(), gradient = new double[Dimensions], x = new double[Dimensions];
        double sum = 0, largest = 0;
        for (int step = 0; step < Steps; step++)
        {
            MeanGradient(w, step, x, gradient);
            for (int i = 0; i < w.Length; i++) w[i] -= Rate * (gradient[i] + WeightDecay * w[i]);
            if (step < Steps / 2 && looked is null) continue;
            double error = Error(w);
            looked?.Invoke(step, error, Norm(w));
            if (step < Steps / 2) continue;
            sum += error;
            largest = Math.Max(largest, error);
        }
        return new ToyResult(sum / (Steps - Steps / 2), largest, Norm(w));
    }

    private double[] Start()
    {
        var stream = new CounterStream(Seed, "toy start");
        double[] w = [.. Enumerable.Range(0, Dimensions).Select(_ => stream.NextNormal())];
        double norm = Norm(w);
        return Array.ConvertAll(w, value => value * InitialNorm / norm);
    }

    // d loss / d u = -y / (1 + e^(y u)); normalized, the part along w drops out and the rest is divided by |w|.
    private void MeanGradient(double[] w, int step, double[] x, double[] gradient)
    {
        var stream = new CounterStream(Seed, "toy inputs", (ulong)step);
        double norm = Norm(w), divisor = IsNormalized ? norm : 1;
        Array.Clear(gradient);
        for (int example = 0; example < Batch; example++)
        {
            double u = 0;
            for (int i = 0; i < x.Length; i++)
            {
                x[i] = stream.NextNormal();
                u += w[i] * x[i] / divisor;
            }
            double y = x[0] > 0 ? 1 : -1, slope = -y / (1 + Elementary.Exp(y * u)) / (Batch * divisor);
            for (int i = 0; i < x.Length; i++) gradient[i] += slope * x[i];
        }
        if (!IsNormalized) return;
        double along = 0;
        for (int i = 0; i < w.Length; i++) along += gradient[i] * w[i] / (norm * norm);
        for (int i = 0; i < w.Length; i++) gradient[i] -= along * w[i];
    }

    private static double Error(double[] w) => Elementary.Atan2(Norm(w[1..]), w[0]) / Math.PI;

    private static double Norm(double[] w) => Math.Sqrt(w.Sum(value => value * value));
}

/// <summary>How a run of <see cref="ToyExample"/> went.</summary>
/// <param name="MeanError">The share of wrong classes, the mean over the second half of the run.</param>
/// <param name="LargestError">The largest of that half.</param>
/// <param name="Norm">|w| at the end.</param>
internal readonly record struct ToyResult(double MeanError, double LargestError, double Norm);
