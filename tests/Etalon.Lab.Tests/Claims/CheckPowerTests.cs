using Etalon.Engine;
using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Tests.Claims;

/// <summary>How often criteria err, against draws of normal samples.</summary>
public class CheckPowerTests
{
    [Theory]
    [InlineData(3, 0.04, 0.02)]
    [InlineData(5, 0.02, 0.03)]
    [InlineData(12, 0.05, 0.2)]
    public void A_false_claim_is_confirmed_and_a_true_one_refuted_in_at_most_one_of_twenty_repetitions(
        int seeds, double bound, double spread) => ErrsSeldom(draws: 100, seeds, bound, spread);

    // A check takes milliseconds, most of them for the interval in its words.
    [Theory]
    [Trait("speed", "slow")]
    [InlineData(3, 0.04, 0.02)]
    [InlineData(5, 0.02, 0.03)]
    [InlineData(12, 0.05, 0.2)]
    public void So_it_is_in_more_repetitions(int seeds, double bound, double spread) => ErrsSeldom(draws: 600, seeds, bound, spread);

    private static void ErrsSeldom(int draws, int seeds, double bound, double spread)
    {
        int confirmed = 0, refuted = 0;
        for (int draw = 0; draw < draws; draw++)
        {
            if (ClaimCheck.AtLeast("", Sample(draw, seeds, 0, spread), bound).Outcome == ClaimOutcome.Holds) confirmed++;
            if (ClaimCheck.AtLeast("", Sample(draw, seeds, 2 * bound, spread), bound).Outcome == ClaimOutcome.DoesNotHold) refuted++;
        }
        // Three standard deviations of a share of so many draws around 5 %.
        double noise = 3 * Math.Sqrt(CheckPower.Allowed * (1 - CheckPower.Allowed) / draws);
        Assert.InRange(confirmed / (double)draws, 0, CheckPower.Allowed + noise);
        Assert.InRange(refuted / (double)draws, 0, CheckPower.Allowed + noise);
    }

    [Fact]
    public void With_a_spread_too_large_for_the_seeds_nothing_is_decided_and_it_says_how_many_would_decide()
    {
        var check = ClaimCheck.AtLeast("", new SeedSample([0.1, -0.04]), 0.02);
        Assert.Equal(ClaimOutcome.Undecided, check.Outcome);
        Assert.Matches(@"about \d+ seeds would decide", check.Power.How);
    }

    [Fact]
    public void A_large_effect_is_decided_with_few_seeds_either_way()
    {
        Assert.Equal(ClaimOutcome.Holds, ClaimCheck.AtLeast("", new SeedSample([0.30, 0.31, 0.29]), 0.1).Outcome);
        Assert.Equal(ClaimOutcome.DoesNotHold, ClaimCheck.AtLeast("", new SeedSample([-0.30, -0.31, -0.29]), 0.1).Outcome);
    }

    [Fact]
    public void One_seed_decides_nothing() =>
        Assert.Equal(ClaimOutcome.Undecided, ClaimCheck.AtLeast("", new SeedSample([1]), 0.1).Outcome);

    [Fact]
    public void The_spread_test_tells_equal_arms_apart_in_at_most_one_of_a_hundred_comparisons()
    {
        const int comparisons = 1_000;
        int apart = 0;
        for (int draw = 0; draw < comparisons; draw++)
        {
            double[][] Arm(string name) => [.. Enumerable.Range(0, 3).Select(seed =>
            {
                var stream = new CounterStream(7, name, (ulong)draw, (uint)seed);
                return Enumerable.Range(0, 15).Select(_ => stream.NextNormal()).ToArray();
            })];
            if (!SpreadTest.Of(Arm("one"), Arm("other"), resolution: 1e-9, margin: 1).Alike) apart++;
        }
        // The spread is taken over five epochs, which leaves the bound a little too tight; Bonferroni is cautious the other way.
        Assert.InRange(apart / (double)comparisons, 0, 0.02);
    }

    private static SeedSample Sample(int draw, int seeds, double mean, double spread)
    {
        var stream = new CounterStream(3, "power", (ulong)draw);
        return new([.. Enumerable.Range(0, seeds).Select(_ => mean + spread * stream.NextNormal())]);
    }
}
