using System.Diagnostics;
using Etalon.Engine;
using Etalon.Lab.Benchmarks;
using Etalon.Lab.Models;

namespace Etalon.Benchmarks;

/// <summary>
/// What one rank of several computes in a step of PreResNet-20 with batch 128 on one thread, whole-batch sums included: a step in which
/// nothing has to be waited for.
/// </summary>
internal static class ShareSpeed
{
    private const int Batch = 128, WarmUp = 8, Rounds = 15;

    /// <summary>Prints ranks and seconds, a line a number of ranks.</summary>
    public static void Print()
    {
        using var workers = new Workers(1);
        foreach (int ranks in new[] { 1, 2, 4, 8, 16 })
        {
            using var training = new TrainingSpeed<float>(
                new ModelSpec { Kind = ModelKind.PreResNet, Depth = 20 }, Batch, workers,
                ranks == 1 ? null : new Unconnected(ranks / 2, ranks));
            var seconds = new double[Rounds];
            for (int round = -WarmUp; round < Rounds; round++)
            {
                long start = Stopwatch.GetTimestamp();
                training.Step();
                if (round >= 0) seconds[round] = Stopwatch.GetElapsedTime(start).TotalSeconds;
            }
            Array.Sort(seconds);
            Console.WriteLine($"{ranks} {seconds[Rounds / 2]:R}");
        }
    }

    /// <summary>A rank whose messages are all there at once, and say nothing.</summary>
    private sealed unsafe class Unconnected(int rank, int size) : Communicator(rank, size)
    {
        public override int StartSend(int to, int tag, byte* data, long bytes) => 0;

        public override int StartReceive(int from, int tag, byte* data, long bytes) => 0;

        public override bool IsDone(int transfer) => true;
    }
}
