using System.Numerics;
using System.Runtime.InteropServices;

namespace Etalon.Engine.Tests.Networks;

public class DeterminismTests
{
    [Fact]
    public void One_two_three_and_five_threads_train_to_the_same_bytes_in_float32() => Check<float>();

    [Fact]
    public void One_two_three_and_five_threads_train_to_the_same_bytes_in_float64() => Check<double>();

    private static void Check<T>() where T : unmanaged, IFloatingPointIeee754<T>
    {
        byte[] one = Train<T>(threads: 1);
        foreach (int threads in new[] { 2, 3, 5 }) Assert.Equal(one, Train<T>(threads));
    }

    private static byte[] Train<T>(int threads) where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var workers = new Workers(threads);
        using var network = PreResNet8.Build<T>(12, 8, maxBatch: 37, workers, PreResNet8.BatchNorm);
        network.Initialize(seed: 7);
        using var sgd = new Sgd<T>(network.Parameters, network.Gradients, new SgdOptions());
        // The second batch is partial: 21 of 37 images.
        foreach (int count in new[] { 37, 21, 37 })
        {
            var batch = TestBatch<T>.Random(count, 12 * 12 * 3, 10, seed: (ulong)count);
            batch.Forward(network);
            network.Backward();
            sgd.Update([new(0.1, 5e-4, 0.9)], workers);
        }
        return [.. MemoryMarshal.AsBytes(network.Parameters.Span), .. MemoryMarshal.AsBytes(network.State.Span),
            .. MemoryMarshal.AsBytes(sgd.Velocity.Span)];
    }

    [Fact]
    public void A_training_step_allocates_no_managed_memory()
    {
        // One worker is the caller's thread, whose allocations are counted exactly; the others run the same code.
        using var workers = new Workers(1);
        using var network = PreResNet8.Build<float>(12, 8, maxBatch: 32, workers, PreResNet8.BatchNorm);
        CheckAllocation(network, workers);

        var build = new NetworkBuilder<float>(12, 12, 3);
        var x = build.Rectify(build.GroupNormalization("norm", build.Convolution("stem", build.Input, 8, 5), 2));
        x = build.Rectify(build.Sum("sum", build.Convolution("conv", x, 8, 3), x));
        x = build.AveragePool("mean", build.MaxPool("max", x, 2, 2), 2, 2);
        using var other = build.Build(build.Bias("bias", build.Linear("head", x, 10)), new SquaredError(), 32, workers);
        CheckAllocation(other, workers);
    }

    private static void CheckAllocation(Network<float> network, Workers workers)
    {
        network.Initialize(seed: 7);
        using var sgd = new Sgd<float>(network.Parameters, network.Gradients, new SgdOptions());
        var batch = TestBatch<float>.Random(32, 12 * 12 * 3, 10, seed: 1);
        Hyperparameters[] numbers = [new(0.1, 5e-4, 0.9)];
        void Step()
        {
            batch.Forward(network);
            network.Backward();
            sgd.Update(numbers, workers);
        }
        for (int i = 0; i < 3; i++) Step();

        Assert.Equal(0, Allocations.Of(() =>
        {
            for (int i = 0; i < 10; i++) Step();
        }));
    }
}
