using System.Numerics;
using System.Runtime.InteropServices;
using Etalon.Engine.Tests.Networks;

namespace Etalon.Engine.Tests.Ranks;

public class RanksTests
{
    [Theory]
    [InlineData(2, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 1)]
    [InlineData(4, 2)]
    [InlineData(13, 1)]
    public void Ranks_train_to_the_bytes_of_one_process(int ranks, int threads)
    {
        Check<float>(ranks, threads, PreResNet8.BatchNorm);
        Check<double>(ranks, threads, PreResNet8.BatchNorm);
        Check<float>(ranks, threads, GroupNorm);
    }

    private static Signal<T> GroupNorm<T>(NetworkBuilder<T> build, string name, Signal<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => build.GroupNormalization(name, x, 4);

    private static void Check<T>(int ranks, int threads, Func<NetworkBuilder<T>, string, Signal<T>, Signal<T>> normalize)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        byte[] alone = Train(Communicator.Alone, threads, normalize);
        Assert.All(ThreadCommunicator.Run(ranks, communicator => Train(communicator, threads, normalize)),
            bytes => Assert.Equal(alone, bytes));
    }

    // The second batch has five chunks, fewer than some of the ranks.
    private static byte[] Train<T>(Communicator ranks, int threads, Func<NetworkBuilder<T>, string, Signal<T>, Signal<T>> normalize)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var workers = new Workers(threads);
        using var network = PreResNet8.Build(12, 8, maxBatch: 37, workers, normalize, ranks: ranks);
        network.Initialize(seed: 7);
        using var sgd = new Sgd<T>(network.Parameters, network.Gradients, new SgdOptions());
        var losses = new List<LossResult>();
        foreach (int count in new[] { 37, 5, 37 })
        {
            var batch = TestBatch<T>.Random(count, 12 * 12 * 3, 10, seed: (ulong)count);
            losses.Add(batch.Forward(network));
            network.Backward();
            sgd.Update([new(0.1, 5e-4, 0.9)], workers);
        }
        return [.. MemoryMarshal.AsBytes(network.Parameters.Span), .. MemoryMarshal.AsBytes(network.State.Span),
            .. MemoryMarshal.AsBytes(sgd.Velocity.Span), .. losses.SelectMany(loss => BitConverter.GetBytes(loss.LossSum)),
            .. losses.Select(loss => (byte)loss.Correct)];
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void Every_kind_of_layer_trains_to_the_bytes_of_one_process(int ranks)
    {
        byte[] alone = TrainOther(Communicator.Alone);
        Assert.All(ThreadCommunicator.Run(ranks, TrainOther), bytes => Assert.Equal(alone, bytes));
    }

    private static byte[] TrainOther(Communicator ranks)
    {
        using var workers = new Workers(2);
        var build = new NetworkBuilder<float>(12, 12, 3, isDirect: true);
        var x = build.Rectify(build.Bias("bias", build.Convolution("stem", build.Input, 8, 5)));
        x = build.Rectify(build.Sum("sum", build.Convolution("conv", x, 8, 3), x));
        x = build.AveragePool("mean", build.MaxPool("max", x, 2, 2), 2, 2);
        x = build.Rectify(build.BatchNormalization("norm", build.Linear("hidden", x, 40), affine: false));
        x = build.Linear("fixed", build.WeightNormalizedLinear("directions", x, 20), 10, isFrozen: true);
        using var network = build.Build(x, new SquaredError(), 23, workers, ranks);
        network.Initialize(seed: 3);
        using var sgd = new Sgd<float>(network.Parameters, network.Gradients, new SgdOptions());
        for (int step = 0; step < 3; step++)
        {
            var batch = TestBatch<float>.Random(23, 12 * 12 * 3, 10, seed: (ulong)step);
            batch.Forward(network);
            network.Backward();
            sgd.Update([new(0.01, 5e-4, 0.9)], workers);
        }
        return [.. MemoryMarshal.AsBytes(network.Parameters.Span), .. MemoryMarshal.AsBytes(network.State.Span)];
    }

    [Fact]
    public void Texts_of_any_length_and_answers_are_exchanged()
    {
        string Text(int rank) => new((char)('a' + rank), rank * 3000);
        Assert.All(
            ThreadCommunicator.Run(
                3, ranks => (Texts: ranks.Exchange(Text(ranks.Rank)), Any: ranks.Any(ranks.Rank == 1), None: ranks.Any(false))),
            found =>
            {
                Assert.Equal([Text(0), Text(1), Text(2)], found.Texts);
                Assert.True(found.Any);
                Assert.False(found.None);
            });
    }

    [Fact]
    public void A_rank_that_does_not_come_ends_those_that_wait_for_it()
    {
        var failure = Assert.Throws<LostRankException>(() => ThreadCommunicator.Run(
            3, ranks => ranks.Rank == 1 || ranks.Any(false), patience: TimeSpan.FromMilliseconds(20)));
        Assert.Matches("^rank [02] of 3 on .*: nothing came from rank 1 for 0.02 s", failure.Message);
    }

    [Fact]
    public void A_rank_that_is_gone_in_the_middle_of_a_step_ends_the_others()
    {
        var failure = Assert.Throws<LostRankException>(() => ThreadCommunicator.Run(
            3, ranks =>
            {
                using var workers = new Workers(1);
                using var network = PreResNet8.Build<float>(12, 8, 37, workers, GroupNorm, ranks: ranks);
                network.Initialize(seed: 7);
                var batch = TestBatch<float>.Random(37, 12 * 12 * 3, 10, seed: 1);
                batch.Forward(network);
                if (ranks.Rank == 1) return 0;
                network.Backward();
                return 1;
            }, patience: TimeSpan.FromMilliseconds(20)));
        // On a busy machine a slow rank may be taken for a dead one before.
        Assert.Matches("nothing came from rank [012]", failure.Message);
    }

    [Fact]
    public void Chunks_are_divided_evenly_and_the_first_rank_always_has_one()
    {
        for (int chunks = 1; chunks <= BatchChunks.Most; chunks++)
            for (int ranks = 1; ranks <= BatchChunks.Most; ranks++)
            {
                int[] counts = [.. Enumerable.Range(0, ranks).Select(rank =>
                    BatchChunks.FirstOf(rank + 1, ranks, chunks) - BatchChunks.FirstOf(rank, ranks, chunks))];
                Assert.Equal(chunks, counts.Sum());
                Assert.True(counts[0] > 0);
                Assert.InRange(counts.Max() - counts.Min(), 0, 1);
            }
    }
}
