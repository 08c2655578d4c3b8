using System.Numerics;

namespace Etalon.Lab.Data;

/// <summary>One batch, ready for the network's input. It stays valid until the next one is taken.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class Batch<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T[] _pixels;
    private readonly int[] _labels;
    private readonly int _imageLength;

    internal Batch(BatchSource<T> source)
    {
        _imageLength = source.Image.Length;
        _pixels = new T[source.BatchSize * _imageLength];
        _labels = new int[source.BatchSize];
    }

    /// <summary>The epoch of the batch, from 0.</summary>
    public int Epoch { get; private set; }

    /// <summary>The place of the batch in its epoch, from 0.</summary>
    public int Index { get; private set; }

    /// <summary>The number of images; smaller than the batch size only in an epoch's last batch.</summary>
    public int Count { get; private set; }

    /// <summary>[count][height][width][channels], standardized.</summary>
    public ReadOnlySpan<T> Pixels => _pixels.AsSpan(0, Count * _imageLength);

    /// <summary>[count], the class of each image.</summary>
    public ReadOnlySpan<int> Labels => _labels.AsSpan(0, Count);

    /// <summary>Reads batch <paramref name="index"/> of <paramref name="epoch"/> into this one.</summary>
    internal void Read(BatchSource<T> source, int epoch, int index)
    {
        Count = source.Fill(epoch, index, _pixels, _labels);
        Epoch = epoch;
        Index = index;
    }
}
