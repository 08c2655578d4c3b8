using Etalon.Lab.Claims.ToyCone;

namespace Etalon.Lab.Tests.Claims;

/// <summary>The toy example of Li and Arora 2019, section 3, with figures measured independently of this code.</summary>
public class ToyExampleTests
{
    // With decay the direction forgets in 1 / (eta lambda) = 200 steps: the second half of 4,000 holds about ten independent errors,
    // each with a spread of a quarter or so, which makes 10 % for their mean; twice that.
    private const double Spread = 0.2;

    [Fact]
    [Trait("speed", "slow")]
    public void Decay_alone_converges() =>
        Assert.InRange(new ToyExample { IsNormalized = false, WeightDecay = 0.01 }.Run().MeanError, 0, 0.011);

    [Fact]
    [Trait("speed", "slow")]
    public void Normalization_alone_converges_while_the_norm_grows()
    {
        var (early, late) = (new ToyExample { Steps = 1_000 }.Run(), new ToyExample { Steps = 8_000 }.Run());
        Assert.InRange(late.MeanError, 0, 0.7 * early.MeanError);
        Assert.InRange(late.Norm, 1.1 * early.Norm, 10);
    }

    [Theory]
    [InlineData(64, 0.046)]
    [InlineData(512, 0.029)]
    [InlineData(4096, 0.020)]
    [Trait("speed", "slow")]
    public void Together_they_keep_an_error_that_larger_batches_do_not_remove(int batch, double error)
    {
        var result = new ToyExample { WeightDecay = 0.01, Batch = batch, Steps = batch > 1000 ? 2_000 : 4_000 }.Run();
        Assert.InRange(result.MeanError, error * (1 - Spread), error * (1 + Spread));
    }

    [Theory]
    [InlineData(0.1, 0.068)]
    [InlineData(0.001, 0.018)]
    [Trait("speed", "slow")]
    public void The_floor_follows_the_decay(double decay, double error) =>
        Assert.InRange(new ToyExample { WeightDecay = decay, Steps = decay < 0.01 ? 8_000 : 4_000 }.Run().MeanError, error * (1 - Spread),
            error * (1 + Spread));

    [Fact]
    public void Only_the_product_of_rate_and_decay_counts()
    {
        var small = new ToyExample { Rate = 0.05, WeightDecay = 0.1, Steps = 200, InitialNorm = 1 }.Run();
        var large = new ToyExample { Rate = 5, WeightDecay = 0.001, Steps = 200, InitialNorm = 10 }.Run();
        // (eta, lambda, w) -> (c^2 eta, lambda / c^2, c w) with c = 10: the same run but for rounding.
        Assert.Equal(small.MeanError, large.MeanError, 1e-9);
        Assert.Equal(10, large.Norm / small.Norm, 1e-8);
    }
}
