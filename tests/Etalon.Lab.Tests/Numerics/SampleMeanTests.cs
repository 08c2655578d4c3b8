using Etalon.Lab.Numerics;

namespace Etalon.Lab.Tests.Numerics;

public class SampleMeanTests
{
    // Student's own data of 1908, hours of sleep gained by one drug over another; R's t.test(extra ~ group, paired = TRUE) gives these.
    [Fact]
    public void Students_sleep_data_have_the_interval_and_the_probability_that_R_gives()
    {
        var sleep = SampleMean.Of([1.2, 2.4, 1.3, 1.3, 0, 1.0, 1.8, 0.8, 4.6, 1.4]);
        Assert.Equal((10, 1.58), (sleep.Count, Math.Round(sleep.Mean, 12)));
        Assert.Equal(0.7001142, sleep.Low, 6);
        Assert.Equal(2.4598858, sleep.High, 6);
        Assert.Equal(0.002833, sleep.PValue, 6);
        Assert.Equal(1.229995, sleep.StandardDeviation, 6);
    }

    [Fact]
    public void One_value_has_a_mean_alone_and_equal_values_have_no_doubt()
    {
        var one = SampleMean.Of([0.5]);
        Assert.Equal((0.5, double.NaN, double.NaN, double.NaN), (one.Mean, one.StandardDeviation, one.Margin, one.PValue));
        Assert.Equal((0, 0), (SampleMean.Of([0.25, 0.25]).Margin, SampleMean.Of([0.25, 0.25]).PValue));
        Assert.Equal(1, SampleMean.Of([0, 0]).PValue);
    }

    [Fact]
    public void An_interval_ends_where_its_values_do_and_the_margin_stays()
    {
        // t = 12.706 of one degree of freedom makes of 0.98 +- 0.01 the interval 0.853 to 1.107.
        var few = SampleMean.Of([0.97, 0.99], 0, 1);
        Assert.Equal((0.853, 1), (Math.Round(few.Low, 3), few.High));
        Assert.Equal(0.127, few.Margin, 3);
        Assert.Equal((0, 0.127), (SampleMean.Of([-0.01, 0.01], least: 0).Low, Math.Round(SampleMean.Of([-0.01, 0.01], least: 0).High, 3)));
        Assert.Equal((double.NaN, double.NaN), (SampleMean.Of([0.5], 0, 1).Low, SampleMean.Of([0.5], 0, 1).High));
    }

    // R's p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm"); the second is no smaller than the third, though 1 * 0.04 is smaller than 2 * 0.03.
    [Fact]
    public void Holms_correction_gives_what_R_gives()
    {
        Assert.Equal([0.03, 0.06, 0.06, 0.02], HolmCorrection.Of([0.01, 0.04, 0.03, 0.005]).Select(p => Math.Round(p, 12)));
        Assert.Equal([1, 1], HolmCorrection.Of([0.6, 0.9]));
        Assert.Empty(HolmCorrection.Of([]));
    }
}
