namespace Etalon.Engine.Tests;

/// <summary>Managed memory that code allocates on the thread that calls it.</summary>
internal static class Allocations
{
    // As the runtime recompiles what is called often, it may load types on the calling thread: once each, 912 and 4,104 bytes were seen.
    // What the code itself allocates it allocates every time.
    private const int Repetitions = 5;

    /// <summary>The bytes that the code allocates each time it is called.</summary>
    public static long Of(Action code) => EachTime(() =>
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        code();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    });

    /// <summary>The bytes that were allocated each time, as the code itself measures them.</summary>
    public static long EachTime(Func<long> measured) => Enumerable.Range(0, Repetitions).Min(_ => measured());
}
