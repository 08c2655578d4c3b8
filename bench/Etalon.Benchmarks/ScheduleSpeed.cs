using BenchmarkDotNet.Attributes;
using Etalon.Schedules;

namespace Etalon.Benchmarks;

/// <summary>How long one question to a schedule of 20 pieces takes; at 20 million a second, 50 ns.</summary>
[MemoryDiagnoser]
public class ScheduleSpeed
{
    private const int Calls = 10_000;

    private readonly Schedule _twentyPieces = new Sequence(
    [
        .. Enumerable.Range(0, 5).SelectMany(_ => new Schedule[]
        {
            new Warmup(0.1, 500), new Cosine(0.1, 0.01, 1500), new Steps(0.01, [300, 600], 0.5, 1000),
            new Exponential(0.1, 0.999, length: 1000),
        }),
    ]);

    /// <summary>In the order of a training run, every other step of the 20,000.</summary>
    [Benchmark(OperationsPerInvoke = Calls)]
    public double InOrder()
    {
        var sum = 0.0;
        for (var call = 0; call < Calls; call++) sum += _twentyPieces.ValueAt(2 * call);
        return sum;
    }

    /// <summary>Jumping about, so that no piece is asked twice in a row and no branch can be foretold.</summary>
    [Benchmark(OperationsPerInvoke = Calls)]
    public double Scattered()
    {
        var sum = 0.0;
        var step = 1L;
        for (var call = 0; call < Calls; call++) sum += _twentyPieces.ValueAt(step = step * 7919 % 20_011);
        return sum;
    }
}
