using Etalon.Lab.Claims;
using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Tests.Claims;

public class ClaimCatalogTests
{
    [Fact]
    public void Every_claim_is_listed() => Assert.Equal(
        typeof(Claim).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Claim))).Select(type => type.Name).Order(),
        ClaimCatalog.All.Select(claim => claim.GetType().Name).Distinct().Order());

    [Fact]
    public void Each_claim_has_a_name_of_its_own_by_which_it_is_found()
    {
        Assert.Distinct(ClaimCatalog.All.Select(claim => claim.Name));
        Assert.All(ClaimCatalog.All, claim => Assert.Same(claim, ClaimCatalog.Find(claim.Name)));
    }

    [Fact]
    public void A_claim_says_where_it_is_made_and_what_it_costs() => Assert.All(ClaimCatalog.All, claim =>
    {
        Assert.EndsWith(".", claim.Statement, StringComparison.Ordinal);
        Assert.Matches(@"\b(19|20)\d\d\b", claim.Source);
        Assert.Contains("on two cores", claim.Cost, StringComparison.Ordinal);
    });
}
