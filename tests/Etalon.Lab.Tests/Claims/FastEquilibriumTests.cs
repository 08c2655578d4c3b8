using System.Text.Json;
using System.Text.Json.Serialization;
using Etalon.Lab.Claims.FastEquilibrium;

namespace Etalon.Lab.Tests.Claims;

/// <summary>The protocol of the fast equilibrium in small; in full it is <c>etalon reproduce fast-equilibrium</c>.</summary>
public class FastEquilibriumTests
{
    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    // 60 updates after 20 of history.
    private static readonly FastEquilibriumExperiment Small = new()
    {
        IntrinsicRates = [0.02],
        MixingUnits = [0, 0.4, 1.2],
        Seeds = 4,
        ProbedSeeds = 2,
        ProbeSteps = 10,
        Arms = [new("one") { InitialNorm = 2 }, new("two") { InitialNorm = 4, HistorySteps = 20, HistoryRate = 0.125 }],
    };

    [Fact]
    public void Arms_come_to_one_law_of_functions_while_their_weights_stay_apart()
    {
        var experiment = new FastEquilibriumExperiment
        {
            IntrinsicRates = [0.02],
            MixingUnits = [0, 0.25, 6],
            Seeds = 24,
            ProbedSeeds = 0,
            Arms = [new("heavy start") { InitialNorm = 10 }, new("other history") { HistorySteps = 200, HistoryRate = 0.1 }],
        };
        var curve = EquilibriumCurve.Of(experiment, 0.02,
            [.. experiment.Arms.Select(arm => experiment.Train(0.02, arm, 2, TestContext.Current.CancellationToken))]);
        Assert.InRange(curve.Looks[0].Distance, 1, 2);
        Assert.InRange(curve.Looks[1].Ratio, 2, double.MaxValue);
        // One pair of arms: 1 in the mean, and the floor itself, from 24 seeds, scatters by a tenth.
        Assert.InRange(curve.Looks[2].Ratio, 0.7, 1.3);
        Assert.InRange(curve.Overlap, 0, 0.25 * curve.OwnOverlap);
        Assert.InRange(curve.OwnOverlap, 0.2, 1);
    }

    [Fact]
    public void The_outcome_does_not_depend_on_the_number_of_threads()
    {
        var cancellation = TestContext.Current.CancellationToken;
        Assert.All(Small.Arms,
            arm => Assert.Equal(Text(Small.Train(0.02, arm, 1, cancellation)), Text(Small.Train(0.02, arm, 3, cancellation))));
    }

    [Fact]
    public void Only_the_product_of_rate_and_decay_counts_to_the_bit()
    {
        // (4 eta, lambda / 4, 2 w) is the same run, and powers of two round nothing.
        var scaled = Small with
        {
            Rate = 4 * Small.Rate,
            Arms = [.. Small.Arms.Select(arm => arm with { InitialNorm = 2 * arm.InitialNorm, HistoryRate = 4 * arm.HistoryRate })]
        };
        for (int i = 0; i < 2; i++)
        {
            var one = Small.Train(0.02, Small.Arms[i], 2, TestContext.Current.CancellationToken);
            var two = scaled.Train(0.02, scaled.Arms[i], 2, TestContext.Current.CancellationToken);
            Assert.Equal(Text(one with { Norms = [] }), Text(two with { Norms = [] }));
            Assert.Equal(one.Norms.Select(norm => 2 * norm), two.Norms);
        }
    }

    [Fact]
    public void A_probe_leaves_the_run_as_it_was()
    {
        foreach (double momentum in (double[])[0, 0.9])
        {
            var arm = Small.Arms[1];
            var (with, without) = (Small with { Momentum = momentum }, Small with { Momentum = momentum, ProbedSeeds = 0 });
            var (probed, bare) = (with.Train(0.002, arm, 2, TestContext.Current.CancellationToken),
                without.Train(0.002, arm, 2, TestContext.Current.CancellationToken));
            Assert.Equal(Text(bare with { ProbeErrors = [], ProbeDeviations = [] }),
                Text(probed with { ProbeErrors = [], ProbeDeviations = [] }));
            Assert.All(probed.ProbeErrors, error => Assert.InRange(error, 0, 1));
        }
    }

    [Fact]
    public void Distance_floor_and_overlaps_are_those_worked_out_by_hand()
    {
        // Two inputs, four classes, two runs in each half.
        ArmOutcome one = Arm([2, 0, 0, 0, 1, 1, 0, 0], [1, 1, 0, 0, 1, 1, 0, 0], [1, 0], [1, 1]);
        ArmOutcome two = Arm([0, 0, 0, 2, 1, 1, 0, 0], [0, 0, 0, 2, 1, 1, 0, 0], [0, 1], [0, 1]);
        // p = (3/4, 1/4, 0, 0) and q = (0, 0, 0, 1) for the first input, alike for the second.
        Assert.Equal(2.0 / 2, ArmOutcome.Distance(one, two, 0), 1e-15);
        // Of the halves: |1 - 1/2| + |0 - 1/2| for the first input.
        Assert.Equal(1.0 / 2 / Math.Sqrt(2), one.Floor(0), 1e-15);
        Assert.Equal(0, two.Floor(0));
        // (2, 1) and (0, 2); (1, 0) and (1, 1).
        Assert.Equal(1 / Math.Sqrt(5), ArmOutcome.Overlap(one, two), 1e-15);
        Assert.Equal(1 / Math.Sqrt(2), one.OwnOverlap, 1e-15);

        static ArmOutcome Arm(int[] even, int[] odd, double[] evenDirection, double[] oddDirection) =>
            new([[even], [odd]], [evenDirection, oddDirection], [1], [0], [0], [0]);
    }

    [Fact]
    public void The_floor_falls_with_the_root_of_the_seeds()
    {
        var arm = new EquilibriumArm("a") { InitialNorm = 4 };
        var first = new FastEquilibriumExperiment { IntrinsicRates = [0.02], MixingUnits = [0.5, 1], Seeds = 32, ProbedSeeds = 0 };
        var all = first.Train(0.02, arm, 2, TestContext.Current.CancellationToken);
        Assert.All((int[])[0, 1], look => Assert.InRange(all.Floor(look), 0.02, 0.3));
        double shrunk = (first with { Seeds = 8 }).Train(0.02, arm, 2, TestContext.Current.CancellationToken).Floor(1) / all.Floor(1);
        // A quarter of the seeds: twice the floor; a floor scatters by a tenth or so.
        Assert.InRange(shrunk, 1.5, 2.6);
    }

    private static string Text(ArmOutcome outcome) => JsonSerializer.Serialize(outcome, Json);
}
