using Etalon.Engine;
using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.Diagnosis.Phases;
using Etalon.Schedules.Dynamics;

namespace Etalon.Lab.Tests.Diagnosis;

/// <summary>Adam with its decay in the gradient, under random gradients of which one in a thousand is sixty times as large.</summary>
public class SpikedGradientsTests
{
    private const int Weights = 256, Updates = 12_000;
    private const double Rate = 0.02, Decay = 0.01, Beta1 = 0.9, Beta2 = 0.99;

    private readonly double[] _norms = new double[Updates], _angles = new double[Updates], _gradients = new double[Updates];

    [Fact]
    public void Gradients_count_as_the_mean_of_squares_feels_them()
    {
        Train();
        double[] Constant(double value) => [.. Enumerable.Repeat(value, Updates)];
        double[] Column(string name) => name switch
        {
            "norm/w" => _norms,
            "gradsq/w" => _gradients,
            "angle/w" => _angles,
            "elements/w" => Constant(Weights),
            _ => Constant(double.NaN),
        };
        var log = new RunLog
        {
            Source = "walk",
            Rule = new(),
            Optimizer = "Adam",
            Steps = [.. Enumerable.Range(0, Updates)],
            Rate = Constant(Rate),
            WeightDecay = Constant(Decay),
            Momentum = Constant(Beta1),
            Beta2 = Constant(Beta2),
            Groups = [LogGroup.Of("w", Column, Constant(Rate), Constant(Decay), Constant(Beta1))],
        };
        var phase = new DirectionPhase(Assert.Single(LogPhase.Of(log)).Groups.Single(group => group.Name == "w"));
        // Walks of other streams have 0.92 of the norm and 0.991 of the angle, to a hundredth: after a large gradient the others are
        // divided by its size, and add less to |w|², which the law does not know.
        Assert.Equal(1, phase.Rotation.Mean, 0.03);
        Assert.Equal(0.92, Math.Sqrt(phase.Square.Mean), 0.03);
        // By the plain mean, which the largest rule, the angle would be a sixth off.
        double plain = Enumerable.Range(Updates / 2, Updates / 2).Average(i => _gradients[i] * _norms[i] * _norms[i]),
            angle = Math.Sqrt(_angles.Skip(Updates / 2).Average(each => each * each));
        Assert.True(angle / DirectionEquilibrium.AdamWithL2(Rate, Decay, Weights, plain, Beta1).Angle > 1.1);
    }

    private void Train()
    {
        double[] w = new double[Weights], next = new double[Weights], g = new double[Weights], mean = new double[Weights],
            squares = new double[Weights];
        var stream = new CounterStream(5, "spikes");
        foreach (ref double weight in w.AsSpan()) weight = 0.4 * stream.NextNormal();
        for (int step = 0; step < Updates; step++)
        {
            double size = step % 1000 == 500 ? 60 : 1;
            foreach (ref double number in g.AsSpan()) number = size * stream.NextNormal();
            double square = Dot(w, w), along = Dot(w, g) / square;
            for (int i = 0; i < Weights; i++) g[i] = (g[i] - along * w[i]) / Math.Sqrt(square);
            double first = 1 - Math.Pow(Beta1, step + 1), second = 1 - Math.Pow(Beta2, step + 1);
            for (int i = 0; i < Weights; i++)
            {
                double number = g[i] + Decay * w[i];
                mean[i] = Beta1 * mean[i] + (1 - Beta1) * number;
                squares[i] = Beta2 * squares[i] + (1 - Beta2) * number * number;
                next[i] = w[i] - Rate * mean[i] / first / Math.Sqrt(squares[i] / second);
            }
            (_norms[step], _gradients[step]) = (Math.Sqrt(square), Dot(g, g));
            _angles[step] = Math.Acos(Math.Min(1, Dot(w, next) / Math.Sqrt(square * Dot(next, next))));
            (w, next) = (next, w);
        }
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
}
