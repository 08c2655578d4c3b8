using System.Diagnostics;
using Etalon.Engine;

namespace Etalon.Benchmarks;

/// <summary>
/// The time of a message between the first two ranks, by its length: half of the way there and back. Started by mpirun.
/// </summary>
internal static unsafe class RankSpeed
{
    private const int WarmUp = 20, Rounds = 200, Tag = 9;

    private static readonly int[] Lengths = [8, 1024, 4096, 8192, 16384, 65536, 262144, 1048576];

    /// <summary>Prints bytes and seconds, a line a length, on the first rank.</summary>
    public static void Print()
    {
        using var ranks = MpiCommunicator.OfLauncher();
        using var numbers = new Region<byte>();
        var tensor = numbers.Declare("message", Lengths[^1]);
        numbers.Allocate();
        fixed (byte* data = tensor.Span)
            foreach (int length in Lengths)
            {
                int rounds = Math.Max(10, Rounds * 16384 / Math.Max(length, 16384));
                for (int i = 0; i < WarmUp; i++) RoundTrip(ranks, data, length);
                var seconds = new double[rounds];
                for (int i = 0; i < rounds; i++)
                {
                    long start = Stopwatch.GetTimestamp();
                    RoundTrip(ranks, data, length);
                    seconds[i] = Stopwatch.GetElapsedTime(start).TotalSeconds / 2;
                }
                Array.Sort(seconds);
                if (ranks.IsFirst) Console.WriteLine($"{length} {seconds[rounds / 2]:R}");
            }
    }

    private static void RoundTrip(Communicator ranks, byte* data, int length)
    {
        if (ranks.Rank > 1) return;
        if (ranks.Rank == 0) Wait(ranks, ranks.StartSend(1, Tag, data, length));
        Wait(ranks, ranks.StartReceive(1 - ranks.Rank, Tag, data, length));
        if (ranks.Rank == 1) Wait(ranks, ranks.StartSend(0, Tag, data, length));
    }

    private static void Wait(Communicator ranks, int transfer)
    {
        while (!ranks.IsDone(transfer)) Thread.Yield();
    }
}
