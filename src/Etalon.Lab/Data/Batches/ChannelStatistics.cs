namespace Etalon.Lab.Data;

/// <summary>
/// Mean and standard deviation of each channel of a set of images, on the scale where full intensity is 1.
/// </summary>
/// <remarks>
/// With N bytes x in a channel (images x height x width) and full intensity M: mean = sum(x) / (N M) and
/// standard deviation = sqrt(N sum(x^2) - sum(x)^2) / (N M), the population's (divisor N, not N - 1). The sums are exact integers, so the
/// order of the images cannot change a bit; only the last division and the root round.
/// </remarks>
public sealed class ChannelStatistics
{
    private ChannelStatistics(double[] means, double[] standardDeviations)
    {
        Means = means;
        StandardDeviations = standardDeviations;
    }

    /// <summary>The mean of each channel, in [0, 1].</summary>
    public IReadOnlyList<double> Means { get; }

    /// <summary>The standard deviation of each channel (divisor N), in [0, 0.5]; 0 where a channel is constant.</summary>
    public IReadOnlyList<double> StandardDeviations { get; }

    /// <summary>The statistics of <paramref name="pixels"/>.</summary>
    /// <param name="pixels">[...][channels]; at least one pixel.</param>
    /// <param name="channels">The number of channels.</param>
    /// <param name="pixelMaximum">The byte M that stands for full intensity.</param>
    internal static ChannelStatistics Of(ReadOnlySpan<byte> pixels, int channels, byte pixelMaximum)
    {
        var means = new double[channels];
        var standardDeviations = new double[channels];
        long count = pixels.Length / channels;
        // Counting the bytes makes both sums exact and leaves one addition a pixel; an int holds every count, as an array's length is one.
        Span<int> histogram = stackalloc int[256];
        for (var channel = 0; channel < channels; channel++)
        {
            histogram.Clear();
            for (var i = channel; i < pixels.Length; i += channels)
                histogram[pixels[i]]++;
            long sum = 0, sumOfSquares = 0;
            for (var value = 1; value < 256; value++)
            {
                sum += (long)value * histogram[value];
                sumOfSquares += (long)value * value * histogram[value];
            }
            var scale = (double)count * pixelMaximum;
            means[channel] = sum / scale;
            standardDeviations[channel] = Math.Sqrt((double)((Int128)count * sumOfSquares - (Int128)sum * sum)) / scale;
        }
        return new(means, standardDeviations);
    }
}
