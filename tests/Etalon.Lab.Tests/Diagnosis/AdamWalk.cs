using Etalon.Engine;
using Etalon.Lab.Diagnosis.Logs;
using Etalon.Schedules;

namespace Etalon.Lab.Tests.Diagnosis;

/// <summary>AdamW under random gradients each of which holds a share of the one before, and the log of it.</summary>
internal sealed class AdamWalk
{
    public const int Weights = 256;
    public const double Beta1 = 0.9;

    private readonly double[] _norms, _squares, _dots, _angles, _rates;
    private readonly double _decay, _beta2;

    /// <summary>Walks; the start is 0.2 at random, the equilibrium's root mean square where rate over decay is 0.08.</summary>
    public AdamWalk(double[] rates, double decay, double beta2, double share, ulong seed = 3)
    {
        (_rates, _decay, _beta2) = (rates, decay, beta2);
        (_norms, _squares, _dots, _angles) = (new double[rates.Length], new double[rates.Length], new double[rates.Length],
            new double[rates.Length]);
        Train(share, new CounterStream(seed, "agreement"));
    }

    /// <summary>|w| before each update.</summary>
    public IReadOnlyList<double> Norms => _norms;

    /// <summary>The log of all updates, or of some.</summary>
    /// <param name="every">From row to row.</param>
    /// <param name="without">Columns that it does not have.</param>
    public RunLog Log(int every = 1, params string[] without)
    {
        int[] rows = [.. Enumerable.Range(0, _rates.Length).Where(step => step % every == 0)];
        double[] Rows(double[] values) => [.. rows.Select(row => values[row])];
        double[] Constant(double value) => [.. rows.Select(_ => value)];
        double[] Column(string name) => without.Contains(name) ? Constant(double.NaN) : name switch
        {
            "norm/w" => Rows(_norms),
            "update_sq/w" => Rows(_squares),
            "update_dot/w" => Rows(_dots),
            "angle/w" => Rows(_angles),
            "elements/w" => Constant(Weights),
            _ => Constant(double.NaN),
        };
        double[] rates = Rows(_rates), beta2 = without.Contains("beta2") ? Constant(double.NaN) : Constant(_beta2);
        return new()
        {
            Source = "walk",
            Rule = new() { Decay = DecayForm.Decoupled },
            Optimizer = "AdamW",
            Steps = [.. rows.Select(row => (long)row)],
            Rate = rates,
            WeightDecay = Constant(_decay),
            Momentum = Constant(Beta1),
            Beta2 = beta2,
            Groups = [LogGroup.Of("w", Column, rates, Constant(_decay), Constant(Beta1))],
        };
    }

    private void Train(double share, CounterStream stream)
    {
        double[] w = new double[Weights], next = new double[Weights], g = new double[Weights], old = new double[Weights],
            mean = new double[Weights], squares = new double[Weights];
        for (int i = 0; i < Weights; i++) (w[i], old[i]) = (0.2 * stream.NextNormal(), stream.NextNormal());
        for (int step = 0; step < _rates.Length; step++)
        {
            for (int i = 0; i < Weights; i++)
            {
                double fresh = stream.NextNormal();
                (g[i], old[i]) = (fresh + share * old[i], fresh);
            }
            double square = Dot(w, w), along = Dot(w, g) / square, sum = 0, dot = 0;
            double first = 1 - Math.Pow(Beta1, step + 1), second = 1 - Math.Pow(_beta2, step + 1);
            for (int i = 0; i < Weights; i++)
            {
                double gradient = (g[i] - along * w[i]) / Math.Sqrt(square);
                mean[i] = Beta1 * mean[i] + (1 - Beta1) * gradient;
                squares[i] = _beta2 * squares[i] + (1 - _beta2) * gradient * gradient;
                double update = mean[i] / first / Math.Sqrt(squares[i] / second);
                next[i] = (1 - _rates[step] * _decay) * w[i] - _rates[step] * update;
                (sum, dot) = (sum + update * update, dot + update * w[i]);
            }
            (_norms[step], _squares[step], _dots[step]) = (Math.Sqrt(square), sum, dot);
            _angles[step] = Math.Acos(Math.Min(1, Dot(w, next) / Math.Sqrt(square * Dot(next, next))));
            (w, next) = (next, w);
        }
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
}
