namespace Etalon.Schedules.Tests.Documentation;

/// <summary>The public API, pinned: what PublicApi.txt does not list cannot appear, and what it lists cannot go, unnoticed.</summary>
public class PublicApiTests
{
    [Fact]
    public void The_public_api_is_the_one_in_PublicApi_txt() =>
        PublicApi.AssertIsApproved(typeof(Schedule).Assembly, "Etalon.Schedules.Tests");
}
