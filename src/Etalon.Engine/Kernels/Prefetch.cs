using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Etalon.Engine.Kernels;

/// <summary>Asks the processor to bring memory into its caches; a hint that changes no result.</summary>
internal static unsafe class Prefetch
{
    private const int LineBytes = 64;

    /// <summary>The cache lines from <paramref name="begin"/> on, as far as <paramref name="count"/> numbers reach.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Lines<T>(T* begin, nint count) where T : unmanaged
    {
        if (!Sse.IsSupported) return;
        for (byte* line = (byte*)begin, end = (byte*)(begin + count); line < end; line += LineBytes) Sse.Prefetch0(line);
    }
}
