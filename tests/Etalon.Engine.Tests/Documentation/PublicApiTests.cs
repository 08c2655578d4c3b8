using Etalon.Schedules.Tests.Documentation;

namespace Etalon.Engine.Tests.Documentation;

/// <summary>The public API, pinned: what PublicApi.txt does not list cannot appear, and what it lists cannot go, unnoticed.</summary>
public class PublicApiTests
{
    [Fact]
    public void The_public_api_is_the_one_in_PublicApi_txt() =>
        PublicApi.AssertIsApproved(typeof(Workers).Assembly, "Etalon.Engine.Tests");
}
