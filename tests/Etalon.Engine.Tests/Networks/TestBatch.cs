using System.Numerics;
using Etalon.Engine.Memory;
using Etalon.Engine.Random;

namespace Etalon.Engine.Tests.Networks;

/// <summary>A batch of images and labels that stays in place.</summary>
internal sealed unsafe class TestBatch<T> : IDisposable where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Region<T> _images = new();
    private readonly Region<int> _labels = new();

    public TestBatch(int count, int imageLength)
    {
        Count = count;
        Images = _images.Declare("images", count, imageLength);
        Labels = _labels.Declare("labels", count);
        _images.Allocate();
        _labels.Allocate();
    }

    public int Count { get; }

    public Tensor<T> Images { get; }

    public Tensor<int> Labels { get; }

    /// <summary>Standard normal images, uniform labels.</summary>
    public static TestBatch<T> Random(int count, int imageLength, int classes, ulong seed)
    {
        var batch = new TestBatch<T>(count, imageLength);
        var stream = new CounterStream(seed, "test batch");
        foreach (ref T value in batch.Images.Span) value = T.CreateTruncating(stream.NextNormal());
        foreach (ref int label in batch.Labels.Span) label = (int)stream.NextBelow((uint)classes);
        return batch;
    }

    public LossResult Forward(Network<T> network, bool isTraining = true) =>
        network.Forward(Images.Pointer, Labels.Pointer, Count, isTraining);

    public void Dispose()
    {
        _images.Dispose();
        _labels.Dispose();
    }
}
