using Etalon.Lab.Numerics;

namespace Etalon.Lab.Tests.Numerics;

public class SampleTests
{
    [Fact]
    public void The_jackknife_of_a_mean_is_its_textbook_standard_error()
    {
        double[] values = [3, 1, 4, 1, 5, 9, 2, 6];
        double mean = values.Average(), deviation = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / 7);
        var estimate = Estimate.OfMean(values);
        Assert.Equal(mean, estimate.Value, 1e-15);
        Assert.Equal(deviation / Math.Sqrt(8), estimate.StandardError, 1e-14);
        // Of a square by its slope, up to the curvature over eight values.
        Assert.Equal(2 * mean * estimate.StandardError, Estimate.OfMean(values, x => x * x).StandardError,
            0.05 * 2 * mean * estimate.StandardError);
    }

    [Fact]
    public void Distances_of_samples_counted_by_hand()
    {
        Assert.Equal(0, KolmogorovSmirnov.Distance([1, 2, 3], [3, 1, 2]));
        Assert.Equal(1, KolmogorovSmirnov.Distance([1, 2], [3, 4, 5]));
        // Below 2.5 lie two of the three first and one of the four others.
        Assert.Equal(2.0 / 3 - 1.0 / 4, KolmogorovSmirnov.Distance([1, 2, 5], [0, 3, 4, 6]), 1e-15);
        // 1.36 sqrt(2/n) at 5 %, as tables have it.
        Assert.Equal(1.358 * Math.Sqrt(2.0 / 100), KolmogorovSmirnov.Critical(100, 100, 0.05), 1e-4);
    }

    [Fact]
    public void The_slope_of_points_on_a_line_is_the_lines_and_noise_beside_it_is_averaged()
    {
        Assert.Equal(-3, LineFit.Slope([(1, 2), (2, -1), (5, -10)]), 1e-14);
        // sum x y / sum x^2 about the means: (-1, 0), (0, 3), (1, 1) has 1/2.
        Assert.Equal(0.5, LineFit.Slope([(-1, 0), (0, 3), (1, 1)]), 1e-15);
    }
}
