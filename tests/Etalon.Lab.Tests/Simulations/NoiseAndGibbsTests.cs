using Etalon.Lab.Simulations;
using Etalon.Lab.Simulations.Losses;

namespace Etalon.Lab.Tests.Simulations;

public class NoiseAndGibbsTests
{
    [Fact]
    public void Noise_of_two_batches_is_half_their_squared_distance()
    {
        double[] g = [1, 2, -1], h = [0, 4, 1];
        var estimate = NoiseEstimate.OfBatches([g, h]);
        Assert.Equal(0.5 * (1 + 4 + 4), estimate.Noise, 1e-15);
        Assert.Equal(0 + 8 - 1, estimate.Signal, 1e-15);
        Assert.Equal(estimate.Noise / 2, NoiseEstimate.Biased([g, h]).Noise, 1e-15);
        // |g_b|^2 = |G|^2 + Tr/b with |G|^2 = 3 and Tr = 20.
        var ofSizes = NoiseEstimate.OfTwoSizes(4, 3 + 20.0 / 4, 16, 3 + 20.0 / 16);
        Assert.Equal((20, 3), (ofSizes.Noise, ofSizes.Signal));
    }

    [Fact]
    public void At_a_low_temperature_the_Gibbs_law_is_that_of_a_quadratic()
    {
        // Each of d - 1 directions holds half the temperature eta_e sigma^2 / 2: E L = (d - 1) eta_e sigma^2 / 4, up to terms of E L / k.
        var (loss, rate) = GibbsLaw.MeanLoss(new OneWell(50), dimension: 20, noise: 1, intrinsicRate: 1e-6);
        Assert.Equal(19 * rate / 4, loss, 1e-4 * loss);
        // S = Tr Sigma + k^2 E|u|^2 = 19 + 2 k E L.
        Assert.Equal(Math.Sqrt(2e-6 / (19 + 2 * 50 * loss)), rate, 1e-4 * rate);
    }
}
