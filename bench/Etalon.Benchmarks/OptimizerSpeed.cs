using System.Numerics;
using System.Runtime.Intrinsics;
using Etalon.Engine;

namespace Etalon.Benchmarks;

/// <summary>
/// The time of an optimizer's update beside that of moving its state once, at memory bandwidth with the same threads: reading and writing
/// parameters, gradient, slots and float64 accumulators; and, less than that, writing of these only what the update changes.
/// </summary>
/// <remarks>
/// 36 3x3 convolutions of 256 channels and a linear layer of 1,000 outputs: 22 million parameters, so that every array of float32 alone is
/// nearly three times a third-level cache of 32 MB. Updates without and with coupled decay and both movements are measured in turn, in
/// processor time of both threads, so that what else the machine does counts less, and a ratio is the median of the rounds' ratios.
/// </remarks>
internal static unsafe class OptimizerSpeed
{
    private const int Convolutions = 36, Rounds = 21, WarmUp = 3, Piece = 65536;

    /// <summary>Prints the table of one number type.</summary>
    public static void Print<T>() where T : unmanaged, IFloatingPointIeee754<T>
    {
        using Region<T> w = new(), g = new();
        for (int i = 0; i < Convolutions; i++) w.Declare($"conv{i}.weight", 3, 3, 256, 256);
        w.Declare("head.weight", 1024, 1000);
        w.Declare("head.bias", 1000);
        g.Mirror(w);
        w.Allocate();
        g.Allocate();
        for (int i = 0; i < w.Length; i++)
            (w.Span[i], g.Span[i]) = (T.CreateTruncating(Math.Sin(i)), T.CreateTruncating(1e-3 * Math.Cos(i)));
        using var workers = new Workers(2);
        Console.WriteLine(
            $"{typeof(T).Name}: {w.Length} parameters, 2 threads; arrays read, written; milliseconds (of processors) of an update "
            + $"without decay and with it, of reading and writing all once, of writing only what changes, and the ratios to either");
        foreach (var (name, written, create) in Optimizers<T>()) PrintRow(name, written, create(w, g), w, g, workers);
    }

    // With each optimizer how many arrays it writes, the parameters among them: they come first among its slots.
    private static IEnumerable<(string, int, Func<Region<T>, Region<T>, Optimizer<T>>)> Optimizers<T>()
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        yield return ("sgd", 2, (w, g) => new Sgd<T>(w, g, new SgdOptions()));
        foreach (var scope in Enum.GetValues<StepSizeScope>())
            yield return ($"wngrad {scope}", 2, (w, g) => new WnGrad<T>(w, g, new WnGradOptions { Scope = scope }));
        yield return ("wn-adam Tensor", 2, (w, g) => new WnAdam<T>(w, g, new WnAdamOptions { Scope = StepSizeScope.Tensor }));
        yield return ("adagrad-norm Global", 2, (w, g) => new AdaGradNorm<T>(w, g, new AdaGradNormOptions()));
        yield return ("adam", 3, (w, g) => new Adam<T>(w, g, new AdamOptions()));
        yield return ("dog", 2, (w, g) => new Dog<T>(w, g, new DogOptions()));
        yield return ("d-adaptation", 2, (w, g) => new DAdaptation<T>(w, g, new DAdaptationOptions()));
        yield return ("prodigy", 4, (w, g) => new Prodigy<T>(w, g, new ProdigyOptions()));
        yield return ("schedule-free", 3, (w, g) => new ScheduleFree<T>(w, g, new ScheduleFreeOptions()));
    }

    private static void PrintRow<T>(string name, int written, Optimizer<T> optimizer, Region<T> w, Region<T> g, Workers workers)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using (optimizer)
        {
            // Moved in the place of the state, which must stay as it is.
            Region<T>[] arrays = [.. Enumerable.Range(0, optimizer.Slots.Count + 2).Select(_ => Copy(w))];
            using var accumulators = Copy(optimizer.Accumulators);
            double[] plain = new double[Rounds], decayed = new double[Rounds], all = new double[Rounds], changed = new double[Rounds];
            double Update(double decay) => Time(() => optimizer.Update([new Hyperparameters(1e-4, decay, 0.9)], workers));
            for (int round = -WarmUp; round < Rounds; round++)
            {
                var (one, two, three, four) = (Update(0), Time(() => Move(arrays, arrays.Length, accumulators, workers)), Update(1e-4),
                    Time(() => Move(arrays, written, accumulators, workers)));
                if (round >= 0) (plain[round], all[round], decayed[round], changed[round]) = (one, two, three, four);
            }
            static double Ratio(double[] updates, double[] moves) => Median(updates.Zip(moves, (update, move) => update / move));
            Console.WriteLine(
                $"{name,-20} {arrays.Length}, {written}   {Median(plain),7:F2} {Median(decayed),7:F2} {Median(all),7:F2} "
                + $"{Median(changed),7:F2}   {Ratio(plain, all),6:F2} {Ratio(decayed, all),6:F2} {Ratio(plain, changed),6:F2} "
                + $"{Ratio(decayed, changed),6:F2}");
            foreach (var array in arrays) array.Dispose();
        }
    }

    private static void Move<T>(Region<T>[] arrays, int written, Region<double> accumulators, Workers workers)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        workers.Run((int)(arrays[0].Length / Piece), (chunk, _) =>
        {
            for (int array = 0; array < arrays.Length; array++)
                Move(arrays[array].Pointer + (long)chunk * Piece, isWritten: array < written);
        });
        workers.Run((int)(accumulators.Length / Piece), (chunk, _) => Move(accumulators.Pointer + (long)chunk * Piece, isWritten: true));
    }

    private static void Move<T>(T* x, bool isWritten) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var sum = Vector256<T>.Zero;
        if (isWritten)
            for (int i = 0; i < Piece; i += Vector256<T>.Count) Vector256.Store(Vector256.Load(x + i) + sum, x + i);
        else
            for (int i = 0; i < Piece; i += Vector256<T>.Count) sum += Vector256.Load(x + i);
        if (sum[0] == T.CreateTruncating(-12345))
            throw new InvalidOperationException("the sum is asked for, so that the loop is not left out");
    }

    private static Region<T> Copy<T>(Region<T> region) where T : unmanaged
    {
        var copy = new Region<T>();
        copy.Mirror(region);
        copy.Allocate();
        region.Span.CopyTo(copy.Span);
        return copy;
    }

    private static double Time(Action action)
    {
        var begin = Environment.CpuUsage.TotalTime;
        action();
        return (Environment.CpuUsage.TotalTime - begin).TotalMilliseconds;
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
