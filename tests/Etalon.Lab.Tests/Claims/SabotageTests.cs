using Etalon.Lab.Claims.FullBatchUnrest;
using Etalon.Lab.Claims.Homogeneity;
using Etalon.Lab.Claims.ParameterMixing;
using Etalon.Lab.Claims.Phases;
using Etalon.Lab.Claims.ScheduleTwins;
using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Claims.StochasticDifferential;
using Etalon.Lab.Claims.ToyCone;
using Etalon.Lab.Claims.WnGradConvex;
using Etalon.Lab.Recipes;
using Etalon.Numerics;
using Etalon.Schedules;

namespace Etalon.Lab.Tests.Claims;

/// <summary>Each experiment with something left out or turned around: the verdict turns.</summary>
public sealed class SabotageTests : IDisposable
{
    private const string Train = EpochCurves.TrainAccuracy, Loss = RunMetrics.TrainLoss, Test = RunMetrics.TestAccuracy,
        Effective = EpochCurves.EffectiveRate, Norm = EpochCurves.Norm, Angle = EpochCurves.Angle;

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

    // Whole runs on the digits, short and few: what matters is which way the verdict goes.
    private static ScheduleTwinsExperiment Short => TwinClaims.StepDecay.At(ClaimScale.Quick)! with
    {
        Identities = [],
        Seeds = 3,
        Runs = new("short", "step decay, short", Digits, Etalon.Schedules.Equivalence.EquivalentForm.TexpPlusPlus),
    };

    private static Recipe Digits => InvariantRecipe.Digits(10) with { LearningRate = new Steps(InvariantRecipe.Rate, [220, 330], 0.1) };

    private ClaimOutcome JudgeTwins(ScheduleTwinsExperiment experiment) => OutcomeWords.Of(
        [.. TwinClaims.StepDecay.Judge(experiment.Run(Run)).Where(check => !check.Statement.StartsWith("test", StringComparison.Ordinal))]);

    [Fact]
    [Trait("speed", "slow")]
    public void Step_decay_and_its_twin_are_alike_and_a_conversion_left_out_or_of_the_wrong_sign_is_not()
    {
        Assert.NotEqual(ClaimOutcome.DoesNotHold, JudgeTwins(Short));
        Assert.NotEqual(ClaimOutcome.HoldsInPart, JudgeTwins(Short));

        var leftOut = JudgeTwins(Short with { Twin = pair => pair.Recipe with { WeightDecay = new Constant(0) } });
        Assert.True(leftOut is ClaimOutcome.DoesNotHold or ClaimOutcome.HoldsInPart, $"{leftOut}");

        double growth = InvariantRecipe.LogGrowth(InvariantRecipe.Rate, InvariantRecipe.Decay, InvariantRecipe.Momentum);
        var wrongSign = JudgeTwins(Short with
        {
            Twin = pair => pair.Recipe with
            {
                WeightDecay = new Constant(0),
                LearningRate = new Exponential(InvariantRecipe.Rate, Elementary.Exp(-growth)),
            },
        });
        Assert.True(wrongSign is ClaimOutcome.DoesNotHold or ClaimOutcome.HoldsInPart, $"{wrongSign}");

        Assert.Equal(ClaimOutcome.Undecided, JudgeTwins(Short with { Control = recipe => recipe }));
    }

    [Fact]
    public void An_identity_on_other_batches_is_none_and_one_whose_control_does_not_move_proves_nothing()
    {
        var pair = TwinClaims.WithoutDrops.At(ClaimScale.Quick)!.Identities[0];
        ClaimOutcome Of(double outputs, double control) => OutcomeWords.Of(TwinClaims.WithoutDrops.Judge(new ScheduleTwinsReport(
            TwinClaims.WithoutDrops.At(ClaimScale.Quick)!, [(pair, new Identity(200, outputs, 0, control, 1e-15))], [])));
        Assert.Equal(ClaimOutcome.Holds, Of(1e-14, 0.4));
        Assert.Equal(ClaimOutcome.DoesNotHold, Of(0.3, 0.4));
        Assert.Equal(ClaimOutcome.Undecided, Of(1e-14, 1e-3));
    }

    [Fact]
    public void Angles_of_two_arms_whose_seeds_are_swapped_no_longer_agree_seed_by_seed()
    {
        ScheduleTwinsReport Report(bool areSwapped)
        {
            ExperimentArm Arm(string name) => new(name, name, Digits);
            // Each seed has its own angle; the twin's is the same to 0.1 %.
            ArmResult Of(string name, bool other, double accuracy) => MadeUpArms.Of(Arm(name), 3, 10,
                (Train, (epoch, seed) => accuracy + 0.001 * MadeUpArms.Noise(epoch, seed)),
                (Test, (epoch, seed) => accuracy + 0.001 * MadeUpArms.Noise(epoch, seed)),
                (Angle, (_, seed) => 0.04 * (1 + 0.3 * (other && areSwapped ? 3 - seed : seed - 1))));
            return new(Short, [], [Of(ScheduleTwinsReport.Own, false, 0.9), Of(ScheduleTwinsReport.Twin, true, 0.9),
                Of(ScheduleTwinsReport.Control, false, 0.99)]);
        }
        ClaimCheck Angles(bool areSwapped) =>
            TwinClaims.StepDecay.Judge(Report(areSwapped)).Single(check =>
                check.Statement.StartsWith("the angle", StringComparison.Ordinal));
        Assert.Equal(ClaimOutcome.Holds, Angles(false).Outcome);
        Assert.Equal(ClaimOutcome.Undecided, Angles(true).Outcome);
    }

    [Fact]
    public void A_drop_that_was_never_made_passes_nothing()
    {
        ClaimOutcome Of(bool isDropped) => Judge(new DropPassesClaim(), 30, arm => arm.Name == "dropped" && isDropped
            ? [(Loss, (epoch, seed) => (epoch is 11 or 21 ? 0.15 : 0.22) + 0.002 * MadeUpArms.Noise(epoch, seed)),
                (Effective, (epoch, _) => epoch is 11 or 21 ? 0.01 : epoch is 12 or 13 or 22 or 23 ? 0.02 : 0.04)]
            : [(Loss, (epoch, seed) => 0.22 + 0.002 * MadeUpArms.Noise(epoch, seed)), (Effective, (_, _) => 0.04)]);
        Assert.Equal(ClaimOutcome.Holds, Of(true));
        Assert.NotEqual(ClaimOutcome.Holds, Of(false));
    }

    [Fact]
    public void A_rate_that_is_not_dropped_gains_nothing_that_could_regress()
    {
        ClaimOutcome Of(double gain, double sag) => Judge(new DropRegressesClaim(), 50, arm =>
            [(Test, (epoch, seed) => 0.93 + (epoch <= 15 ? 0 : epoch <= 30 ? gain : gain - sag) + 0.001 * MadeUpArms.Noise(epoch, seed)),
                (Effective, (epoch, _) => epoch <= 15 ? 0.02 : arm.Name == "decayed" && epoch > 30 ? 0.004 : 0.002)]);
        Assert.Equal(ClaimOutcome.Holds, Of(0.045, 0.025));
        Assert.Equal(ClaimOutcome.HoldsInPart, Of(0, 0));
        Assert.Equal(ClaimOutcome.HoldsInPart, Of(0.045, 0));
    }

    [Fact]
    public void A_history_that_is_not_forgotten_refutes_and_histories_that_are_alike_prove_nothing()
    {
        ClaimOutcome Of(double before, double after) => Judge(new HistoryForgottenClaim(), 33, arm =>
        {
            double own = arm.Name == "three" ? 1 : 0;
            return
            [
                (Norm, (epoch, _) => 10 * (1 + own * (epoch <= 10 ? before : after))),
                (Effective, (_, _) => 0.02), (Test, (epoch, seed) => 0.95 + 0.001 * MadeUpArms.Noise(epoch, seed)),
                (Train, (epoch, seed) => 0.78 + own * after + 0.001 * MadeUpArms.Noise(epoch, seed)),
            ];
        });
        Assert.Equal(ClaimOutcome.Holds, Of(1, 0));
        Assert.Equal(ClaimOutcome.HoldsInPart, Of(1, 0.2));
        Assert.Equal(ClaimOutcome.Undecided, Of(0, 0));
    }

    [Fact]
    public void An_earlier_equilibrium_that_decides_refutes()
    {
        ClaimOutcome Of(Func<string, bool> hasFitted) => Judge(new LastEquilibriumClaim(),
            arm => (int)(arm.Recipe.TotalSteps / arm.Recipe.StepsPerEpoch),
            arm => [(Train, (epoch, seed) => (hasFitted(arm.Name) ? 0.9 : 0.8) + 0.001 * MadeUpArms.Noise(epoch, seed)),
                (Test, (epoch, seed) => 0.95 + 0.001 * MadeUpArms.Noise(epoch, seed))]);
        Assert.Equal(ClaimOutcome.Holds, Of(arm => arm.EndsWith("small", StringComparison.Ordinal)));
        Assert.NotEqual(ClaimOutcome.Holds, Of(arm => arm.StartsWith("small", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_small_rate_that_stays_behind_refutes()
    {
        ClaimOutcome Of(double longer) => Judge(new SmallRateClaim(), arm => (int)(arm.Recipe.TotalSteps / arm.Recipe.StepsPerEpoch),
            arm => [(Test, (epoch, seed) => (arm.Name switch { "small-long" => longer, "small-short" => 0.92, _ => 0.97 })
                + 0.001 * MadeUpArms.Noise(epoch, seed))]);
        Assert.Equal(ClaimOutcome.Holds, Of(0.97));
        Assert.Equal(ClaimOutcome.DoesNotHold, Of(0.92));
    }

    [Fact]
    public void A_drop_that_does_not_stay_refutes()
    {
        ClaimOutcome Of(bool stays) => Judge(new DropStaysClaim(), 30, arm =>
            [(Loss, (epoch, seed) => (arm.Name switch
            {
                "tapered" => epoch <= 10 || (!stays && epoch > 14) ? 0.22 : 0.12,
                "without-drops" => epoch <= 14 ? 0.2 : 0.14,
                _ => 0.22,
            }) + 0.001 * MadeUpArms.Noise(epoch, seed)),
                (Effective, (epoch, _) => arm.Name == "without-drops" ? epoch <= 11 ? 0.02 : 0.01 : epoch <= 11 ? 0.004 : 0.006)]);
        Assert.Equal(ClaimOutcome.Holds, Of(true));
        Assert.NotEqual(ClaimOutcome.Holds, Of(false));
    }

    [Fact]
    public void Full_batch_descent_whose_decay_is_off_has_no_bursts_to_show()
    {
        var arms = FullBatchUnrestClaim.Arms;
        // Epochs are updates: the loss bursts every 200 of them where decay stays, and falls without end where it does not.
        ArmResult Of(ExperimentArm arm, bool bursts) => MadeUpArms.Of(arm, 3, 2_500, (Train, (_, _) => 1),
            (Loss, (update, seed) => bursts && update % 200 == 0 ? 0.5 + 0.01 * seed : 0.05 * Elementary.Exp(-update / 5_000.0)),
            (Norm, (_, _) => 1));
        Assert.Equal(ClaimOutcome.Holds,
            OutcomeWords.Of(FullBatchUnrestClaim.Judge([Of(arms[0], true), Of(arms[1], false)])));
        Assert.Equal(ClaimOutcome.HoldsInPart,
            OutcomeWords.Of(FullBatchUnrestClaim.Judge([Of(arms[0], false), Of(arms[1], false)])));
    }

    [Fact]
    public void A_network_that_is_said_to_be_invariant_and_is_not_refutes()
    {
        var cases = new HomogeneityExperiment().Cases.Where(one => one.Name.StartsWith("plain, scale", StringComparison.Ordinal)).ToList();
        Assert.Equal(ClaimOutcome.Holds,
            OutcomeWords.Of(HomogeneityClaim.Judge(new HomogeneityExperiment { Cases = cases }.Run(Run))));
        Assert.Equal(ClaimOutcome.DoesNotHold, OutcomeWords.Of(HomogeneityClaim.Judge(new HomogeneityExperiment
        {
            Cases = [.. cases.Select(one => one with { IsInvariant = true })],
        }.Run(Run))));
    }

    [Fact]
    public void Without_decay_in_the_toy_example_nothing_leaves_the_cone()
    {
        ToyConeReport Report(double both, double wait) => new(new ToyConeExperiment(),
        [
            .. new ToyConeExperiment().Settings.Select(setting => (setting.Name, (IReadOnlyList<ToyTrack>)
            [
                .. Enumerable.Range(0, 3).Select(seed => new ToyTrack(
                    (setting.Name.StartsWith("both", StringComparison.Ordinal) ? both : setting.Name switch
                    {
                        "decay, rate 0.5" => 0.007,
                        "decay, rate 0.05" => 0.0022,
                        "normalization" => 0.011,
                        _ => 0.008,
                    }) * (1 + 0.01 * seed), [0.02], 1, setting.Name.StartsWith("both", StringComparison.Ordinal) ? wait : 9)),
            ])),
        ]);
        Assert.Equal(ClaimOutcome.Holds, OutcomeWords.Of(ToyConeClaim.Judge(Report(0.03, 0.2))));
        Assert.Equal(ClaimOutcome.HoldsInPart, OutcomeWords.Of(ToyConeClaim.Judge(Report(0.008, 9))));
    }

    [Fact]
    public void Weights_that_level_off_or_whose_means_help_across_runs_refute()
    {
        ParameterMixingReport Report(double growth, double across) => new(new ParameterMixingExperiment(),
        [
            .. Enumerable.Range(0, 4).Select(seed => new MixingTrack(
                [.. ParameterMixingExperiment.Distances.Select((_, i) =>
                    Elementary.Exp(i * Elementary.Log(growth)) * (1 + 0.001 * seed * i))], [],
                0.35, 0.36, 0.32 + 0.001 * seed)),
        ], [across, across + 0.01, across, across + 0.01]);
        Assert.Equal(ClaimOutcome.Holds, OutcomeWords.Of(ParameterMixingClaim.Judge(Report(1.5, 1.5))));
        Assert.Equal(ClaimOutcome.HoldsInPart, OutcomeWords.Of(ParameterMixingClaim.Judge(Report(1.0, 1.5))));
        Assert.Equal(ClaimOutcome.HoldsInPart, OutcomeWords.Of(ParameterMixingClaim.Judge(Report(1.5, 0.34))));
    }

    [Fact]
    public void Sub_steps_whose_noise_is_too_small_do_not_follow_the_equation()
    {
        IReadOnlyList<SvagOutcome> Row(double norm) => [.. Enumerable.Range(0,
            4).Select(seed => new SvagOutcome(1 + 0.002 * seed, norm, 0.93))];
        Assert.Equal(ClaimOutcome.Holds, OutcomeWords.Of(StochasticDifferentialClaim.Judge([Row(100), Row(101), Row(102)])));
        Assert.Equal(ClaimOutcome.HoldsInPart, OutcomeWords.Of(StochasticDifferentialClaim.Judge([Row(100), Row(60), Row(40)])));
    }

    [Fact]
    public void Half_of_each_gradient_is_not_svag_and_the_norm_shows_it()
    {
        var experiment = new StochasticDifferentialExperiment { Seeds = 2, Updates = 100 };
        var sabotaged = experiment with { Shares = subSteps => subSteps == 1 ? (1, 0) : (0.5, 0.5) };
        double Fourth(IReadOnlyList<IReadOnlyList<SvagOutcome>> outcomes) => outcomes[2].Average(outcome => outcome.FourthNorm);
        var ours = Run with { Folder = Path.Combine(_folder.Path, "ours") };
        Assert.InRange(Fourth(sabotaged.Run(Run)) / Fourth(experiment.Run(ours)), 0, 0.9);
    }

    [Fact]
    public void Descent_that_breaks_the_bound_and_a_control_that_does_not_diverge_turn_the_batch_rate()
    {
        BatchBound Of(double bound, double rises) => new([1], [1], bound, 0.5, rises);
        Assert.Equal(ClaimOutcome.Holds, OutcomeWords.Of(WnGradBatchRateClaim.Judge([Of(0.1, 0)], [Of(0.01, 3)], Of(0, 1e9))));
        Assert.Equal(ClaimOutcome.HoldsInPart, OutcomeWords.Of(WnGradBatchRateClaim.Judge([Of(1.2, 0)], [Of(0.01, 3)], Of(0, 1e9))));
        Assert.Equal(ClaimOutcome.Undecided, OutcomeWords.Of(WnGradBatchRateClaim.Judge([Of(0.1, 0)], [Of(0.01, 3)], Of(0, 0))));
    }

    [Fact]
    public void The_growth_of_b_is_what_keeps_descent_below_the_bound()
    {
        var quadratic = Quadratic.Between(1, 10, 10);
        Assert.InRange(BatchBound.Of(quadratic, StepRule.LookAhead, 10, 1, 300) is var run ? Math.Max(run.OfBound, run.Rises) : 2, 0, 1);
        Assert.True(BatchBound.Of(quadratic, StepRule.Constant, 2.5, 1, 300).Rises > 1e6);
    }

    [Fact]
    public void A_rate_that_does_not_fall_has_no_power_of_T()
    {
        IReadOnlyList<IReadOnlyList<RegretPoint>> Row(double slope) =>
        [
            .. Enumerable.Range(0, 4).Select(draw => (IReadOnlyList<RegretPoint>)
            [
                new RegretPoint(3_000, 0.1, 0.1, 1),
                new RegretPoint(10_000, 0.1, 0.1, 1),
                new RegretPoint(30_000, 0.1 * Elementary.Exp((slope + 0.01 * draw) * Elementary.Log(10)), 0.1, 1),
            ]),
        ];
        Assert.Equal(ClaimOutcome.Holds, OutcomeWords.Of(WnGradStochasticRateClaim.Judge([("wngrad", Row(-0.7)),
            ("constant", Row(-0.05))])));
        Assert.NotEqual(ClaimOutcome.Holds, OutcomeWords.Of(WnGradStochasticRateClaim.Judge([("wngrad", Row(-0.1)),
            ("constant", Row(-0.05))])));
        Assert.Equal(ClaimOutcome.Undecided, OutcomeWords.Of(WnGradStochasticRateClaim.Judge([("wngrad", Row(-0.7)),
            ("constant", Row(-0.7))])));
    }

    [Fact]
    [Trait("speed", "slow")]
    public void Labels_without_noise_leave_b_where_it_is()
    {
        var noisy = new WnGradGrowthClaim { Seeds = 2 }.Reproduce(Run);
        var clean = new WnGradGrowthClaim
        {
            Seeds = 2,
            WrongLabels =
            0
        }.Reproduce(Run with { Folder = Path.Combine(_folder.Path, "clean") });
        string slope = "the network: ln b grows with ln T by a slope of at least 0.4";
        Assert.True(noisy.Checks.Single(check => check.Statement == slope).Holds);
        Assert.False(clean.Checks.Single(check => check.Statement == slope).Holds);
    }

    private static ClaimOutcome Judge(PhasesClaim claim, int epochs, Func<ExperimentArm, (string, Func<int, int, double>)[]> curves) =>
        Judge(claim, _ => epochs, curves);

    private static ClaimOutcome Judge(
        PhasesClaim claim, Func<ExperimentArm, int> epochs, Func<ExperimentArm, (string, Func<int, int, double>)[]> curves) =>
        OutcomeWords.Of(claim.Judge(new PhasesReport(new PhasesExperiment(claim.Arms),
            [.. claim.Arms.Select(arm => MadeUpArms.Of(arm, 5, epochs(arm), curves(arm)))])));
}
