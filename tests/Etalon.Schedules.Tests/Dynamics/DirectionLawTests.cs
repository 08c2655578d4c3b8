using Etalon.Schedules.Dynamics;
using Etalon.Schedules.Equivalence;

namespace Etalon.Schedules.Tests.Dynamics;

/// <summary>The laws of rules whose update has a size of its own, against closed forms in 60 digits and random walks.</summary>
public class DirectionLawTests
{
    // F of the mean of gradients, (1 + b)/(1 - b), and of signs and Lion by the arcsine law.
    [Theory]
    [InlineData("signum", 0.9, 0, 13.2788686994)]
    [InlineData("signum", 0.95, 0, 27.1115033436)]
    [InlineData("signum", 0.99, 0, 137.97264693)]
    [InlineData("signum", 0, 0, 1)]
    [InlineData("lion", 0.9, 0.99, 45.9269938571)]
    [InlineData("lion", 0.95, 0.98, 58.0773319838)]
    [InlineData("adamw", 0.9, 0.999, 19)]
    public void The_sum_of_correlations_is_that_of_the_specification(string rule, double beta1, double beta2, double sum) =>
        Assert.Equal(sum, Of(rule, beta1, beta2).CorrelationSum, 1e-9 * sum);

    // AdamW's terms in 1 - beta2 go with beta2 to 1; 1 - 1e-12 leaves some 1e-12 of them.
    [Theory]
    [InlineData("adamw", 0.9, 1 - 1e-12, 0.02, 0.1, 256, 5.01484522295, 0.014516530283)]
    [InlineData("adamw", 0.9, 1 - 1e-12, 1e-3, 0.1, 589824, 54.2814510942, 0.00324450669018)]
    [InlineData("adamw", 0.9, 1 - 1e-12, 6e-4, 0.1, 589824, 42.0537726405, 0.00251315982471)]
    [InlineData("signum", 0.9, 0, 0.005, 0.4, 256, 4.57148874713, 0.0174027376061)]
    [InlineData("lion", 0.9, 0.99, 1e-4, 1, 256, 0.763038134893, 0.00209460004473)]
    public void Norm_and_angle_are_those_of_the_specification(
        string rule, double beta1, double beta2, double rate, double decay, double weights, double norm, double angle)
    {
        var equilibrium = Of(rule, beta1, beta2).Equilibrium(rate, decay, weights);
        Assert.Equal(norm, equilibrium.Norm, 1e-9 * norm);
        Assert.Equal(angle, equilibrium.Angle, 1e-9 * angle);
    }

    // A rate that falls by a fiftieth while η λ stays: the mean-field law of |w|², update by update.
    [Theory]
    [InlineData(0.95, 1e-3)]
    [InlineData(0.99, 3e-3)]
    [InlineData(0.999, 1e-4)]
    [InlineData(0.999, 2e-3)]
    [InlineData(0.999, 3e-3)]
    public void What_is_left_of_a_deviation_is_what_the_mean_field_leaves(double beta2, double units)
    {
        const double Rate = 1e-3, Fell = 0.98;
        var (rule, settle, after) = (DirectionRule.AdamW(0.9, beta2), 30_000 + (int)(20 / units), (int)(4 / units));
        AdamRow Row(double rate) => new(Math.Log(rate), units / rate, 0.9, beta2, 0);
        var start = rule.Equilibrium(Rate, units / Rate, 1).Norm;
        var curve = DirectionCurve.OfAdamW(
            new([.. Enumerable.Repeat(Row(Rate), settle), .. Enumerable.Repeat(Row(Fell * Rate), after + settle)]), 1, start);
        double Square(int step) => curve.NormAt(step) * curve.NormAt(step);
        double end = Square(2 * settle + after), fallen = Square(settle) - end;
        foreach (var share in (double[])[0.1, 0.5, 1, 2, 4])
        {
            var steps = (int)(share / units);
            Assert.Equal((Square(settle + steps) - end) / fallen, rule.DeviationLeft(Enumerable.Repeat(units, steps)), 0.03);
        }
        var late = rule.DeviationLeft(Enumerable.Repeat(units, after + 1)) / rule.DeviationLeft(Enumerable.Repeat(units, after));
        Assert.Equal(1 - late, rule.RelaxationRate(units), 0.02 * rule.RelaxationRate(units));
        // Of rules without such squares it is exp(-2 M).
        Assert.Equal(Math.Exp(-2 * units * after), DirectionRule.Lion(0.9, beta2).DeviationLeft(Enumerable.Repeat(units, after)), 1e-12);
    }

    [Fact]
    public void Adam_with_L2_turns_as_its_gradients_are_large_and_lamb_as_its_rate()
    {
        var coupled = DirectionEquilibrium.AdamWithL2(0.02, 0.01, 256, 255, 0.9);
        Assert.Equal((6.34546360658, 0.011569), (coupled.Norm, Math.Round(coupled.Angle, 6)), new Near(1e-9));
        Assert.Equal(13.671, DirectionEquilibrium.AdamWithL2(0.02, 0.01, 256, 25500, 0.9).Norm, 1e-3);
        var lamb = DirectionEquilibrium.Lamb(0.03, 0.01, 256, 0);
        // To first order 24; a random walk of 24 replicas fades as this rate says, not as the square of η.
        Assert.Equal((24.0027004557, 0.0300011), (lamb.Norm, Math.Round(lamb.Angle, 7)), new Near(1e-9));
        Assert.Equal(4.5e-4, lamb.RelaxationRate, 1e-15);
        Assert.Equal(2.40027004557, DirectionEquilibrium.Lamb(0.03, 0.1, 256, 0).Norm, 1e-9);
        // Of the random walk 100.42; to first order it would be 104.6.
        Assert.Equal(100.629208982, DirectionEquilibrium.Lamb(0.03, 0.01, 256, 0.9).Norm, 1e-6);
    }

    [Fact]
    public void A_drop_by_ten_is_felt_at_once_and_half_undone_later()
    {
        double[] units = [0, 0.1, 0.5, 1, 2], rates = [0.1, 0.109313600, 0.152305389, 0.212333007, 0.292999394];
        foreach (var (at, rate) in units.Zip(rates)) Assert.Equal(rate, DirectionEquilibrium.AfterDrop(10, at), 1e-9);
        Assert.Equal(2.596478425, DirectionEquilibrium.UnitsToSettle(10, 0.05), 1e-9);
        Assert.Equal(1 / Math.Sqrt(10), DirectionEquilibrium.Rescue(10), 1e-15);
    }

    // Means of gradients through Newton and Schulz, 1,000 to 4,000 updates of 3 to 48 chains with PyTorch; standard errors are 0.3 to 0.8
    // %. With exact orthogonal factors they are 14.7, 30.1, 18.8 and 38.5.
    [Theory]
    [InlineData(0.9, 16, 16, 14.957, 0.01)]
    [InlineData(0.95, 16, 16, 30.640, 0.01)]
    [InlineData(0.9, 64, 16, 18.134, 0.01)]
    [InlineData(0.95, 16, 64, 37.200, 0.01)]
    [InlineData(0.9, 64, 64, 13.790, 0.015)]
    [InlineData(0, 16, 16, 1, 1e-12)]
    public void Muons_correlations_are_near_those_of_the_monte_carlo(double momentum, int rows, int columns, double sum, double share) =>
        Assert.Equal(sum, DirectionRule.Muon(momentum, rows, columns, nesterov: false).CorrelationSum, share * sum);

    // Growth of gradients from equilibrium to the end of a run; the specification integrated the simple law.
    [Theory]
    [InlineData("linear", 4, 1.51)]
    [InlineData("cosine", 9, 1.75)]
    [InlineData("cosine", 16, 2.07)]
    [InlineData("adamc", 9, 1.00)]
    public void Gradients_grow_at_the_end_as_the_rate_falls_and_not_under_a_decay_that_falls_with_it(
        string shape, double units, double growth)
    {
        const double Rate = 1e-3, Decay = 1;
        int steps = (int)(units / (Rate * Decay));
        Schedule rate = shape == "linear" ? new Linear(Rate, 0, steps) : new Cosine(Rate, 0, steps);
        var rows = Enumerable.Range(0, steps).Select(t => new AdamRow(
            Math.Log(rate.ValueAt(t)), shape == "adamc" ? Decay * rate.ValueAt(t) / Rate : Decay, 0.9, 0.99, 1e-8));
        double start = DirectionRule.AdamW(0.9, 0.99).Equilibrium(Rate, Decay, 100).Norm;
        Assert.Equal(growth, DirectionCurve.OfAdamW(new AdamTable(rows), 100, start).GradientGrowth(), 0.02 * growth);
    }

    [Fact]
    public void The_mean_field_follows_random_walks_of_adamw_within_one_and_a_half_percent_where_the_simple_law_does_not()
    {
        const int Steps = 1000, Dimension = 256;
        var schedule = new UpdateSchedule
        {
            LearningRate = 0.02,
            WeightDecay = 0.1,
            Momentum = 0.9,
            TotalSteps = Steps,
        };
        var table = AdamTable.Of(schedule, new OptimizerRule("adamw"));
        var simple = UpdateTable.Of(schedule);
        double settled = DirectionRule.AdamW(0.9, 0.999).Equilibrium(0.02, 0.1, Dimension).Norm;
        foreach (double from in (double[])[3, 1.0 / 3])
        {
            var curve = DirectionCurve.OfAdamW(table, Dimension, from * settled);
            var walk = AdamWalk.Norms(_ => 0.02, 0.1, 0.9, 0.999, from * settled, Dimension, Steps, replicas: 16);
            foreach (int at in (int[])[125, 250, 500, 1000]) Assert.Equal(1, curve.NormAt(at) / walk[at], 0.015);
            var short_ = DirectionCurve.Of(DirectionRule.AdamW(0.9, 0.999), simple, Dimension, from * settled);
            Assert.True(Math.Abs(short_.NormAt(500) / walk[500] - 1) > 0.02);
        }
    }

    // The mean over the last half of 24 replicas scatters by half a percent.
    [Theory]
    [InlineData(0.9, 0.02, 0.04)]
    [InlineData(0.8, 0.03, 0.08)]
    [InlineData(0.5, 0.08, 0.15)]
    public void The_laws_of_adamw_are_as_far_off_as_they_say_where_few_squares_are_remembered(double beta2, double settled, double curve)
    {
        const int Steps = 2000, Dimension = 256;
        var schedule = new UpdateSchedule { LearningRate = 0.02, WeightDecay = 0.1, Momentum = 0.9, TotalSteps = Steps };
        double norm = DirectionRule.AdamW(0.9, beta2).Equilibrium(0.02, 0.1, Dimension).Norm;
        double end = DirectionCurve.OfAdamW(AdamTable.Of(schedule, new OptimizerRule("adamw") { Beta2 = beta2 }), Dimension, norm)
            .NormAt(Steps);
        double walked = AdamWalk.Norms(_ => 0.02, 0.1, 0.9, beta2, norm, Dimension, Steps, replicas: 24).Skip(Steps / 2).Average();
        Assert.InRange(Math.Abs(norm / walked - 1), 0, settled + 0.005);
        Assert.InRange(Math.Abs(end / walked - 1), 0, curve + 0.005);
    }

    [Fact]
    public void The_mean_field_follows_random_walks_through_a_cosine_within_three_percent_root_mean_square()
    {
        const int Steps = 2000, Dimension = 256;
        var rate = new Cosine(0.02, 0, Steps);
        var schedule = new UpdateSchedule
        {
            LearningRate = rate,
            WeightDecay = 0.1,
            Momentum = 0.9,
            TotalSteps = Steps,
        };
        double start = DirectionRule.AdamW(0.9, 0.999).Equilibrium(0.02, 0.1, Dimension).Norm;
        var curve = DirectionCurve.OfAdamW(AdamTable.Of(schedule, new OptimizerRule("adamw")), Dimension, start);
        var walk = AdamWalk.Norms(t => rate.ValueAt(t), 0.1, 0.9, 0.999, start, Dimension, Steps, replicas: 12);
        var errors = walk.Select((norm, t) => curve.NormAt(t) / norm - 1).ToList();
        Assert.InRange(Math.Sqrt(errors.Average(error => error * error)), 0, 0.03);
        Assert.Equal(curve.GradientGrowth(), walk.Max() / walk[^1], 0.03 * curve.GradientGrowth());
    }

    public static TheoryData<string, double, double, double> RulesWithUnits() => new()
    {
        { "lion", 0.9, 0.99, 1e-4 },
        { "lion", 0.9, 0.99, 2e-3 },
        { "lion", 0.95, 0.98, 0.02 },
        { "signum", 0, 0, 5e-3 },
        { "signum", 0.9, 0, 2e-3 },
        { "signum", 0.99, 0, 1e-3 },
        { "adamw", 0.9, 0.95, 5e-3 },
        { "muon", 0.9, 0, 2e-3 },
        { "muon", 0.95, 0, 5e-3 },
    };

    // From far off; of the deviation exp(-60) is left.
    [Theory]
    [MemberData(nameof(RulesWithUnits))]
    public void A_curve_ends_at_the_equilibrium_of_its_rule(string name, double beta1, double beta2, double units)
    {
        const double Rate = 1e-3;
        var (rule, steps) = (Of(name, beta1, beta2), (int)(30 / units));
        var settled = rule.Equilibrium(Rate, units / Rate, 64);
        var curve = DirectionCurve.Of(rule, Table(Enumerable.Repeat(Rate, steps), units / Rate), 64, 2 * settled.Norm);
        Assert.Equal(settled.Norm, curve.NormAt(steps), 1e-9 * settled.Norm);
        Assert.Equal(settled.Angle, curve.AngleAt(steps - 1), 1e-6 * settled.Angle);
    }

    // E U·w as the sum over every update before, each with its own rate and the decay since.
    [Theory]
    [MemberData(nameof(RulesWithUnits))]
    public void A_curve_adds_what_all_updates_before_are_correlated_with(string name, double beta1, double beta2, double units)
    {
        if (name == "adamw") return;
        const int Steps = 600;
        double decay = units / 1e-3;
        double[] rates = [.. Enumerable.Range(0, Steps).Select(t => 1e-3 * (t < 100 ? (t + 1) / 100.0 : t < 400 ? 1 : 0.1))];
        var rule = Of(name, beta1, beta2);
        var curve = DirectionCurve.Of(rule, Table(rates, decay), 64, 0.5);
        var (square, own) = (0.25, 64 * rule.SquarePerWeight);
        for (var t = 0; t < Steps; t++)
        {
            Assert.Equal(Math.Sqrt(square), curve.NormAt(t), 1e-9 * Math.Sqrt(square));
            var (past, shrunk) = (0.0, 1.0);
            for (var before = t - 1; before >= 0; before--)
            {
                past += rule.Correlation(t - before) * rates[before] * shrunk;
                shrunk *= 1 - rates[before] * decay;
            }
            var kept = 1 - rates[t] * decay;
            square = kept * kept * square + own * (rates[t] * rates[t] + 2 * kept * rates[t] * past);
        }
    }

    // A warm-up, a constant rate and a drop to a tenth from the equilibrium's norm. The error of 12 replicas of 256 weights is 0.5 %; while
    // the norm moves, Lion's mean holds gradients of another size for 100 updates, of which the law knows nothing. Without ρ in the sum
    // of correlations Lion would be 8.5 % off.
    [Theory]
    [InlineData("lion", 0.9, 0.99, 2, 0.025)]
    [InlineData("signum", 0.9, 0.9, 4, 0.015)]
    public void Norm_and_angle_of_signs_follow_random_walks_through_warm_up_and_drop(
        string name, double beta1, double beta2, double decay, double share)
    {
        const int Steps = 2400, Dimension = 256;
        static double Rate(int t) => 1e-3 * (t < 200 ? (t + 1) / 200.0 : t < 1400 ? 1 : 0.1);
        var rule = Of(name, beta1, beta2);
        var start = rule.Equilibrium(1e-3, decay, Dimension).Norm;
        var curve = DirectionCurve.Of(rule, Table(Enumerable.Range(0, Steps).Select(Rate), decay), Dimension, start);
        var (norms, angles) = SignWalk.Of(Rate, decay, beta1, beta2, start, Dimension, Steps, replicas: 12);
        foreach (var at in (int[])[100, 200, 400, 800, 1400, 1500, 2000, 2400]) Assert.Equal(1, curve.NormAt(at) / norms[at], share);
        foreach (var at in (int[])[400, 1399, 1600, 2399])
            Assert.Equal(1, curve.AngleAt(at) / Math.Sqrt(angles.Skip(at - 50).Take(50).Average(angle => angle * angle)), share);
    }

    private static UpdateTable Table(IEnumerable<double> rates, double decay) =>
        new(new UpdateRule(), rates.Select(rate => new UpdateRow(Math.Log(rate), decay, 0, 0)));

    [Fact]
    public void What_has_no_equilibrium_is_refused()
    {
        Assert.Throws<ArgumentException>(() => DirectionRule.AdamW(1, 0.9));
        Assert.Throws<ArgumentException>(() => DirectionRule.Lion(0.9, -0.1));
        Assert.Throws<ArgumentException>(() => DirectionRule.Signum(0.9).Equilibrium(1, 1, 10));
        Assert.Throws<ArgumentException>(() => DirectionRule.Signum(0.9).Equilibrium(0.1, 0, 10));
    }

    private static DirectionRule Of(string rule, double beta1, double beta2) => rule switch
    {
        "adamw" => DirectionRule.AdamW(beta1, beta2),
        "lion" => DirectionRule.Lion(beta1, beta2),
        "muon" => DirectionRule.Muon(beta1, 16, 32, nesterov: true),
        _ => DirectionRule.Signum(beta1),
    };

    private sealed class Near(double share) : IEqualityComparer<(double, double)>
    {
        public bool Equals((double, double) x, (double, double) y) =>
            Math.Abs(x.Item1 / y.Item1 - 1) < share && Math.Abs(x.Item2 / y.Item2 - 1) < share;

        public int GetHashCode((double, double) obj) => 0;
    }
}
