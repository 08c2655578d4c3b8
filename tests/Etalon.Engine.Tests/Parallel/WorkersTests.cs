namespace Etalon.Engine.Tests.Parallel;

public class WorkersTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Every_chunk_is_done_once_and_no_worker_does_two_at_a_time(int threads)
    {
        using var workers = new Workers(threads);
        for (int round = 0; round < 200; round++)
        {
            int chunks = round % 40;
            int[] done = new int[chunks], busy = new int[threads];
            workers.Run(chunks, (chunk, worker) =>
            {
                Assert.Equal(1, Interlocked.Increment(ref busy[worker]));
                done[chunk]++;
                Interlocked.Decrement(ref busy[worker]);
            });
            Assert.All(done, count => Assert.Equal(1, count));
        }
    }

    [Fact]
    public void What_a_chunk_throws_reaches_the_caller_and_the_team_works_on()
    {
        using var workers = new Workers(3);
        for (int round = 0; round < 20; round++)
        {
            var thrown = Assert.Throws<InvalidOperationException>(() => workers.Run(50, (chunk, _) =>
            {
                if (chunk == 7) throw new InvalidOperationException("seven");
            }));
            Assert.Equal("seven", thrown.Message);
            int sum = 0;
            workers.Run(10, (chunk, _) => Interlocked.Add(ref sum, chunk));
            Assert.Equal(45, sum);
        }
    }

    [Fact]
    public void A_team_of_none_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new Workers(0));

    [Fact]
    public void A_team_that_the_system_does_not_let_start_says_so_and_ends()
    {
        var started = new List<Thread>();
        var refusal = Assert.Throws<IOException>(() => new Workers(8, thread =>
        {
            if (started.Count == 3) throw new InsufficientMemoryException();
            thread.Start();
            started.Add(thread);
        }));
        Assert.Equal("the system let 4 of 8 threads run; compute with fewer, or raise its limit of processes", refusal.Message);
        Assert.All(started, thread => Assert.False(thread.IsAlive));
    }
}
