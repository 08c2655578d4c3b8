using Etalon.Schedules.Equivalence;

namespace Etalon.Schedules.Tests.Equivalence;

/// <summary>Signum, Lion and Muon by numbers of each update, against 60 digits and on the sphere loss.</summary>
public class MeanNumbersTests
{
    private static readonly int _dimension = SideBySide.Loss.Dimension;

    // Lion with eta 1e-4, lambda 1 and betas 0.9 and 0.99.
    [Theory]
    [InlineData(1, 0.0001000200030004, 0.899990999189927, 0.98999900990198)]
    [InlineData(100, 0.000101015168731178, 0.899428529251309, 0.989937102273433)]
    [InlineData(1000, 0.000110528697300977, 0.899100844712359, 0.989901003905498)]
    public void Lions_numbers_are_those_of_sixty_digits(int step, double rate, double beta1, double beta2)
    {
        var row = MeanNumbers.Lion(Constant(1e-4, 1, 0.9), 0.99)[step];
        AssertNear([rate, beta1, beta2], [row.Rate, row.Direction, row.Mean]);
    }

    // Muon with eta 0.02, lambda 0.1, mu 0.95 and Nesterov.
    [Theory]
    [InlineData(1, 0.0200802406416038, 0.949904819156397, 0.949909586804181, 0.999804647388536)]
    [InlineData(100, 0.024481911611293, 0.948109556208995, 0.948207467081272, 0.847912963560073)]
    [InlineData(1000, 0.148374123695076, 0.9481, 0.948198422996307, 0.139931105199778)]
    public void Muons_numbers_are_those_of_sixty_digits(int step, double rate, double mean, double lookAhead, double epsilon)
    {
        var row = MeanNumbers.Muon(Constant(0.02, 0.1, 0.95), nesterov: true)[step];
        AssertNear([rate, mean, lookAhead, epsilon], [row.Rate, row.Mean, row.Direction, row.EpsilonFactor]);
    }

    [Fact]
    public void Lion_and_signum_by_numbers_are_the_same_run_and_by_the_rate_alone_another()
    {
        var lion = MeanNumbers.Lion(DecoupledRun.Source, 0.99);
        var ofLion = Run(new LionRule(_dimension), DecoupledRun.Source);
        Assert.InRange(DecoupledRun.Distance(ofLion, Run(new NumberedLion(_dimension, lion), lion)), 0, SideBySide.Exact);
        Assert.True(DecoupledRun.Distance(ofLion, Run(new LionRule(_dimension), lion)) > SideBySide.Different);

        var signum = MeanNumbers.Signum(DecoupledRun.Source);
        var ofSignum = Run(new SignumRule(_dimension), DecoupledRun.Source);
        Assert.InRange(DecoupledRun.Distance(ofSignum, Run(new NumberedSignum(_dimension, signum), signum)), 0, SideBySide.Exact);
        Assert.True(DecoupledRun.Distance(ofSignum, Run(new SignumRule(_dimension), signum)) > SideBySide.Different);
    }

    [Fact]
    public void What_shrinks_to_nothing_and_a_beta_out_of_its_range_are_refused()
    {
        Assert.Throws<EquivalenceException>(() => MeanNumbers.Signum(Constant(1, 1, 0.9)));
        Assert.Throws<ArgumentException>(() => MeanNumbers.Lion(DecoupledRun.Source, 1));
    }

    private static List<double[]> Run(IDecoupledRule rule, UpdateTable source) =>
        DecoupledRun.Directions(rule, t => Math.Exp(source[t].LogRate), t => source[t].WeightDecay);

    private static List<double[]> Run(IDecoupledRule rule, IReadOnlyList<MeanRow> rows) =>
        DecoupledRun.Directions(rule, t => rows[(int)t].Rate, _ => 0);

    private static UpdateTable Constant(double rate, double decay, double momentum) => UpdateTable.Of(new UpdateSchedule
    {
        LearningRate = rate,
        WeightDecay = decay,
        Momentum = momentum,
        TotalSteps = 1001,
        Rule = new() { Decay = DecayForm.Decoupled },
    });

    private static void AssertNear(double[] expected, double[] actual)
    {
        foreach (var (own, other) in expected.Zip(actual)) Assert.Equal(own, other, 1e-12 * Math.Abs(own));
    }

    private sealed class NumberedLion(int dimension, IReadOnlyList<MeanRow> rows) : IDecoupledRule
    {
        private readonly double[] _mean = new double[dimension];

        public double Direction(int i, double g, long t)
        {
            var row = rows[(int)t];
            double direction = Math.Sign(row.Direction * _mean[i] + (1 - row.Direction) * g);
            _mean[i] = row.Mean * _mean[i] + (1 - row.Mean) * g;
            return direction;
        }
    }

    private sealed class NumberedSignum(int dimension, IReadOnlyList<MeanRow> rows) : IDecoupledRule
    {
        private readonly double[] _mean = new double[dimension];

        public double Direction(int i, double g, long t)
        {
            _mean[i] = rows[(int)t].Mean * _mean[i] + (1 - rows[(int)t].Mean) * g;
            return Math.Sign(_mean[i]);
        }
    }
}
