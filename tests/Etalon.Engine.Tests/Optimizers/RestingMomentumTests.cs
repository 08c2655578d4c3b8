using System.Globalization;

namespace Etalon.Engine.Tests.Optimizers;

/// <summary>
/// Schedules with a momentum of 0 at some steps, against weights that the real torch.optim.SGD has there (momentum.csv, by
/// make_momentum.py).
/// </summary>
public class RestingMomentumTests
{
    // Eight steps of five roundings each.
    private const double Tolerance = 1e-14;

    private static readonly double[] Curvature = [1, 0.3, 2], Slope = [0.5, -1, 0.25];

    [Theory]
    [InlineData("dampened without momentum", 0.5, false)]
    [InlineData("momentum comes", 0.5, false)]
    [InlineData("momentum rests", 0, false)]
    [InlineData("dampened momentum rests", 0.5, false)]
    [InlineData("nesterov", 0, true)]
    public void Each_group_has_the_weights_of_pytorchs_sgd_at_every_step(string name, double dampening, bool isNesterov)
    {
        var rows = Rows(name);
        using var problem = new Problem(new SgdOptions { Dampening = dampening, IsNesterov = isNesterov });
        for (int step = 0; step < rows.Length / 2; step++)
        {
            problem.Update([NumbersOf(rows[2 * step]), NumbersOf(rows[2 * step + 1])]);
            for (int group = 0; group < 2; group++)
                for (int i = 0; i < 3; i++) Assert.Equal(rows[2 * step + group][3 + i], problem.Weight(group, i), Tolerance);
        }
    }

    [Fact]
    public void A_buffer_is_there_from_the_first_step_with_momentum_of_its_group_and_rests_without()
    {
        using var problem = new Problem(new SgdOptions { Dampening = 0.5 });
        problem.Update([new(0.1, 0, 0), new(0.1, 0, 0.9)]);
        Assert.Equal((false, true), (problem.Sgd.HasBuffer(0), problem.Sgd.HasBuffer(1)));
        Assert.Equal(0, problem.Sgd.Velocity["0"].Span[0]);
        double before = problem.Sgd.Velocity["1"].Span[0];
        problem.Update([new(0.1, 0, 0.9), new(0.1, 0, 0)]);
        Assert.True(problem.Sgd.HasBuffer(0));
        Assert.Equal(before, problem.Sgd.Velocity["1"].Span[0]);
        Assert.NotEqual(0, before);
    }

    // rate, decay 0.01 and momentum, as the golden run has them.
    private static Hyperparameters NumbersOf(double[] row) => new(row[2], 0.01, row[1]);

    // group, momentum, rate, three weights.
    private static double[][] Rows(string name)
    {
        using var reader = new StreamReader(typeof(RestingMomentumTests).Assembly.GetManifestResourceStream("momentum.csv")!);
        return [.. reader.ReadToEnd().Split('\n').Where(line => line.StartsWith(name + ",", StringComparison.Ordinal))
            .Select(line => line.Split(',')[2..].Select(cell => double.Parse(cell, CultureInfo.InvariantCulture)).ToArray())];
    }

    private sealed class Problem : IDisposable
    {
        private readonly Workers _workers = new(1);
        private readonly Region<double> _weights = new(), _gradients = new();

        public Problem(SgdOptions options)
        {
            _weights.Declare("0", 3);
            _weights.Declare("1", 3);
            _weights.Allocate();
            _gradients.Mirror(_weights);
            _gradients.Allocate();
            _weights.Span.Fill(1);
            Sgd = new Sgd<double>(_weights, _gradients, options, name => name == "0" ? 0 : 1);
        }

        public Sgd<double> Sgd { get; }

        public double Weight(int group, int index) => _weights[$"{group}"].Span[index];

        public void Update(Hyperparameters[] numbers)
        {
            foreach (string name in (string[])["0", "1"])
                for (int i = 0; i < 3; i++) _gradients[name].Span[i] = Curvature[i] * _weights[name].Span[i] - Slope[i];
            Assert.True(Sgd.Update(numbers, _workers));
        }

        public void Dispose()
        {
            Sgd.Dispose();
            _weights.Dispose();
            _gradients.Dispose();
            _workers.Dispose();
        }
    }
}
