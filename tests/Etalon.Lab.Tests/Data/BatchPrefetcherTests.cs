using Etalon.Lab.Data;

namespace Etalon.Lab.Tests.Data;

public class BatchPrefetcherTests
{
    private static readonly DataSet Set = Samples.Set(new(5, 4, 3));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 2)]
    [InlineData(3, 1)]
    public void From_any_start_prefetching_gives_the_bits_of_reading(int epoch, int batch)
    {
        var plain = Source();
        using var prefetcher = new BatchPrefetcher<float>(Source(), epoch, batch);
        for (var i = 0; i < 10; i++)
        {
            var next = prefetcher.Next();
            var (pixels, labels) = BatchSourceTests.Read(plain, epoch, batch);
            Assert.Equal((epoch, batch, labels.Length), (next.Epoch, next.Index, next.Count));
            Assert.Equal(pixels, next.Pixels);
            Assert.Equal(labels, next.Labels);
            if (++batch == plain.BatchesPerEpoch) (epoch, batch) = (epoch + 1, 0);
        }
    }

    [Fact]
    public void What_the_thread_throws_reaches_the_caller_after_the_batches_before_it()
    {
        using var prefetcher = new BatchPrefetcher<float>(Source(), int.MaxValue, 1);
        prefetcher.Reader.Join(); // it failed before the first batch is taken
        Assert.Equal((int.MaxValue, 1), (prefetcher.Next() is var batch ? batch.Epoch : 0, batch.Index));
        Assert.Equal(2, prefetcher.Next().Index);
        Assert.Throws<OverflowException>(() => prefetcher.Next());
        Assert.Throws<OverflowException>(() => prefetcher.Next());
    }

    [Fact]
    public void Disposing_ends_the_thread_whatever_was_read()
    {
        for (var reads = 0; reads < 4; reads++)
        {
            var prefetcher = new BatchPrefetcher<float>(Source());
            for (var i = 0; i < reads; i++) prefetcher.Next();
            prefetcher.Dispose();
            Assert.False(prefetcher.Reader.IsAlive);
            prefetcher.Dispose();
            Assert.Throws<ObjectDisposedException>(() => prefetcher.Next());
        }
    }

    [Fact]
    public void A_batch_allocates_nothing_after_the_start()
    {
        var source = Source();
        using var prefetcher = new BatchPrefetcher<float>(source);
        var sum = 0f;
        for (var i = 0; i < 50; i++) sum += prefetcher.Next().Pixels[0];
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 200; i++) sum += prefetcher.Next().Pixels[0];
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        float[] pixels = new float[8 * 60];
        var labels = new int[8];
        source = Source();
        source.Fill(0, 0, pixels, labels);
        before = GC.GetAllocatedBytesForCurrentThread();
        for (var epoch = 1; epoch < 50; epoch++) source.Fill(epoch, epoch % 3, pixels, labels);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(float.IsFinite(sum));
    }

    [Fact]
    public void A_start_that_does_not_exist_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchPrefetcher<float>(Source(), 0, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchPrefetcher<float>(Source(), -1));
    }

    private static BatchSource<float> Source() =>
        BatchSource<float>.ForTraining(Set, 8, new() { Seed = 11, Augmentation = CropFlip.Standard });
}
