using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Etalon.Engine.Kernels.Products;

/// <summary>
/// Square tiles of a matrix turned, 32 bytes a row: number by number it took as long as the product behind it, and 16 bytes a row half of
/// that.
/// </summary>
internal static unsafe class Transposition<T> where T : unmanaged
{
    /// <summary>Rows and columns of a tile: 8 of float32, 4 of float64.</summary>
    public static int Edge => Vector256<T>.Count;

    /// <summary>to(k, j) = from(j, k) over a tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Tile(T* from, nint fromStep, T* to, nint toStep)
    {
        if (!Avx.IsSupported)
            Numbers(from, fromStep, to, toStep);
        else if (typeof(T) == typeof(float))
            Eight((float*)from, fromStep, (float*)to, toStep);
        else
            Four((double*)from, fromStep, (double*)to, toStep);
    }

    // Pairs of rows side by side, then fours, then the halves exchanged.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Eight(float* from, nint fromStep, float* to, nint toStep)
    {
        float* last = from + 4 * fromStep;
        Vector256<float> a = Vector256.Load(from), b = Vector256.Load(from + fromStep);
        Vector256<float> c = Vector256.Load(from + 2 * fromStep), d = Vector256.Load(from + 3 * fromStep);
        Vector256<float> e = Vector256.Load(last), f = Vector256.Load(last + fromStep);
        Vector256<float> g = Vector256.Load(last + 2 * fromStep), h = Vector256.Load(last + 3 * fromStep);
        Vector256<double> abLow = Avx.UnpackLow(a, b).AsDouble(), abHigh = Avx.UnpackHigh(a, b).AsDouble();
        Vector256<double> cdLow = Avx.UnpackLow(c, d).AsDouble(), cdHigh = Avx.UnpackHigh(c, d).AsDouble();
        Vector256<double> efLow = Avx.UnpackLow(e, f).AsDouble(), efHigh = Avx.UnpackHigh(e, f).AsDouble();
        Vector256<double> ghLow = Avx.UnpackLow(g, h).AsDouble(), ghHigh = Avx.UnpackHigh(g, h).AsDouble();
        Exchange(Avx.UnpackLow(abLow, cdLow), Avx.UnpackLow(efLow, ghLow), to, toStep);
        Exchange(Avx.UnpackHigh(abLow, cdLow), Avx.UnpackHigh(efLow, ghLow), to + toStep, toStep);
        Exchange(Avx.UnpackLow(abHigh, cdHigh), Avx.UnpackLow(efHigh, ghHigh), to + 2 * toStep, toStep);
        Exchange(Avx.UnpackHigh(abHigh, cdHigh), Avx.UnpackHigh(efHigh, ghHigh), to + 3 * toStep, toStep);
    }

    // The low halves to a row, the high ones to the fourth behind it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Exchange(Vector256<double> low, Vector256<double> high, float* to, nint toStep)
    {
        Avx.Permute2x128(low, high, 0x20).AsSingle().Store(to);
        Avx.Permute2x128(low, high, 0x31).AsSingle().Store(to + 4 * toStep);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four(double* from, nint fromStep, double* to, nint toStep)
    {
        Vector256<double> a = Vector256.Load(from), b = Vector256.Load(from + fromStep);
        Vector256<double> c = Vector256.Load(from + 2 * fromStep), d = Vector256.Load(from + 3 * fromStep);
        Vector256<double> abLow = Avx.UnpackLow(a, b), abHigh = Avx.UnpackHigh(a, b);
        Vector256<double> cdLow = Avx.UnpackLow(c, d), cdHigh = Avx.UnpackHigh(c, d);
        Avx.Permute2x128(abLow, cdLow, 0x20).Store(to);
        Avx.Permute2x128(abHigh, cdHigh, 0x20).Store(to + toStep);
        Avx.Permute2x128(abLow, cdLow, 0x31).Store(to + 2 * toStep);
        Avx.Permute2x128(abHigh, cdHigh, 0x31).Store(to + 3 * toStep);
    }

    private static void Numbers(T* from, nint fromStep, T* to, nint toStep)
    {
        for (int j = 0; j < Edge; j++)
            for (int k = 0; k < Edge; k++) to[k * toStep + j] = from[j * fromStep + k];
    }
}
