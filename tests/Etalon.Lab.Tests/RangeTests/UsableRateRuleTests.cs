using Etalon.Engine;
using Etalon.Lab.RangeTests;

namespace Etalon.Lab.Tests.RangeTests;

/// <summary>The rule on losses that are known in closed form.</summary>
public sealed class UsableRateRuleTests
{
    private const int Updates = 200, Half = 5;
    private static readonly double[] Rates = [.. Enumerable.Range(0, Updates).Select(i => 1e-5 * Math.Pow(1e7, i / (Updates - 1.0)))];

    /// <summary>Rate of an update over that of the one before.</summary>
    private static readonly double Ratio = Rates[1] / Rates[0];

    // Gradient descent on h w²/2 multiplies w by 1 - η h and is stable to η = 2/h. While η h is small the loss is exp(-2 h Σ η) of the
    // first, with the geometric sum Σ η = (η - η₀)/(ratio - 1) of all updates before: nine tenths of the fall are done where 2 h Σ η = ln
    // 10.
    [Theory]
    [InlineData(0.5)]
    [InlineData(10)]
    [InlineData(100)]
    public void On_a_noisy_quadratic_the_ends_are_where_the_closed_form_has_them(double curvature)
    {
        var reading = UsableRateRule.Read(Rates, Quadratic(curvature), Half, hasBroken: true);
        double lower = Math.Log(10) / (2 * curvature) * (Ratio - 1) + Rates[0];
        // One update of the grid: the second order of ln(1 - η h), η h being 0.1 there, and the fall in the first window are less.
        Assert.InRange(reading.Interval!.Value.Lower, lower / Ratio, lower * Ratio);
        // Before 2/h the noise alone rises, as η/(2 - η h); beyond it the loss explodes, but the median of a window sees it only when half
        // of the window is beyond, and the upper end is half a window before that.
        Assert.InRange(reading.Interval.Value.Upper, 1 / curvature, 2 / curvature);
    }

    [Fact]
    public void A_rate_that_does_no_harm_yet_is_not_the_upper_end()
    {
        var reading = UsableRateRule.Read(Rates, Falling(plateau: 0.1), Half, hasBroken: false);
        Assert.Null(reading.Interval);
        Assert.Contains("give a larger --to", reading.Problem, StringComparison.Ordinal);
    }

    // What a normalized network does: the norm grows until its effective rate is bearable, and the loss stands still above its least.
    [Fact]
    public void A_loss_that_rises_to_a_plateau_without_diverging_is_a_rise()
    {
        double[] losses = [.. Falling(plateau: 0.1).Select((loss, i) => Rates[i] > 1 ? 0.6 : loss)];
        var interval = UsableRateRule.Read(Rates, losses, Half, hasBroken: false).Interval!.Value;
        Assert.InRange(interval.Upper * Math.Pow(Ratio, Half), 1 / Ratio, 1);
    }

    [Fact]
    public void Noise_that_does_not_fall_gives_no_interval()
    {
        for (ulong seed = 0; seed < 200; seed++)
        {
            var stream = new CounterStream(seed, "noise", 0);
            double[] losses = new double[Updates];
            for (int i = 0; i < Updates; i++) losses[i] = 2.3 + 0.3 * stream.NextNormal();
            var reading = UsableRateRule.Read(Rates, losses, Half, hasBroken: true);
            Assert.Null(reading.Interval);
            Assert.Contains("did not fall by much more than its noise", reading.Problem, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_single_batch_does_not_move_the_ends()
    {
        double[] losses = Quadratic(10);
        var interval = UsableRateRule.Read(Rates, losses, Half, hasBroken: true).Interval!.Value;
        for (int i = 20; i < 120; i += 10)
        {
            double[] changed = [.. losses];
            changed[i] = 1e6;
            var other = UsableRateRule.Read(Rates, changed, Half, hasBroken: true).Interval!.Value;
            Assert.InRange(other.Lower / interval.Lower, 1 / (Ratio * 1.001), Ratio * 1.001);
            Assert.InRange(other.Upper / interval.Upper, 1 / (Ratio * 1.001), Ratio * 1.001);
        }
    }

    [Fact]
    public void A_loss_that_jumps_up_and_down_is_near_its_least_for_too_short_a_time()
    {
        // The median of five of one kind and six of the other jumps as they do.
        double[] losses = [.. Enumerable.Range(0, Updates).Select(i => i < 100 ? 2 : i % 2 == 0 ? 0.1 : 10)];
        var reading = UsableRateRule.Read(Rates, losses, Half, hasBroken: true);
        Assert.Null(reading.Interval);
        Assert.Contains("less than half a window of updates", reading.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_test_that_breaks_at_once_says_so()
    {
        Assert.Contains("smaller --from", UsableRateRule.Read([1], [2.3], Half, hasBroken: true).Problem, StringComparison.Ordinal);
        Assert.Contains("smaller --from", UsableRateRule.Read([], [], Half, hasBroken: true).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_test_ends_when_the_last_window_is_twice_the_first_and_not_for_one_batch()
    {
        double[] losses = [.. Enumerable.Repeat(2.0, 50)];
        Assert.False(UsableRateRule.HasRisen([.. losses, 100, 100, 100], Half));
        Assert.True(UsableRateRule.HasRisen([.. losses, 5, 5, 5, 5, 5, 5], Half));
        Assert.False(UsableRateRule.HasRisen([2, 9, 9, 9, 9], Half));
    }

    [Fact]
    public void The_running_median_does_not_lag()
    {
        double[] monotone = [.. Enumerable.Range(0, 50).Select(i => Math.Exp(-0.1 * i))];
        Assert.Equal(monotone[5..45], UsableRateRule.Smooth(monotone, Half)[5..45]);
    }

    // The mean of h w²/2 over a thousand coordinates with noise in the gradient, and a floor as of a data set that is not learned; capped
    // as a test is that ends.
    private static double[] Quadratic(double curvature)
    {
        const int Coordinates = 1000;
        const double Noise = 0.1;
        double[] losses = new double[Updates], w = [.. Enumerable.Repeat(1 / Math.Sqrt(curvature), Coordinates)];
        var stream = new CounterStream(1, "quadratic", 0);
        for (int i = 0; i < Updates; i++)
        {
            losses[i] = Math.Min(10, 0.05 + curvature * w.Sum(x => x * x) / Coordinates);
            if (losses[i] == 10) continue;
            for (int c = 0; c < Coordinates; c++)
                w[c] -= Rates[i] * (curvature * w[c] + Noise * Math.Sqrt(curvature) * stream.NextNormal());
        }
        return losses;
    }

    private static double[] Falling(double plateau) => [.. Rates.Select(rate => plateau + Math.Exp(-rate / 0.01))];
}
