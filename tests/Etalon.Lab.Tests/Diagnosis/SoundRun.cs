using Etalon.Engine;
using Etalon.Lab.Diagnosis.Logs;
using Etalon.Schedules;

namespace Etalon.Lab.Tests.Diagnosis;

/// <summary>
/// The random walk of the theory as a log: three groups of weights under gradients orthogonal to them, as large as 1/|w|, whose S is known.
/// Without a fault.
/// </summary>
/// <param name="seed">What all randomness follows from.</param>
/// <param name="rates">The rate of each update.</param>
/// <param name="momentum">The momentum.</param>
/// <param name="nesterov">Whether the updates look ahead.</param>
/// <param name="every">Updates from a row to the next.</param>
internal sealed class SoundRun(ulong seed, double[] rates, double momentum, bool nesterov, int every)
{
    private const int Dimensions = 24;

    private const double Decay = 5e-3;

    /// <summary>S of each group.</summary>
    public static IReadOnlyList<double> Squares { get; } = [20, 63, 200];

    public RunLog Log()
    {
        long[] steps = [.. Enumerable.Range(0, rates.Length).Where(step => step % every == 0)];
        double[] Of(double value) => [.. steps.Select(_ => value)];
        double[] rate = [.. steps.Select(step => rates[step])];
        return new RunLog
        {
            Source = "simulated",
            Rule = new UpdateRule { Nesterov = nesterov },
            IsRuleLogged = true,
            Steps = steps,
            Rate = rate,
            WeightDecay = Of(Decay),
            Momentum = Of(momentum),
            Groups = [.. Squares.Select(
                (square, k) => Group($"conv{k + 1}", Walk(k, square, steps.Length), rate, Of(Decay), Of(momentum)))],
        };
    }

    private static LogGroup Group(string name, Dictionary<string, double[]> columns, double[] rate, double[] decay, double[] momentum) =>
        LogGroup.Of(name,
            column => columns.GetValueOrDefault(column[..column.IndexOf('/', StringComparison.Ordinal)])
                ?? [.. rate.Select(_ => double.NaN)], rate, decay, momentum);

    private Dictionary<string, double[]> Walk(int k, double square, int rows)
    {
        var columns =
            new[] { "norm", "gradsq", "dot", "angle", "buffer_dot", "residual" }.ToDictionary(name => name, _ => new double[rows]);
        var stream = new CounterStream(seed, "walk", (ulong)k);
        double[] w = new double[Dimensions], v = new double[Dimensions], g = new double[Dimensions], old = new double[Dimensions];
        for (int i = 0; i < Dimensions; i++) w[i] = stream.NextNormal();
        for (int step = 0; step < rates.Length; step++)
        {
            for (int i = 0; i < Dimensions; i++) g[i] = stream.NextNormal();
            double norm2 = Product(w, w), along = Product(g, w) / norm2, size = Math.Sqrt(square / (Dimensions - 1) / norm2);
            for (int i = 0; i < Dimensions; i++) g[i] = (g[i] - along * w[i]) * size;
            double bufferDot = Product(v, g);
            w.CopyTo(old, 0);
            for (int i = 0; i < Dimensions; i++)
            {
                double d = g[i] + Decay * w[i];
                v[i] = momentum * v[i] + d;
                w[i] -= rates[step] * (nesterov ? d + momentum * v[i] : v[i]);
            }
            if (step % every != 0) continue;
            int row = step / every;
            double after2 = Product(w, w), inner = Product(w, old) / Math.Sqrt(norm2 * after2);
            (columns["norm"][row], columns["gradsq"][row], columns["dot"][row], columns["buffer_dot"][row]) =
                (Math.Sqrt(norm2), Product(g, g), Product(g, old), bufferDot);
            columns["angle"][row] = Math.Atan2(Math.Sqrt(Math.Max(0, 1 - inner * inner)), inner);
        }
        return columns;
    }

    private static double Product(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }
}
