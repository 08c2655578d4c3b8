using Etalon.Schedules.Equivalence;

namespace Etalon.Schedules.Tests.Equivalence;

public class TexpTests
{
    /// <summary>
    /// The published figures are of one draw of losses that is not known; of this kind of loss, draws differ by about a factor of 2, so the
    /// mean over several is compared.
    /// </summary>
    private static readonly SphereLoss[] _losses = [.. Enumerable.Range(1, 12).Select(seed => new SphereLoss(seed))];

    private static readonly Dictionary<string, UpdateSchedule> _settings = new()
    {
        ["standard"] = new UpdateSchedule
        {
            LearningRate = new Steps(0.1, [80, 160], 0.1),
            WeightDecay = 5e-4,
            Momentum = 0.9,
            TotalSteps = 240,
        },
        ["strong"] = new UpdateSchedule
        {
            LearningRate = new Steps(0.2, [80, 160], 0.1),
            WeightDecay = 1e-2,
            Momentum = 0.9,
            TotalSteps = 240,
        },
        ["cosine"] = new UpdateSchedule
        {
            LearningRate = new Stretched(new Cosine(0.1, 0, 20), 30),
            WeightDecay = 5e-4,
            Momentum = 0.9,
            TotalSteps = 600,
        },
        ["cosine, strong"] = new UpdateSchedule
        {
            LearningRate = new Stretched(new Cosine(0.1, 0, 20), 30),
            WeightDecay = 5e-3,
            Momentum = 0.9,
            TotalSteps = 600,
        },
    };

    [Theory]
    [InlineData("standard", TexpCorrections.StartOnly, 2.6e-7)]
    [InlineData("standard", TexpCorrections.None, 2.8e-3)]
    [InlineData("strong", TexpCorrections.StartOnly, 2.7e-3)]
    [InlineData("strong", TexpCorrections.None, 1.3e-1)]
    [InlineData("cosine", TexpCorrections.StartOnly, 3.6e-6)]
    [InlineData("cosine", TexpCorrections.None, 3.1e-3)]
    [InlineData("cosine, strong", TexpCorrections.StartOnly, 3.5e-4)]
    [InlineData("cosine, strong", TexpCorrections.None, 3.4e-2)]
    public void What_left_out_corrections_cost_is_within_a_factor_of_two_of_the_known_table(string setting, TexpCorrections corrections,
    double known)
    {
        var conversion = Texp.Convert(UpdateTable.Of(_settings[setting]), corrections);
        Assert.InRange(MeanDistance(conversion), known / 2, known * 2);
    }

    [Theory]
    [InlineData("standard"), InlineData("strong"), InlineData("cosine"), InlineData("cosine, strong")]
    public void With_all_corrections_it_is_exact(string setting)
    {
        var conversion = Texp.Convert(UpdateTable.Of(_settings[setting]));
        SideBySide.AssertSame(conversion);
        Assert.InRange(SideBySide.Distance(conversion, withBuffer: true), 0, SideBySide.Exact);
        Assert.Equal(0, conversion.RateError);
    }

    [Fact]
    public void Decay_and_momentum_may_change_between_phases()
    {
        var schedule = TestSchedules.Constant with
        {
            WeightDecay = new Sequence(new Constant(0.01, 60), new Constant(0.002)),
            Momentum = new Sequence(new Constant(0.9, 120), new Constant(0.5)),
        };
        var conversion = Texp.Convert(UpdateTable.Of(schedule));
        Assert.Equal([0, 60, 120], conversion.Corrections.Select(correction => correction.Step));
        SideBySide.AssertSame(conversion);
    }

    [Fact]
    public void Phases_at_rate_zero_are_phases_like_others() =>
        SideBySide.AssertSame(Texp.Convert(TestSchedules.Table("rate 0 in the middle")));

    [Fact]
    public void The_rates_are_those_of_the_definition()
    {
        var source = UpdateTable.Of(_settings["standard"]);
        var target = Texp.Convert(source).Target;
        double Z(int step) => Math.Exp(ConstantRate.LogRoot(source[step].IntrinsicRate, 0.9));
        Assert.Equal(0.1 / Z(0), target[0].Rate, 1e-15);
        for (var step = 1; step < 240; step++)
        {
            var growth = source[step] == source[step - 1] ? 1 / (Z(step) * Z(step)) : 0.1 / Z(step) / Z(step - 1);
            Assert.Equal(1, target[step].Rate / target[step - 1].Rate / growth, 1e-14);
        }
    }

    [Fact]
    public void The_corrections_are_those_of_the_definition()
    {
        // v~ += [(1 - z_{I-1})/η~_{T-1} - (1 - z_I)/(z_I² η~_T)] w~ before the first step T of phase I.
        var conversion = Texp.Convert(UpdateTable.Of(_settings["strong"]));
        var target = conversion.Target;
        double Z(int step) => Math.Exp(ConstantRate.LogRoot(conversion.Source[step].IntrinsicRate, 0.9));
        foreach (var correction in conversion.Corrections.Skip(1))
        {
            var at = (int)correction.Step;
            var added = (1 - Z(at - 1)) / target[at - 1].Rate - (1 - Z(at)) / (Z(at) * Z(at) * target[at].Rate);
            Assert.Equal(1, -correction.Map.Share.Value / added, 1e-9);
        }
    }

    [Theory]
    [InlineData("standard"), InlineData("cosine, strong")]
    public void The_predicted_error_is_that_of_the_effective_rate(string setting)
    {
        // Leaving k w in the buffer moves w by η k (μ + μ² + ...) w, and the effective rate η/|w|² by twice that; second order in η λ/(1 -
        // μ) is left out.
        var source = UpdateTable.Of(_settings[setting]);
        var expected = 2 * source[0].Rate * ConstantRate.BufferShare(source[0]).Value * 0.9 / 0.1;
        Assert.InRange(Texp.Convert(source, TexpCorrections.None).RateError / expected, 0.85, 1.05);
    }

    [Fact]
    public void The_converted_run_without_corrections_is_exactly_one_whose_rates_are_that_much_off()
    {
        var source = UpdateTable.Of(_settings["strong"]);
        var conversion = Texp.Convert(source, TexpCorrections.None);
        var actual = TargetDecay.Convert(conversion.Target, new Constant(0.01));
        SideBySide.AssertSame(actual);
        Assert.Equal(conversion.RateError,
            Enumerable.Range(0, 240).Max(step => Math.Abs(actual.Target[step].LogRate - source[step].LogRate)));
    }

    [Fact]
    public void The_curve_of_the_paper_peaks_where_it_should()
    {
        var schedule = new UpdateSchedule
        {
            LearningRate = new Steps(0.1, [80 * 391, 120 * 391], 0.1),
            WeightDecay = 5e-4,
            Momentum = 0.9,
            TotalSteps = 300 * 391,
        };
        var target = Texp.Convert(UpdateTable.Of(schedule)).Target;
        Assert.Equal(4.466e12, target[80 * 391 - 1].Rate, 0.01e12);
        Assert.Equal(4.466e11, target[80 * 391].Rate, 0.01e11);
        Assert.Equal(2.135e12, target[120 * 391 - 1].Rate, 0.001e12);
        Assert.Equal(2.135e11, target[120 * 391].Rate, 0.001e11);
        Assert.Equal(4.316e11, target[300 * 391 - 1].Rate, 0.001e11);
    }

    [Fact]
    public void Growth_kept_and_drops_left_out_is_a_constant_rate_with_dropping_decay()
    {
        // "TEXP--": z depends on η λ alone.
        var drops = Texp.Convert(UpdateTable.Of(_settings["strong"]));
        var kept = Texp.Convert(UpdateTable.Of(TestSchedules.Constant with { WeightDecay = new Steps(0.01, [80, 160], 0.1) }));
        for (var step = 0; step < 240; step++)
            Assert.Equal(drops.Target[step].LogRate - drops.Source[step].LogRate, kept.Target[step].LogRate - kept.Source[step].LogRate,
                1e-13);
        SideBySide.AssertSame(kept);
    }

    [Fact]
    public void A_phase_above_the_limit_is_refused_at_its_first_step()
    {
        var schedule = TestSchedules.Of(new Sequence(new Constant(0.2, 100), new Constant(0.3)));
        Assert.Equal(100, Assert.Throws<EquivalenceException>(() => Texp.Convert(UpdateTable.Of(schedule))).Step);
    }

    [Theory]
    [InlineData("nesterov"), InlineData("decoupled"), InlineData("dampening, first update undamped")]
    public void Rules_with_no_rate_only_equivalent_are_refused_and_the_exact_one_named(string schedule)
    {
        var failure = Assert.Throws<EquivalenceException>(() => Texp.Convert(TestSchedules.Table(schedule)));
        Assert.Contains("ask for texp++", failure.Message, StringComparison.Ordinal);
    }

    private static double MeanDistance(Conversion conversion) =>
        Math.Exp(_losses.Average(loss => Math.Log(SideBySide.Distance(conversion, loss))));
}
