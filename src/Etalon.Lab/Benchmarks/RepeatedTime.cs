using System.Diagnostics;

namespace Etalon.Lab.Benchmarks;

/// <summary>How long something takes. A machine's speed changes from minute to minute, so medians are taken, never means.</summary>
internal static class RepeatedTime
{
    private const int FewestRepetitions = 5;
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(0.5);

    /// <summary>Seconds of one call.</summary>
    public static double Once(Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        long begin = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    /// <summary>
    /// The median of calls for at least half a second and at least five, after one that is not timed; as bench/peers/speed_peer.py
    /// measures.
    /// </summary>
    /// <param name="run">Does the work once and returns its seconds.</param>
    public static (double Seconds, int Repetitions) Settled(Func<double> run)
    {
        run();
        var seconds = new List<double>();
        for (double sum = 0; seconds.Count < FewestRepetitions || sum < Shortest.TotalSeconds; sum += seconds[^1]) seconds.Add(run());
        return (Median(seconds), seconds.Count);
    }

    /// <summary>The middle one of the values, or the mean of the two in the middle.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
