using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Runs;

namespace Etalon.Lab.Tests.Claims;

/// <summary>Outcomes that several processes want: one computes each.</summary>
public sealed class OutcomeCacheTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private ClaimRun Run(Action<string> tell, CancellationToken cancellation) =>
        new() { Folder = _folder.Path, Threads = 1, Report = tell, Cancellation = cancellation };

    [Fact]
    public async Task Of_two_that_want_an_outcome_one_computes_it_and_the_other_waits_for_it()
    {
        var token = TestContext.Current.CancellationToken;
        using var isWaiting = new ManualResetEventSlim();
        int computed = 0;
        var other = Task.CompletedTask;
        double[]? ofOther = null;
        double[] outcome = new OutcomeCache<double[]>(Run(_ => { }, token)).Get("one", new { A = 1 }, () =>
        {
            other = Task.Factory.StartNew(() => ofOther = new OutcomeCache<double[]>(Run(_ => isWaiting.Set(), token)).Get(
                "one", new { A = 1 }, () =>
                {
                    Interlocked.Increment(ref computed);
                    return [2];
                }), token, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            isWaiting.Wait(token);
            Interlocked.Increment(ref computed);
            return [1 / 3.0, double.NaN];
        });
        await other;
        Assert.Equal(1, computed);
        Assert.Equal(outcome, ofOther);
        Assert.Empty(Directory.GetDirectories(Path.Combine(_folder.Path, "kept")));
    }

    [Fact]
    public async Task Of_many_outcomes_those_that_another_process_computes_come_last()
    {
        var token = TestContext.Current.CancellationToken;
        using var hasOther = new ManualResetEventSlim();
        var other = Task.CompletedTask;
        List<string> computed = [], got = [];
        new OutcomeCache<string>(Run(_ => { }, token)).Get("a", 1, () =>
        {
            other = Task.Factory.StartNew(() => new OutcomeCache<string>(Run(_ => { }, token)).ForEach(["a", "b", "c"],
                name => (name, 1, () =>
                {
                    computed.Add(name);
                    return $"{name} of the other";
                }
                ),
                (name, outcome) =>
                {
                    got.Add(outcome);
                    if (got.Count == 2) hasOther.Set();
                }), token, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            hasOther.Wait(token);
            return "a of this";
        });
        await other;
        Assert.Equal(["b", "c"], computed);
        Assert.Equal(["b of the other", "c of the other", "a of this"], got);
    }

    [Fact]
    public void Who_waits_for_an_outcome_can_be_interrupted_and_one_whose_computation_broke_off_is_computed_anew()
    {
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => new OutcomeCache<double[]>(Run(_ => { }, stop.Token)).Get("one", 1, () =>
            new OutcomeCache<double[]>(Run(_ => stop.Cancel(), stop.Token)).Get("one", 1, () => [2])));
        Assert.Equal([3.0], new OutcomeCache<double[]>(Run(_ => { }, TestContext.Current.CancellationToken)).Get("one", 1, () => [3]));
    }

    [Fact]
    public void What_a_killed_process_left_behind_keeps_nobody_from_computing_it()
    {
        string kept = Path.Combine(_folder.Path, "kept");
        OutcomeCache<double[]> Cache() => new(Run(_ => { }, TestContext.Current.CancellationToken));
        Cache().Get("one", 1, () => [1]);
        string file = Assert.Single(Directory.GetFiles(kept));
        File.Delete(file);
        // Its lock is free with it, and its name stays.
        Directory.CreateDirectory($"{file}.work");
        var (host, boot, _) = LockHost.This;
        File.WriteAllText(Path.Combine($"{file}.work", RunHolder.Name), new RunHolder(host, boot, "dead", 7).Text);
        Assert.Equal([2.0], Cache().Get("one", 1, () => [2]));
        Assert.Empty(Directory.GetDirectories(kept));
    }
}
