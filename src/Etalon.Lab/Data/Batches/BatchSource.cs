using System.Numerics;
using Etalon.Engine;

namespace Etalon.Lab.Data;

/// <summary>
/// Turns a split into batches: batch k of epoch e is a pure function of (data, options, seed, e, k), so that reading may begin
/// anywhere and a resumed run continues with the same bits.
/// </summary>
/// <remarks>
/// A pixel byte x of channel c becomes (x / maximum - mean_c) / deviation_c with the mean and standard deviation of the training split,
/// computed in float64 and rounded once to T; a constant channel becomes 0. Symbols of a text stay the numbers
/// that they are. A source keeps the order of one epoch, so only one thread
/// at a time may read from it.
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class BatchSource<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int ByteValues = 256;

    private readonly Split _split;
    private readonly CropFlip _augmentation;
    private readonly ulong _seed;
    private readonly T[] _standardized;
    private readonly int[] _order;
    private readonly bool _shuffles;
    private int _orderEpoch = -1;

    private BatchSource(DataSet set, Split split, int batchSize, BatchOptions options, bool shuffles)
    {
        _split = split;
        _augmentation = options.Augmentation;
        _seed = options.Seed;
        _standardized = Standardize(set);
        _order = new int[split.Count];
        _shuffles = shuffles;
        Image = set.Image;
        BatchSize = Math.Min(batchSize, split.Count);
        BatchesPerEpoch = options.DropLast ? split.Count / batchSize : (split.Count + BatchSize - 1) / BatchSize;
        ExampleCount = options.DropLast ? BatchesPerEpoch * batchSize : split.Count;
        for (var i = 0; i < _order.Length; i++)
            _order[i] = i;
    }

    /// <summary>The size of each image.</summary>
    public ImageSize Image { get; }

    /// <summary>Labels of an image.</summary>
    public int LabelsPerImage => _split.LabelsPerImage;

    /// <summary>The most images in a batch: what a buffer must hold. No more than the split has.</summary>
    public int BatchSize { get; }

    /// <summary>The number of batches in an epoch.</summary>
    public int BatchesPerEpoch { get; }

    /// <summary>The number of images that an epoch shows.</summary>
    public int ExampleCount { get; }

    /// <summary>
    /// Of how many ranks this process is one, and which: only the pixels of its own images of a batch are written. Default: the only one.
    /// </summary>
    internal (int Rank, int Ranks) Share { get; set; } = (0, 1);

    /// <summary>The training split, in a new order every epoch.</summary>
    /// <param name="set">The data set.</param>
    /// <param name="batchSize">Images in a batch, at least 1.</param>
    /// <param name="options">Seed, augmentation and what becomes of a smaller last batch.</param>
    /// <exception cref="InputException">
    /// The batch size is below 1, or larger than the training split while <see cref="BatchOptions.DropLast"/> is set, so that no batch
    /// would remain.
    /// </exception>
    public static BatchSource<T> ForTraining(DataSet set, int batchSize, BatchOptions options)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(options);
        RequirePositive(batchSize);
        if (options.DropLast && batchSize > set.Training.Count)
        {
            throw new InputException(
                $"batch is {batchSize}, but {set.Name} has {set.Training.Count} training images and drop_last leaves out a smaller batch: "
                + $"no batch remains. Use a batch of at most {set.Training.Count}, or drop_last: false.");
        }
        return new(set, set.Training, batchSize, options, shuffles: true);
    }

    /// <summary>The test split in its own order, unvaried; every epoch is the same.</summary>
    /// <param name="set">The data set; it has at least one test image.</param>
    /// <param name="batchSize">Images in a batch, at least 1.</param>
    /// <exception cref="InputException">The batch size is below 1, or the data set has no test images.</exception>
    public static BatchSource<T> ForTest(DataSet set, int batchSize)
    {
        ArgumentNullException.ThrowIfNull(set);
        RequirePositive(batchSize);
        if (set.Test.Count == 0)
            throw new InputException($"{set.Name} has no test images, so nothing can be tested on it; use another data set.");
        return InOrder(set, set.Test, batchSize);
    }

    /// <summary>A split of a data set in its own order, unvaried; every epoch is the same.</summary>
    internal static BatchSource<T> InOrder(DataSet set, Split split, int batchSize) =>
        new(set, split, batchSize, new BatchOptions(), shuffles: false);

    /// <summary>Writes one batch.</summary>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="batch">The batch, from 0 to <see cref="BatchesPerEpoch"/> - 1.</param>
    /// <param name="pixels">[at least the batch's images][height][width][channels]; receives standardized pixels. What lies behind them is
    /// left alone.</param>
    /// <param name="labels">[at least the batch's images][labels of an image]; receives the classes.</param>
    /// <returns>The number of images in the batch.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such epoch or batch.</exception>
    /// <exception cref="ArgumentException">A buffer is too small.</exception>
    public int Fill(int epoch, int batch, Span<T> pixels, Span<int> labels)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(batch);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(batch, BatchesPerEpoch);
        var first = batch * BatchSize;
        var count = Math.Min(BatchSize, ExampleCount - first);
        if (pixels.Length < count * Image.Length || labels.Length < count * LabelsPerImage)
        {
            throw new ArgumentException(
                $"A batch of {count} images of {Image} needs {count * Image.Length} numbers and {count * LabelsPerImage} labels; "
                + $"the buffers hold {pixels.Length} and {labels.Length}.");
        }
        TurnTo(epoch);
        var (begin, end) = BatchChunks.ImagesOf(count, Share.Rank, Share.Ranks);
        for (var i = 0; i < count; i++)
        {
            var example = _order[first + i];
            for (var label = 0; label < LabelsPerImage; label++)
                labels[i * LabelsPerImage + label] = _split.Labels[example * LabelsPerImage + label];
            if (i < begin || i >= end) continue;
            var source = _split.Pixels.Slice(example * Image.Length, Image.Length);
            Write(source, pixels.Slice(i * Image.Length, Image.Length), _augmentation.Draw(_seed, epoch, example));
        }
        return count;
    }

    private void TurnTo(int epoch)
    {
        if (!_shuffles || epoch == _orderEpoch) return;
        EpochOrder.Fill(_order, _seed, epoch);
        _orderEpoch = epoch;
    }

    private void Write(ReadOnlySpan<byte> source, Span<T> destination, CropFlip.Placement place)
    {
        var rowLength = Image.Width * Image.Channels;
        for (var y = 0; y < Image.Height; y++)
        {
            var row = destination.Slice(y * rowLength, rowLength);
            var sourceY = y + place.Down;
            // A row outside the image is read from an empty one: all black.
            WriteRow(sourceY >= 0 && sourceY < Image.Height ? source.Slice(sourceY * rowLength, rowLength) : [], row, place);
        }
    }

    private void WriteRow(ReadOnlySpan<byte> source, Span<T> destination, CropFlip.Placement place)
    {
        var channels = Image.Channels;
        for (var x = 0; x < Image.Width; x++)
        {
            var from = ((place.Mirrored ? Image.Width - 1 - x : x) + place.Right) * channels;
            var black = (uint)from >= (uint)source.Length;
            for (var channel = 0; channel < channels; channel++)
                destination[x * channels + channel] = _standardized[channel * ByteValues + (black ? 0 : source[from + channel])];
        }
    }

    private static T[] Standardize(DataSet set)
    {
        var table = new T[set.Image.Channels * ByteValues];
        if (set.IsText)
        {
            for (var symbol = 0; symbol < ByteValues; symbol++) table[symbol] = T.CreateChecked(symbol);
            return table;
        }
        for (var channel = 0; channel < set.Image.Channels; channel++)
        {
            var (mean, deviation) = (set.Statistics.Means[channel], set.Statistics.StandardDeviations[channel]);
            if (deviation == 0) continue;
            for (var value = 0; value < ByteValues; value++)
                table[channel * ByteValues + value] = T.CreateChecked(((double)value / set.PixelMaximum - mean) / deviation);
        }
        return table;
    }

    private static void RequirePositive(int batchSize)
    {
        if (batchSize < 1)
            throw new InputException($"batch is {batchSize}; a batch has at least 1 image. 128 is usual for CIFAR.");
    }
}

/// <summary>One batch, ready for the network's input. It stays valid until the next one is taken.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class Batch<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T[] _pixels;
    private readonly int[] _labels;
    private readonly int _imageLength, _labelsPerImage;

    internal Batch(BatchSource<T> source)
    {
        _imageLength = source.Image.Length;
        _pixels = new T[source.BatchSize * _imageLength];
        _labelsPerImage = source.LabelsPerImage;
        _labels = new int[source.BatchSize * _labelsPerImage];
    }

    /// <summary>The epoch of the batch, from 0.</summary>
    public int Epoch { get; private set; }

    /// <summary>The place of the batch in its epoch, from 0.</summary>
    public int Index { get; private set; }

    /// <summary>The number of images; smaller than the batch size only in an epoch's last batch.</summary>
    public int Count { get; private set; }

    /// <summary>
    /// [count][height][width][channels], standardized; where ranks share the batch, only those of this rank's images are set.
    /// </summary>
    public ReadOnlySpan<T> Pixels => _pixels.AsSpan(0, Count * _imageLength);

    /// <summary>[count][labels of an image], the class of each image or of each character in it.</summary>
    public ReadOnlySpan<int> Labels => _labels.AsSpan(0, Count * _labelsPerImage);

    /// <summary>Reads batch <paramref name="index"/> of <paramref name="epoch"/> into this one.</summary>
    internal void Read(BatchSource<T> source, int epoch, int index)
    {
        Count = source.Fill(epoch, index, _pixels, _labels);
        Epoch = epoch;
        Index = index;
    }
}

/// <summary>How the training split is read.</summary>
public sealed record BatchOptions
{
    /// <summary>The run's seed: decides the order of each epoch and the variation of each image.</summary>
    public ulong Seed { get; init; }

    /// <summary>How images are varied; <see cref="CropFlip.None"/> unless set.</summary>
    public CropFlip Augmentation { get; init; } = CropFlip.None;

    /// <summary>Whether an epoch ends before a last batch that would be smaller; false unless set.</summary>
    public bool DropLast { get; init; }
}
