using Etalon.Lab.Data;

namespace Etalon.Lab.Tests.Data;

public class DataSetTests
{
    private static readonly ImageSize Image = new(3, 4, 3);

    [Fact]
    public void Means_and_deviations_agree_with_a_naive_loop_in_two_passes()
    {
        var set = Samples.Set(Image);
        for (var channel = 0; channel < 3; channel++)
        {
            var values = new List<double>();
            for (var i = channel; i < set.Training.Pixels.Length; i += 3)
                values.Add(set.Training.Pixels[i] / 255.0);
            var mean = values.Sum() / values.Count;
            var variance = values.Sum(value => (value - mean) * (value - mean)) / values.Count;
            // The naive sums of 276 terms below 1 round by at most 276 ulp of their size.
            Assert.Equal(mean, set.Statistics.Means[channel], 1e-13);
            Assert.Equal(Math.Sqrt(variance), set.Statistics.StandardDeviations[channel], 1e-13);
        }
    }

    [Fact]
    public void A_constant_channel_has_the_deviation_zero_exactly()
    {
        var pixels = new byte[10 * 4];
        Array.Fill(pixels, (byte)77);
        var set = new DataSet("flat", new(2, 2, 1), 255, ["one"], new(pixels, new byte[10]), new([], []));
        Assert.Equal(77 / 255.0, set.Statistics.Means[0], 1e-16);
        Assert.Equal(0.0, set.Statistics.StandardDeviations[0]);
    }

    [Fact]
    public void The_content_hash_sees_each_pixel_each_label_and_the_shape()
    {
        byte[] pixels = [1, 2, 3, 4, 5, 6, 7, 8], labels = [0, 1];
        var original = Make(new(2, 2, 1), pixels, labels, 255).ContentHash;
        Assert.Equal(64, original.Length);
        Assert.Equal(original, Make(new(2, 2, 1), [.. pixels], [.. labels], 255).ContentHash);
        Assert.NotEqual(original, Make(new(2, 2, 1), [1, 2, 3, 4, 5, 6, 7, 9], labels, 255).ContentHash);
        Assert.NotEqual(original, Make(new(2, 2, 1), pixels, [1, 1], 255).ContentHash);
        Assert.NotEqual(original, Make(new(4, 1, 1), pixels, labels, 255).ContentHash);
        Assert.NotEqual(original, Make(new(2, 2, 1), pixels, labels, 16).ContentHash);

        static DataSet Make(ImageSize image, byte[] pixels, byte[] labels, byte maximum) =>
            new("set", image, maximum, ["a", "b"], new(pixels, labels), new([], []));
    }

    [Fact]
    public void A_limit_keeps_the_first_images_of_each_split()
    {
        var set = Samples.Set(Image);
        var limited = set.Limit(10, 3);
        Assert.Equal(set.Training.Pixels[..(10 * Image.Length)], limited.Training.Pixels);
        Assert.Equal(set.Training.Labels[..10], limited.Training.Labels);
        Assert.Equal(set.Test.Pixels[..(3 * Image.Length)], limited.Test.Pixels);
        Assert.Equal(3, limited.Test.Count);
        Assert.Equal(set.ContentHash, set.Limit(1000, null).ContentHash);
        Assert.Throws<ArgumentOutOfRangeException>(() => set.Limit(0, null));
    }

    [Fact]
    public void Parts_that_do_not_fit_are_refused()
    {
        Assert.Contains("need 8 pixels, not 7", Refusal(new byte[7], [0, 1]));
        Assert.Contains("Label 2 of image 1", Refusal(new byte[8], [0, 2]));
        Assert.Contains("Pixel 17 of image 1", Refusal([0, 0, 0, 0, 17, 0, 0, 0], [0, 1]));

        static string Refusal(byte[] pixels, byte[] labels) => Assert.Throws<ArgumentException>(
            () => new DataSet("set", new(2, 2, 1), 16, ["a", "b"], new(pixels, labels), new([], []))).Message;
    }
}
