namespace Etalon.Lab.Simulations;

/// <summary>Signal and noise of minibatch gradients at one point, from a few of them.</summary>
/// <param name="Noise">Of Tr Sigma, the trace of the covariance.</param>
/// <param name="Signal">Of |G|^2, the square of the mean gradient; it may be negative.</param>
internal readonly record struct NoiseEstimate(double Noise, double Signal)
{
    /// <summary>
    /// From n gradients g_i of independent batches of one size, without bias: with T = mean |g_i|^2 and m = |mean g_i|^2, the noise of one
    /// of them is (T - m) n/(n - 1) and the signal (n m - T)/(n - 1). With n = 2 the noise is |g - h|^2 / 2 and the signal g.h.
    /// </summary>
    /// <param name="gradients">At least 2.</param>
    public static NoiseEstimate OfBatches(IReadOnlyList<double[]> gradients)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        var (mean, ofMean, n) = (MeanSquare(gradients), SquareOfMean(gradients), gradients.Count);
        return new((mean - ofMean) * n / (n - 1), (n * ofMean - mean) / (n - 1));
    }

    /// <summary>The same without n/(n - 1): its noise is too small by 1/n.</summary>
    /// <param name="gradients">At least 1.</param>
    public static NoiseEstimate Biased(IReadOnlyList<double[]> gradients)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        double ofMean = SquareOfMean(gradients);
        return new(MeanSquare(gradients) - ofMean, ofMean);
    }

    /// <summary>
    /// From the squared lengths of gradients of two batch sizes b and B, without bias: (|g_b|^2 - |g_B|^2)/(1/b - 1/B) is the noise of one
    /// example and (B |g_B|^2 - b |g_b|^2)/(B - b) the signal. McCandlish et al. 2018.
    /// </summary>
    /// <param name="small">b.</param>
    /// <param name="squareOfSmall">|g_b|^2, or a mean of it.</param>
    /// <param name="large">B, more than b.</param>
    /// <param name="squareOfLarge">|g_B|^2, or a mean of it.</param>
    public static NoiseEstimate OfTwoSizes(int small, double squareOfSmall, int large, double squareOfLarge) => new(
        (squareOfSmall - squareOfLarge) / (1.0 / small - 1.0 / large), (large * squareOfLarge - small * squareOfSmall) / (large - small));

    private static double MeanSquare(IReadOnlyList<double[]> gradients) =>
        gradients.Average(gradient => gradient.Sum(value => value * value));

    private static double SquareOfMean(IReadOnlyList<double[]> gradients)
    {
        double sum = 0;
        for (int i = 0; i < gradients[0].Length; i++)
        {
            double mean = gradients.Average(gradient => gradient[i]);
            sum += mean * mean;
        }
        return sum;
    }
}
