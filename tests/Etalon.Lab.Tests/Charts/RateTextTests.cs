using Etalon.Lab.Charts;

namespace Etalon.Lab.Tests.Charts;

public sealed class RateTextTests
{
    [Theory]
    [InlineData(0.0316, 2, "0.032")]
    [InlineData(0.01, 2, "0.01")]
    [InlineData(0.00999, 2, "0.01")]
    [InlineData(0.0099, 2, "9.9e-3")]
    [InlineData(1e-5, 3, "1e-5")]
    [InlineData(0.00123456, 3, "1.23e-3")]
    [InlineData(0.841, 3, "0.841")]
    [InlineData(0.0123456789012, 12, "0.0123456789012")]
    [InlineData(1, 2, "1")]
    [InlineData(146, 2, "150")]
    [InlineData(146, 3, "146")]
    [InlineData(9_960, 2, "1e4")]
    [InlineData(9_940, 2, "9900")]
    [InlineData(1e30, 2, "1e30")]
    [InlineData(0, 2, "0")]
    [InlineData(double.NaN, 2, "-")]
    [InlineData(double.PositiveInfinity, 2, "-")]
    public void Rates_have_few_digits_and_a_readable_power_of_ten(double rate, int digits, string text) =>
    Assert.Equal(text, RateText.Of(rate, digits));
}
