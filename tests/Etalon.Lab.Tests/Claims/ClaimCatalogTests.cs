using Etalon.Lab.Claims;
using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Tests.Claims;

public class ClaimCatalogTests
{
    [Theory]
    [InlineData("I4", "fast-equilibrium")]
    [InlineData("i4", "fast-equilibrium")]
    [InlineData("L3", "decay-beliefs")]
    public void A_claim_is_found_by_the_number_that_the_list_shows(string number, string name) =>
        Assert.Equal(name, ClaimCatalog.Find(number).Name);

    [Theory]
    [InlineData("fast-equilibirum", "did you mean fast-equilibrium?")]
    [InlineData("L4", "L4 is part of label-noise-fashion, label-noise-cifar; name one of them")]
    public void What_is_no_claim_is_told_with_the_one_that_may_be_meant(string name, string said) =>
        Assert.Contains(said, Assert.Throws<InputException>(() => ClaimCatalog.Find(name)).Message, StringComparison.Ordinal);

    [Fact]
    public void Every_claim_is_listed() => Assert.Equal(
        typeof(Claim).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Claim))
            && !type.IsAbstract).Select(type => type.Name).Order(),
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
        Assert.EndsWith("?", claim.Question, StringComparison.Ordinal);
        Assert.NotEmpty(claim.PaperSays);
        Assert.NotNull(claim.CostAt(ClaimScale.Standard));
    });

    [Fact]
    public void Every_number_of_a_claim_is_one_of_the_papers() => Assert.All(
        ClaimCatalog.All.SelectMany(claim => claim.Ids), id => Assert.Contains(PaperClaims.All, paper => paper.Id == id));

    [Fact]
    public void All_claims_of_the_quick_scale_take_less_than_a_quarter_of_an_hour_on_two_cores_and_need_no_data()
    {
        var costs = ClaimCatalog.All.Select(claim => claim.CostAt(ClaimScale.Quick)).OfType<ClaimCost>().ToList();
        Assert.InRange(costs.Sum(cost => cost.Minutes), 1, 15);
        Assert.All(costs, cost => Assert.Empty(cost.Sets));
    }
}
