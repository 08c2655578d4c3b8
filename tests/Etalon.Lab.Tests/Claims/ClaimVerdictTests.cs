using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Tests.Claims;

public class ClaimVerdictTests
{
    private static readonly ClaimCheck Holds = new("holds", true, ""), Fails = new("fails", false, "");

    private static readonly ClaimCheck Open = Fails with { Power = new CheckPower(0.5, 0.5, false, "too few seeds") };

    [Fact]
    public void Checks_that_all_hold_make_a_claim_that_holds() => Assert.Equal(ClaimOutcome.Holds, OutcomeWords.Of([Holds, Holds]));

    [Fact]
    public void A_refuted_check_beside_one_that_holds_leaves_a_part() =>
        Assert.Equal(ClaimOutcome.HoldsInPart, OutcomeWords.Of([Holds, Fails]));

    [Fact]
    public void Refuted_checks_alone_refute() => Assert.Equal(ClaimOutcome.DoesNotHold, OutcomeWords.Of([Fails, Open]));

    [Fact]
    public void A_check_without_power_leaves_it_undecided_and_is_no_refutation() =>
        Assert.Equal(ClaimOutcome.Undecided, OutcomeWords.Of([Holds, Open]));

    [Fact]
    public void A_control_that_does_not_come_out_leaves_all_undecided() =>
        Assert.Equal(ClaimOutcome.Undecided, OutcomeWords.Of([Holds, Fails with { IsControl = true }]));

    [Fact]
    public void A_control_alone_proves_nothing_of_the_claim() =>
        Assert.Equal(ClaimOutcome.Undecided, OutcomeWords.Of([Open, Holds with { IsControl = true }]));
}
