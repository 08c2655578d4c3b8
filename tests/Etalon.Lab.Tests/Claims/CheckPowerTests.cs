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

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void An_effect_that_is_none_is_confirmed_in_as_few_repetitions_as_is_said(int seeds)
    {
        const int draws = 400;
        int everySign = 0, sign = 0, significant = 0;
        double saidEvery = 0, saidSignificant = 0;
        for (int draw = 0; draw < draws; draw++)
        {
            var sample = Sample(draw, seeds, 0, 1);
            CheckPower every = CheckPower.OfEverySign(sample), mean = CheckPower.OfSign(sample),
                gain = CheckPower.OfSignificance(sample, 3);
            if (every.Decides && sample.Values.All(value => value > 0)) everySign++;
            if (mean.Decides && sample.Mean > 0) sign++;
            if (gain.Decides) significant++;
            (saidEvery, saidSignificant) = (every.PassesFalse, gain.PassesFalse);
        }
        // Three standard deviations of a share of so many draws.
        double Most(double share) => share + 3 * Math.Sqrt(share * (1 - share) / draws);
        Assert.InRange(everySign / (double)draws, 0, Most(saidEvery));
        Assert.InRange(sign / (double)draws, 0, Most(CheckPower.Allowed));
        Assert.InRange(significant / (double)draws, 0, Most(saidSignificant));
    }

    [Fact]
    public void A_seed_on_the_other_side_refutes_nothing_where_the_mean_is_on_this_one()
    {
        Assert.False(CheckPower.OfEverySign(new([0.3, 0.31, -0.01])).Decides);
        Assert.True(CheckPower.OfEverySign(new([0.3, 0.31, 0.29])).Decides);
        Assert.True(CheckPower.OfEverySign(new([-0.3, -0.31, -0.29])).Decides);
        Assert.Matches(@"about \d+ seeds would decide", CheckPower.OfEverySign(new([0.0001, 0.0001, 0.0012])).How);
        Assert.False(CheckPower.OfSignificance(new([0.01, 0.3, 0.02]), 3).Decides);
    }

    // 0.95^58 = 0.051, 0.95^59 = 0.0485.
    [Theory]
    [InlineData(58, false, false)]
    [InlineData(59, false, true)]
    [InlineData(1, true, true)]
    public void That_no_run_does_something_is_told_by_fifty_nine_of_them_and_refuted_by_one(int runs, bool isSeen, bool decides) =>
        Assert.Equal(decides, CheckPower.OfNone(runs, isSeen).Decides);

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
