using Etalon.Lab.Numerics;

namespace Etalon.Lab.Tests.Numerics;

public class WelchTestTests
{
    // t = -1 with 8 degrees of freedom; t = 2.228 with 10, the 5 % point of Student's table; Welch's own degrees from unequal variances,
    // integrated numerically.
    [Theory]
    [InlineData(new double[] { 1, 2, 3, 4, 5 }, new double[] { 2, 3, 4, 5, 6 }, 0.346593507087)]
    [InlineData(new double[] { 3.1, 2.9, 3.0, 3.2 }, new double[] { 1, 2, 6, 2.5 }, 0.882502650424)]
    [InlineData(new double[] { 1, 1, 1 }, new double[] { 1, 1, 1 }, 1)]
    [InlineData(new double[] { 1, 1, 1 }, new double[] { 2, 2, 2 }, 0)]
    public void Welchs_test_gives_the_probability_of_the_table(double[] one, double[] two, double p) =>
    Assert.Equal(p, WelchTest.PValue(one, two), 1e-9);

    [Fact]
    public void The_five_percent_point_of_ten_degrees_of_freedom_is_at_2_228()
    {
        // Six values of variance 1 on each side: the standard error of the difference is sqrt(2 / 6).
        double[] one = [-1, 1, -1, 1, -1, 1];
        double scale = Math.Sqrt(6.0 / 5), difference = 2.2281388519649385 * scale * Math.Sqrt(2.0 / 6);
        Assert.Equal(0.05, WelchTest.PValue(one, [.. one.Select(value => value + difference)]), 1e-9);
    }
}
