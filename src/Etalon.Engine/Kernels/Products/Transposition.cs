using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Etalon.Engine.Kernels.Products;

/// <summary>Square tiles of a matrix turned, 16 bytes a row: number by number it took as long as the product behind it.</summary>
internal static unsafe class Transposition<T> where T : unmanaged
{
    /// <summary>Rows and columns of a tile: 4 of float32, 2 of float64.</summary>
    public static int Edge => Vector128<T>.Count;

    /// <summary>to(k, j) = from(j, k) over a tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Tile(T* from, nint fromStep, T* to, nint toStep)
    {
        if (!Sse2.IsSupported)
            Numbers(from, fromStep, to, toStep);
        else if (typeof(T) == typeof(float))
            Four((float*)from, fromStep, (float*)to, toStep);
        else
            Two((double*)from, fromStep, (double*)to, toStep);
    }

    private static void Four(float* from, nint fromStep, float* to, nint toStep)
    {
        Vector128<float> a = Vector128.Load(from), b = Vector128.Load(from + fromStep);
        Vector128<float> c = Vector128.Load(from + 2 * fromStep), d = Vector128.Load(from + 3 * fromStep);
        Vector128<double> abLow = Sse.UnpackLow(a, b).AsDouble(), abHigh = Sse.UnpackHigh(a, b).AsDouble();
        Vector128<double> cdLow = Sse.UnpackLow(c, d).AsDouble(), cdHigh = Sse.UnpackHigh(c, d).AsDouble();
        Sse2.UnpackLow(abLow, cdLow).AsSingle().Store(to);
        Sse2.UnpackHigh(abLow, cdLow).AsSingle().Store(to + toStep);
        Sse2.UnpackLow(abHigh, cdHigh).AsSingle().Store(to + 2 * toStep);
        Sse2.UnpackHigh(abHigh, cdHigh).AsSingle().Store(to + 3 * toStep);
    }

    private static void Two(double* from, nint fromStep, double* to, nint toStep)
    {
        Vector128<double> a = Vector128.Load(from), b = Vector128.Load(from + fromStep);
        Sse2.UnpackLow(a, b).Store(to);
        Sse2.UnpackHigh(a, b).Store(to + toStep);
    }

    private static void Numbers(T* from, nint fromStep, T* to, nint toStep)
    {
        for (int j = 0; j < Edge; j++)
            for (int k = 0; k < Edge; k++) to[k * toStep + j] = from[j * fromStep + k];
    }
}
