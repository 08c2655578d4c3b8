using Etalon.Workbench.Terminals;

namespace Etalon.Workbench.Tests.Terminals;

public sealed class MetricTextTests
{
    [Theory]
    [InlineData(0, "0.0000")]
    [InlineData(0.912345, "0.9123")]
    [InlineData(-0.01, "-0.0100")]
    [InlineData(0.0012345, "0.00123")]
    [InlineData(4.56e-5, "4.56e-5")]
    [InlineData(-1e-12, "-1.00e-12")]
    [InlineData(double.NaN, "")]
    public void A_small_result_keeps_its_digits(double value, string text) => Assert.Equal(text, MetricText.Of(value));
}
