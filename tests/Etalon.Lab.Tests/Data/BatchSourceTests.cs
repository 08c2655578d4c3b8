using Etalon.Lab.Data;

namespace Etalon.Lab.Tests.Data;

public class BatchSourceTests
{
    private static readonly ImageSize Image = new(6, 5, 3);
    private static readonly DataSet Set = Samples.Set(Image);
    private static readonly BatchOptions Varied = new() { Seed = 3, Augmentation = CropFlip.Standard };

    [Fact]
    public void An_epoch_shows_every_training_image_once_with_its_label_standardized()
    {
        var source = BatchSource<double>.ForTraining(Set, 8, new() { Seed = 3 });
        var order = new int[Set.Training.Count];
        EpochOrder.Fill(order, 3, 2);
        Assert.Equal((3, 23), (source.BatchesPerEpoch, source.ExampleCount));
        for (var batch = 0; batch < 3; batch++)
        {
            var (pixels, labels) = Read(source, 2, batch);
            Assert.Equal(batch < 2 ? 8 : 7, labels.Length);
            for (var i = 0; i < labels.Length; i++)
            {
                var example = order[batch * 8 + i];
                Assert.Equal(Set.Training.Labels[example], labels[i]);
                Assert.Equal(Standardized(example, (y, x) => (y, x)), pixels.AsSpan(i * Image.Length, Image.Length));
            }
        }
    }

    // The padded image is built as it stands in the definition, cut and mirrored; nothing of the production path's index arithmetic is
    // shared.
    [Fact]
    public void Crop_and_flip_agree_with_padding_cutting_and_mirroring_step_by_step()
    {
        var source = BatchSource<double>.ForTraining(Set, 23, Varied);
        var order = new int[Set.Training.Count];
        var seen = new HashSet<CropFlip.Placement>();
        for (var epoch = 0; epoch < 20; epoch++)
        {
            var (pixels, labels) = Read(source, epoch, 0);
            EpochOrder.Fill(order, 3, epoch);
            for (var i = 0; i < labels.Length; i++)
            {
                var place = CropFlip.Standard.Draw(3, epoch, order[i]);
                seen.Add(place);
                Assert.Equal(PadCropFlip(order[i], place), pixels.AsSpan(i * Image.Length, Image.Length));
            }
        }
        Assert.Equal((-4, 4), (seen.Min(place => place.Down), seen.Max(place => place.Down)));
        Assert.Equal((-4, 4), (seen.Min(place => place.Right), seen.Max(place => place.Right)));
        Assert.Equal(2, seen.Select(place => place.Mirrored).Distinct().Count());
    }

    // 9 x 9 places, mirrored or not: 162 variations. In 3,000 draws one of them is missing with a probability of 162 exp(-3000/162) = 1e-6.
    [Fact]
    public void The_images_of_an_epoch_and_the_epochs_of_an_image_are_varied_in_every_way()
    {
        Assert.Equal(162, Enumerable.Range(0, 3000).Select(example => CropFlip.Standard.Draw(3, 5, example)).Distinct().Count());
        Assert.Equal(162, Enumerable.Range(0, 3000).Select(epoch => CropFlip.Standard.Draw(3, epoch, 5)).Distinct().Count());
        Assert.Equal(default, new CropFlip(0, false).Draw(3, 5, 7));
    }

    [Fact]
    public void How_an_image_is_varied_does_not_depend_on_the_batch_size_or_on_what_was_read_before()
    {
        var (whole, _) = Read(BatchSource<float>.ForTraining(Set, 23, Varied), 4, 0);
        var small = BatchSource<float>.ForTraining(Set, 5, Varied);
        Read(small, 0, 1);
        for (var batch = 4; batch >= 0; batch--)
        {
            var (pixels, labels) = Read(small, 4, batch);
            Assert.Equal(whole.AsSpan(batch * 5 * Image.Length, labels.Length * Image.Length), pixels.AsSpan());
        }
    }

    [Fact]
    public void Float32_is_float64_rounded_once()
    {
        var (narrow, _) = Read(BatchSource<float>.ForTraining(Set, 23, Varied), 1, 0);
        var (wide, _) = Read(BatchSource<double>.ForTraining(Set, 23, Varied), 1, 0);
        Assert.Equal(wide.Select(value => (float)value), narrow);
    }

    [Fact]
    public void A_constant_channel_becomes_zero()
    {
        var set = new DataSet("flat", new(1, 1, 2), 255, ["one"], new([9, 0, 9, 255], [0, 0]), new([], []));
        var (pixels, _) = Read(BatchSource<double>.ForTraining(set, 2, new()), 0, 0);
        Assert.Equal([0, 0], [pixels[0], pixels[2]]);
        Assert.Equal(1, Math.Abs(pixels[1]));
    }

    [Fact]
    public void Dropping_the_last_batch_leaves_out_only_a_smaller_one()
    {
        var source = BatchSource<float>.ForTraining(Set, 8, new() { DropLast = true });
        Assert.Equal((2, 16), (source.BatchesPerEpoch, source.ExampleCount));
        Assert.Equal((1, 23), Shape(BatchSource<float>.ForTraining(Set, 23, new() { DropLast = true })));
        Assert.Equal((1, 23), Shape(BatchSource<float>.ForTraining(Set, 1000, new())));

        static (int, int) Shape(BatchSource<float> source) => (source.BatchesPerEpoch, source.ExampleCount);
    }

    [Fact]
    public void The_test_split_is_read_in_its_own_order_every_time()
    {
        var source = BatchSource<float>.ForTest(Set, 4);
        Assert.Equal(2, source.BatchesPerEpoch);
        int[] labels = [.. Read(source, 0, 0).Labels, .. Read(source, 0, 1).Labels];
        Assert.Equal(Set.Test.Labels.ToArray().Select(label => (int)label), labels);
        Assert.Equal(Read(source, 0, 1).Pixels, Read(source, 9, 1).Pixels);
    }

    [Theory]
    [InlineData(0, false, "batch is 0")]
    [InlineData(-4, true, "batch is -4")]
    [InlineData(24, true, "batch is 24, but sample has 23 training images")]
    public void A_batch_size_that_leaves_no_batch_is_refused(int size, bool dropLast, string message)
    {
        var problem = Assert.Throws<InputException>(() => BatchSource<float>.ForTraining(Set, size, new() { DropLast = dropLast }));
        Assert.Contains(message, problem.Message);
    }

    [Fact]
    public void Batches_that_do_not_exist_and_small_buffers_are_refused()
    {
        var source = BatchSource<float>.ForTraining(Set, 8, new());
        Assert.Throws<ArgumentOutOfRangeException>(() => Read(source, 0, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => Read(source, -1, 0));
        Assert.Throws<ArgumentException>(() => source.Fill(0, 0, new float[8 * Image.Length - 1], new int[8]));
        Assert.Throws<ArgumentException>(() => source.Fill(0, 0, new float[8 * Image.Length], new int[7]));
    }

    internal static (T[] Pixels, int[] Labels) Read<T>(BatchSource<T> source, int epoch, int batch)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        var pixels = new T[source.BatchSize * source.Image.Length];
        var labels = new int[source.BatchSize];
        var count = source.Fill(epoch, batch, pixels, labels);
        return (pixels[..(count * source.Image.Length)], labels[..count]);
    }

    private static double[] Standardized(int example, Func<int, int, (int Y, int X)?> from)
    {
        var result = new double[Image.Length];
        for (var y = 0; y < Image.Height; y++)
            for (var x = 0; x < Image.Width; x++)
                for (var c = 0; c < Image.Channels; c++)
                {
                    var value = from(y, x) is { } pixel
                        ? Set.Training.Pixels[example * Image.Length + (pixel.Y * Image.Width + pixel.X) * Image.Channels + c]
                        : 0;
                    result[(y * Image.Width + x) * Image.Channels + c] =
                        (value / 255.0 - Set.Statistics.Means[c]) / Set.Statistics.StandardDeviations[c];
                }
        return result;
    }

    private static double[] PadCropFlip(int example, CropFlip.Placement place)
    {
        var padded = new (int, int)?[Image.Height + 8, Image.Width + 8];
        for (var y = 0; y < Image.Height; y++)
            for (var x = 0; x < Image.Width; x++)
                padded[y + 4, x + 4] = (y, x);
        var cut = new (int, int)?[Image.Height, Image.Width];
        for (var y = 0; y < Image.Height; y++)
            for (var x = 0; x < Image.Width; x++)
                cut[y, x] = padded[y + 4 + place.Down, x + 4 + place.Right];
        var mirrored = new (int, int)?[Image.Height, Image.Width];
        for (var y = 0; y < Image.Height; y++)
            for (var x = 0; x < Image.Width; x++)
                mirrored[y, place.Mirrored ? Image.Width - 1 - x : x] = cut[y, x];
        return Standardized(example, (y, x) => mirrored[y, x]);
    }
}
