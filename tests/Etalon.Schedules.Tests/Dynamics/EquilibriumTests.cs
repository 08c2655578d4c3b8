using Etalon.Schedules.Dynamics;
using FsCheck;
using FsCheck.Fluent;

namespace Etalon.Schedules.Tests.Dynamics;

public class EquilibriumTests
{
    private static readonly Config _fixed = Config.QuickThrowOnFailure.WithMaxTest(200).WithReplay(20101006, 42424243);

    private static readonly UpdateRule _heavyBall = new(), _nesterov = new() { Nesterov = true },
        _decoupled = new() { Decay = DecayForm.Decoupled };

    /// <summary>Updates of every rule whose intrinsic rate is at most half of what the rule bears.</summary>
    private static readonly Gen<SteadyUpdate> _update =
        from rule in Gen.Elements(_heavyBall, _nesterov, _decoupled, new UpdateRule { Dampening = 0.4 },
            new UpdateRule { Nesterov = true, Decay = DecayForm.Decoupled },
            new UpdateRule { Dampening = 0.9, Decay = DecayForm.Decoupled })
        from momentum in Gen.Choose(0, 95)
        from share in Gen.Choose(1, 50)
        from logRate in Gen.Choose(-3, 3)
        let rate = Math.Pow(10, logRate)
        let limit = new SteadyUpdate(rate, 0, momentum * 0.01, rule).LargestIntrinsicRate
        select new SteadyUpdate(rate, share * 0.01 * limit / rate, momentum * 0.01, rule);

    /// <summary>
    /// Norms and angles that the formulas gave before, and that simulations of 200 replicas in 64 dimensions met within 0.07 percent, and
    /// 0.03.
    /// </summary>
    public static TheoryData<double, double, double, string, double, double> Table => new()
    {
        { 0.1, 5e-3, 0, "heavy ball", 5.0103, 0.031624 },
        { 0.5, 1e-2, 0, "heavy ball", 6.3037, 0.100042 },
        { 0.02, 5e-3, 0.9, "heavy ball", 5.9579, 0.010260 },
        { 0.1, 5e-3, 0.9, "heavy ball", 8.9094, 0.022942 },
        { 0.1, 5e-3, 0.9, "nesterov", 8.9014, 0.026592 },
        { 0.1, 5e-3, 0.9, "mean of gradients", 5.0100, 0.007255 },
        { 0.02, 5e-3, 0.9, "decoupled", 10.5924, 0.003245 },
        { 0.1, 5e-3, 0.9, "mean of gradients, decoupled", 5.0044, 0.007256 },
    };

    [Theory, MemberData(nameof(Table))]
    public void Norm_and_angle_are_those_of_the_table(double rate, double decay, double momentum, string rule, double norm, double angle)
    {
        var equilibrium = Equilibrium.Of(new SteadyUpdate(rate, decay, momentum, RuleOf(rule, momentum)), 63);
        Assert.Equal(norm, equilibrium.Norm, 6e-5);
        Assert.Equal(angle, equilibrium.Angle, 6e-7);
    }

    [Fact]
    public void It_is_where_the_exact_law_stands_still() =>
        Prop.ForAll(_update.ToArbitrary(), update =>
        {
            var equilibrium = Equilibrium.Of(update, 7);
            var settled = NormState.Settled(update, equilibrium.Norm, 7);
            var next = settled.Next(update.Rule, update.Numbers, 7);
            // The law's own rounding, a few 1e-16 over the share 4 L that an update changes, allows no less.
            var rounding = 1e-13 + 1e-14 * update.UnitsPerStep;
            return Math.Abs(next.LogNorm - settled.LogNorm) < rounding && Math.Abs(next.Angle / equilibrium.Angle - 1) < 1e-9;
        }).Check(_fixed);

    [Fact]
    public void To_first_order_every_rule_has_gamma_S_over_2L() =>
        Prop.ForAll(_update.ToArbitrary(), update =>
        {
            var slow = new SteadyUpdate(update.Numbers with { WeightDecay = update.Numbers.WeightDecay * 1e-6 }, update.Rule);
            return Math.Abs(Equilibrium.Of(slow, 5).Gamma * 2 * slow.UnitsPerStep / 5 - 1) < 1e-4;
        }).Check(_fixed);

    [Theory]
    [InlineData(0.1, 5e-3), InlineData(0.5, 1e-2), InlineData(1e-6, 1e-3)]
    public void Without_momentum_the_cosine_of_the_angle_is_1_minus_the_intrinsic_rate(double rate, double decay)
    {
        var angle = Equilibrium.Of(new SteadyUpdate(rate, decay), 3).Angle;
        Assert.Equal(1, 2 * Math.Sin(angle / 2) * Math.Sin(angle / 2) / (rate * decay), 1e-12);
    }

    [Fact]
    public void Angles_of_an_update_are_small_where_the_total_rate_would_make_them_large()
    {
        // √(2 η λ/(1 - μ)) would be 0.1, four times what is measured.
        var angle = Equilibrium.Of(new SteadyUpdate(0.1, 5e-3, 0.9), 63).Angle;
        Assert.Equal(Math.Sqrt(2 * 5e-4 / 1.9), angle, 1e-6);
        Assert.Equal(1.158, Equilibrium.Of(new SteadyUpdate(0.1, 5e-3, 0.9, _nesterov), 63).Angle / angle, 2e-3);
    }

    [Fact]
    public void The_norm_of_the_gradient_sets_the_norm_but_not_the_angle()
    {
        var update = new SteadyUpdate(0.1, 5e-3, 0.9);
        var (small, large) = (Equilibrium.Of(update, 1), Equilibrium.Of(update, 16));
        Assert.Equal(2, large.Norm / small.Norm, 1e-14);
        Assert.Equal(small.Angle, large.Angle);
        Assert.Equal(0.25, large.EffectiveRate / small.EffectiveRate, 1e-14);
    }

    [Fact]
    public void The_spread_of_the_norm_state_is_that_of_the_table() =>
        // S = 63 with the variance 2 · 63 of a chi square: 0.01782 predicted, 0.01796 measured there, at L = 5e-3.
        Assert.Equal(0.01782, Equilibrium.Of(new SteadyUpdate(0.5, 1e-2), 63).SpreadOfGamma(126), 1e-5);

    [Fact]
    public void The_intrinsic_rate_has_no_oscillation_below_the_discriminant()
    {
        Assert.Equal(0.0026334, new SteadyUpdate(0.1, 5e-4, 0.9).LargestIntrinsicRate, 1e-7);
        Assert.True(new SteadyUpdate(1, 2.64e-3, 0.9).Oscillates);
        Assert.False(new SteadyUpdate(1, 2.63e-3, 0.9).Oscillates);
        Assert.False(new SteadyUpdate(1, 2.64e-3, 0.9, new UpdateRule { Dampening = 0.9 }).Oscillates);
        // Nesterov's x² - (1 + μ) q x + μ q with q = 1 - η λ: a double root at q = 4 μ/(1 + μ)².
        Assert.Equal(1 - 4 * 0.9 / (1.9 * 1.9), new SteadyUpdate(1, 1e-3, 0.9, _nesterov).LargestIntrinsicRate, 1e-15);
        Assert.Equal(1, new SteadyUpdate(1, 1e-3, 0.9, _decoupled).LargestIntrinsicRate);
    }

    [Fact]
    public void What_has_no_equilibrium_is_refused_with_a_reason()
    {
        Assert.Contains("without decay the norm grows",
            Assert.Throws<ArgumentException>(() => Equilibrium.Of(new SteadyUpdate(0.1, 0), 1)).Message);
        Assert.Contains("stay below 1", Assert.Throws<ArgumentException>(() => Equilibrium.Of(new SteadyUpdate(1, 2.5), 1)).Message);
        Assert.Contains("gradientSquare", Assert.Throws<ArgumentException>(() => Equilibrium.Of(new SteadyUpdate(0.1, 1e-3), 0)).Message);
        Assert.Contains("must be at least 0 and less than 1", Assert.Throws<ArgumentException>(() => new SteadyUpdate(0.1, 0, 1)).Message);
        Assert.Contains("must be 0 in a Nesterov update",
            Assert.Throws<ArgumentException>(
                () => new SteadyUpdate(0.1, 0, 0.9, new UpdateRule { Nesterov = true, Dampening = 0.1 })).Message);
    }

    private static UpdateRule RuleOf(string name, double momentum) => new()
    {
        Nesterov = name == "nesterov",
        Dampening = name.StartsWith("mean of gradients", StringComparison.Ordinal) ? momentum : 0,
        Decay = name.EndsWith("decoupled", StringComparison.Ordinal) ? DecayForm.Decoupled : DecayForm.Coupled,
    };
}
