using Etalon.Engine;
using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.Diagnosis.Phases;
using Etalon.Schedules;
using Etalon.Schedules.Dynamics;

namespace Etalon.Lab.Tests.Diagnosis;

/// <summary>AdamW under random gradients each of which holds a share of the one before: what their agreement makes of norms.</summary>
public class AgreementTests
{
    private const int Weights = 256, Updates = 4_000;
    private const double Rate = 0.02, Decay = 0.2, Beta1 = 0.9, Beta2 = 0.99;

    private readonly double[] _norms = new double[Updates], _squares = new double[Updates], _dots = new double[Updates],
        _angles = new double[Updates];

    // Gradients x_t + s x_(t-1) have the correlation s/(1 + s²) with the next and none beyond: G is 1 + 2 β₁ s/(1 + s²), and u too.
    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(-0.5)]
    public void With_the_agreement_that_a_log_measures_the_law_is_that_of_gradients_that_agree(double share)
    {
        Train(share);
        double expected = 1 + 2 * Beta1 * share / (1 + share * share);
        long[] steps = [.. Enumerable.Range(0, Updates)];
        double[] Constant(double value) => [.. steps.Select(_ => value)];
        double[] Column(string name) => name switch
        {
            "norm/w" => _norms,
            "update_sq/w" => _squares,
            "update_dot/w" => _dots,
            "angle/w" => _angles,
            "elements/w" => Constant(Weights),
            _ => Constant(double.NaN),
        };
        var log = new RunLog
        {
            Source = "walk",
            Rule = new() { Decay = DecayForm.Decoupled },
            Optimizer = "AdamW",
            Steps = steps,
            Rate = Constant(Rate),
            WeightDecay = Constant(Decay),
            Momentum = Constant(Beta1),
            Beta2 = Constant(Beta2),
            Groups = [LogGroup.Of("w", Column, Constant(Rate), Constant(Decay), Constant(Beta1))],
        };
        var phase = new DirectionPhase(Assert.Single(LogPhase.Of(log)).Groups.Single(group => group.Name == "w"));
        Assert.Equal(expected, phase.Agreement.Added, 0.06 * expected);
        Assert.Equal(expected, phase.Agreement.Size, 0.06 * expected);
        // What a run of gradients that do not agree is off by here, 16 mixing units of 256 weights, is a hundredth or two.
        var law = DirectionRule.AdamW(Beta1, Beta2).Equilibrium(Rate, Decay, Weights);
        double norm = Math.Sqrt(_norms.Skip(Updates / 2).Average(each => each * each));
        Assert.Equal(Math.Sqrt(expected), norm / law.Norm, 0.03 * Math.Sqrt(expected));
        Assert.Equal(Math.Sqrt(phase.Agreement.Added), norm / law.Norm, 0.03 * Math.Sqrt(expected));
    }

    private void Train(double share)
    {
        double[] w = new double[Weights], next = new double[Weights], g = new double[Weights], old = new double[Weights],
            mean = new double[Weights], squares = new double[Weights];
        var stream = new CounterStream(3, "agreement");
        for (int i = 0; i < Weights; i++) (w[i], old[i]) = (0.2 * stream.NextNormal(), stream.NextNormal());
        for (int step = 0; step < Updates; step++)
        {
            for (int i = 0; i < Weights; i++)
            {
                double fresh = stream.NextNormal();
                (g[i], old[i]) = (fresh + share * old[i], fresh);
            }
            double square = Dot(w, w), along = Dot(w, g) / square, sum = 0, dot = 0;
            double first = 1 - Math.Pow(Beta1, step + 1), second = 1 - Math.Pow(Beta2, step + 1);
            for (int i = 0; i < Weights; i++)
            {
                double gradient = (g[i] - along * w[i]) / Math.Sqrt(square);
                mean[i] = Beta1 * mean[i] + (1 - Beta1) * gradient;
                squares[i] = Beta2 * squares[i] + (1 - Beta2) * gradient * gradient;
                double update = mean[i] / first / Math.Sqrt(squares[i] / second);
                next[i] = (1 - Rate * Decay) * w[i] - Rate * update;
                (sum, dot) = (sum + update * update, dot + update * w[i]);
            }
            (_norms[step], _squares[step], _dots[step]) = (Math.Sqrt(square), sum, dot);
            _angles[step] = Math.Acos(Math.Min(1, Dot(w, next) / Math.Sqrt(square * Dot(next, next))));
            (w, next) = (next, w);
        }
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
}
