namespace Etalon.Workbench.Tests;

public class HouseTests
{
    [Fact]
    public void Runs() => Assert.True(true);
}
