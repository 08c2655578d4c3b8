using System.Numerics;

namespace Etalon.Engine.Tests.Networks;

/// <summary>A batch of images and labels.</summary>
internal sealed class TestBatch<T>(int count, int imageLength, int labelsPerImage = 1) where T : unmanaged, IFloatingPointIeee754<T>
{
    public T[] Images { get; } = new T[count * imageLength];

    public int[] Labels { get; } = new int[count * labelsPerImage];

    /// <summary>Standard normal images, uniform labels.</summary>
    public static TestBatch<T> Random(int count, int imageLength, int classes, ulong seed)
    {
        var batch = new TestBatch<T>(count, imageLength);
        var stream = new CounterStream(seed, "test batch");
        for (int i = 0; i < batch.Images.Length; i++) batch.Images[i] = T.CreateTruncating(stream.NextNormal());
        for (int i = 0; i < count; i++) batch.Labels[i] = (int)stream.NextBelow((uint)classes);
        return batch;
    }

    public LossResult Forward(Network<T> network, bool isTraining = true) => network.Forward(Images, Labels, isTraining);
}
