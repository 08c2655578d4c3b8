namespace Etalon.Engine.Tests;

public class HouseTests
{
    [Fact]
    public void Runs() => Assert.True(true);
}
