using Etalon.Lab.Claims.AdamEquilibrium;
using Etalon.Lab.Claims.AdamTwins;
using Etalon.Lab.Claims.DirectionEquilibria;
using Etalon.Lab.Claims.GradientRise;
using Etalon.Lab.Claims.LayerSpeeds;
using Etalon.Lab.Claims.Shared;
using Etalon.Schedules;
using Etalon.Schedules.Dynamics;
using Etalon.Schedules.Equivalence;

namespace Etalon.Lab.Tests.Claims;

/// <summary>
/// The claims on AdamW: their judgments on made-up figures, and each experiment with something left out or turned around.
/// </summary>
public sealed class AdamClaimTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private ClaimRun Run => new()
    {
        Folder = _folder.Path,
        Threads = 2,
        Report = _ => { },
        Scale = ClaimScale.Quick,
        Cancellation = TestContext.Current.CancellationToken,
    };

    [Theory]
    [InlineData(1e-14, 0.4, 0.02, 4, ClaimOutcome.Holds)]
    [InlineData(1e-9, 0.4, 0.02, 4, ClaimOutcome.HoldsInPart)]
    [InlineData(1e-14, 1e-3, 0.02, 4, ClaimOutcome.Undecided)]
    [InlineData(1e-14, 0.4, 1e-9, 4, ClaimOutcome.Undecided)]
    [InlineData(1e-14, 0.4, 0.02, 1, ClaimOutcome.HoldsInPart)]
    public void A_twin_is_judged_by_its_outputs_its_growth_and_what_the_wrong_ones_do(
        double outputs, double control, double rateAlone, double growth, object outcome) =>
        Assert.Equal((ClaimOutcome)outcome, OutcomeWords.Of(AdamTwinsClaim.Judge(
        [
            new("network", "adam", false, outputs, control, 1e-14, growth),
            new("network", "adam-rate-only", true, rateAlone, control, 1e-14, growth),
        ])));

    [Fact]
    public void A_twin_that_rounding_alone_moves_is_undecided() => Assert.Equal(ClaimOutcome.Undecided, OutcomeWords.Of(
        [.. AdamTwinsClaim.Judge([new("network", "adam", false, 1e-10, 0.4, 1e-10, 4)]).Where(
            check => !check.Statement.Contains("rate", StringComparison.Ordinal))]));

    [Fact]
    public void The_twin_of_another_form_is_none()
    {
        var claimed = AdamTwinsClaim.At(ClaimScale.Quick);
        var experiment = claimed with { Networks = [claimed.Networks[1]], Forms = [], Updates = 60 };
        var wrong = Assert.Single(experiment.Run(Run)) with { IsRateAlone = false };
        var check = AdamTwinsClaim.Judge([wrong])[0];
        Assert.Equal(ClaimOutcome.DoesNotHold, check.Outcome);
        var right = (experiment with { Forms = [EquivalentForm.Adam] }).Run(Run)[0];
        Assert.Equal(ClaimOutcome.Holds, AdamTwinsClaim.Judge([right])[0].Outcome);
    }

    [Theory]
    [InlineData(1.05, 0.95, 3, ClaimOutcome.Holds)]
    [InlineData(1.35, 0.95, 3, ClaimOutcome.HoldsInPart)]
    [InlineData(1.05, 0.65, 3, ClaimOutcome.HoldsInPart)]
    [InlineData(1.05, 0.95, 1.1, ClaimOutcome.Undecided)]
    public void Norm_and_angle_are_judged_against_the_law(double norm, double angle, double undecayed, object outcome)
    {
        SettledNetwork Of(string name, double n, double a) => new(name, name, Around(n), Around(a));
        Assert.Equal((ClaimOutcome)outcome, OutcomeWords.Of(AdamEquilibriumClaim.Judge(
        [
            Of(AdamEquilibriumExperiment.Plain, 1.04, 0.95), Of(AdamEquilibriumExperiment.Swapped, 1.04, 0.95),
            Of(AdamEquilibriumExperiment.Undecayed, undecayed, 0.4), Of("transformer", norm, angle),
        ])));
    }

    [Fact]
    [Trait("speed", "slow")]
    public void A_law_that_is_told_another_rate_does_not_hold()
    {
        var experiment = AdamEquilibriumClaim.At(ClaimScale.Quick) with { Networks = [], Seeds = 2, Told = (0.012, 0.5) };
        var checks = AdamEquilibriumClaim.Judge(experiment.Run(Run));
        Assert.Equal(ClaimOutcome.DoesNotHold, checks[0].Outcome);
        Assert.Equal(ClaimOutcome.DoesNotHold, checks[1].Outcome);
    }

    // What the law leaves out is that gradients agree from batch to batch: the same ones with random signs do not.
    [Fact]
    [Trait("speed", "slow")]
    public void Norm_and_angle_are_the_laws_where_gradients_of_a_network_get_random_signs()
    {
        const int From = 30, To = 50;
        var arm = new FreshArm("noise", "noise", new Constant(0.004), new Constant(0.5)) { Rest = new Constant(0) };
        var track = new FreshExperiment([arm], 2_500) { Seeds = 2, HasRandomSigns = true }.Run(Run)[0];
        DirectionEquilibrium Law(FreshLayer layer) => DirectionRule.AdamW(0.9, 0.99).Equilibrium(0.004, 0.5, layer.Weights);
        double norm = track.Average(one => one.Mean(layer => FreshLayer.Over(layer.Norms, From, To) / Law(layer).Norm)),
            angle = track.Average(one => one.Mean(layer => FreshLayer.Over(layer.Angles, From, To) / Law(layer).Angle));
        TestContext.Current.SendDiagnosticMessage($"norm {norm:F4}, angle {angle:F4} of the law");
        Assert.Equal(1, norm, 0.04);
        Assert.Equal(1, angle, 0.04);
    }

    [Theory]
    [InlineData(1.4, 1.6, 1.05, 1.05, ClaimOutcome.Holds)]
    [InlineData(1.0, 1.02, 1.05, 1.05, ClaimOutcome.HoldsInPart)]
    [InlineData(1.4, 1.6, 1.5, 1.05, ClaimOutcome.HoldsInPart)]
    [InlineData(1.4, 3.0, 1.05, 1.05, ClaimOutcome.HoldsInPart)]
    [InlineData(1.4, 1.6, 1.05, 1.5, ClaimOutcome.Undecided)]
    public void A_rise_is_judged_by_its_size_the_norms_share_and_the_cure(
        double inverse, double gradients, double cured, double constant, object outcome)
    {
        GradientGrowth Of(string name, double law, double w, double g) => new(name, name, [law, law, law],
            Around(w).Values, Around(g).Values, [1]);
        Assert.Equal((ClaimOutcome)outcome, OutcomeWords.Of(GradientRiseClaim.Judge(
        [
            Of(GradientRiseExperiment.AdamW, 1.5, inverse, gradients), Of(GradientRiseExperiment.AdamC, 1, 1.01, cured),
            Of(GradientRiseExperiment.Constant, 1, 1, constant),
        ])));
    }

    [Fact]
    [Trait("speed", "slow")]
    public void A_cure_that_is_left_out_cures_nothing()
    {
        var checks = GradientRiseClaim.Judge(
            new GradientRiseExperiment { Seeds = 2, Cure = new Constant(GradientRiseExperiment.Decay) }.Run(Run));
        Assert.False(checks[4].Holds, checks[4].Measured);
    }

    [Theory]
    [InlineData(1.9, 1.05, 1, 2, ClaimOutcome.Holds)]
    [InlineData(1.05, 1.05, 1, 2, ClaimOutcome.HoldsInPart)]
    [InlineData(1.9, 1.5, 1, 2, ClaimOutcome.HoldsInPart)]
    [InlineData(1.9, 1.05, 1.4, 2, ClaimOutcome.HoldsInPart)]
    [InlineData(1.9, 1.05, 1, 1, ClaimOutcome.Undecided)]
    public void Layers_are_judged_by_how_far_apart_they_turn_and_by_their_laws(
        double coupled, double decoupled, double overLaw, double uneven, object outcome)
    {
        LayerAngles Of(string name, double spread, double off)
        {
            IReadOnlyList<IReadOnlyList<double>> measured = [.. Around(1).Values.Select(one => (double[])[0.01, 0.01 * spread * one])];
            return new(name, name, measured,
                [.. measured.Select(layers => (IReadOnlyList<double>)[.. layers.Select(angle => angle / off)])]);
        }
        Assert.Equal((ClaimOutcome)outcome, OutcomeWords.Of(LayerSpeedsClaim.Judge(
        [
            Of(LayerSpeedsExperiment.Coupled, coupled, overLaw), Of(LayerSpeedsExperiment.Decoupled, decoupled, 1),
            Of(LayerSpeedsExperiment.Uneven, uneven, 1),
        ])));
    }

    [Fact]
    [Trait("speed", "slow")]
    public void Adam_whose_decay_is_taken_out_of_the_gradient_turns_layers_alike()
    {
        var checks = LayerSpeedsClaim.Judge(new LayerSpeedsExperiment { Seeds = 2, IsCoupled = false }.Run(Run));
        Assert.False(checks[0].Holds, checks[0].Measured);
    }

    [Theory]
    [InlineData(1.15, 0.9, 3, ClaimOutcome.Holds)]
    [InlineData(1.25, 0.9, 3, ClaimOutcome.HoldsInPart)]
    [InlineData(1.15, 0.7, 3, ClaimOutcome.HoldsInPart)]
    [InlineData(1.15, 0.9, 1.2, ClaimOutcome.Undecided)]
    public void Signs_and_muon_are_judged_by_norm_and_angle_over_their_laws(double norm, double angle, double undecayed, object outcome)
    {
        DirectionRatios Of(string name, double one, double other) =>
            new(name, name, [Around(one), Around(one), Around(one)], [Around(other), Around(other), Around(other)]);
        Assert.Equal((ClaimOutcome)outcome, OutcomeWords.Of(DirectionEquilibriaClaim.Judge(
            [Of("lion", norm, angle), Of(DirectionEquilibriaExperiment.Undecayed, undecayed, 1)])));
    }

    [Fact]
    [Trait("speed", "slow")]
    public void A_law_of_four_times_the_rate_is_not_that_of_signs_and_muon()
    {
        var rules = new DirectionEquilibriaExperiment { Seeds = 2, Updates = 1_500, Told = (4, 1) }.Run(Run);
        var checks = DirectionEquilibriaClaim.Judge(rules);
        for (int rule = 0; rule < rules.Count - 1; rule++)
            Assert.False(checks[2 * rule].Holds, $"{rules[rule].Title}: {checks[2 * rule].Measured}");
    }

    private static SeedSample Around(double mean) => new([mean - 0.005, mean, mean + 0.005]);
}
