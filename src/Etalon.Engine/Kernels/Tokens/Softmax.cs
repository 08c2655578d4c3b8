using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Etalon.Engine.Kernels.Tokens;

/// <summary>The softmax of a row of attention's logits, of which the first few count.</summary>
internal static unsafe class Softmax
{
    /// <summary>p_j = e^(s (x_j - max x)) / sum of these over the first <paramref name="count"/>, in place; 0 behind them.</summary>
    /// <param name="x">[length]; what lies behind the first <paramref name="count"/> may be anything.</param>
    /// <param name="count">Numbers that count, at least 1.</param>
    /// <param name="length">A multiple of a vector's numbers.</param>
    /// <param name="scale">s.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Row<T>(T* x, int count, int length, T scale) where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector256<T> largest = Vector256.Create(RowSums.Largest(x, count)), s = Vector256.Create(scale);
        int width = Vector256<T>.Count;
        for (int i = 0; i < count; i += width) Exponential.Of(s * (Vector256.Load(x + i) - largest)).Store(x + i);
        new Span<T>(x + count, length - count).Clear();
        var perSum = Vector256.Create(T.One / RowSums.Of(x, count));
        for (int i = 0; i < count; i += width) (Vector256.Load(x + i) * perSum).Store(x + i);
    }

    /// <summary>
    /// The gradient by the logits, d_j = s p_j (g_j - sum over the first <paramref name="count"/> of p g), in place of g; 0 behind them.
    /// </summary>
    /// <param name="p">[length], zeros behind the first <paramref name="count"/>.</param>
    /// <param name="g">[length]: the gradient by p; receives d.</param>
    /// <param name="count">Numbers that count, at least 1.</param>
    /// <param name="length">A multiple of a vector's numbers.</param>
    /// <param name="scale">s.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void RowGradient<T>(T* p, T* g, int count, int length, T scale) where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector256<T> mean = Vector256.Create(RowSums.Dot(p, g, count)), s = Vector256.Create(scale);
        int width = Vector256<T>.Count;
        for (int i = 0; i < count; i += width)
            (s * Vector256.Load(p + i) * (Vector256.Load(g + i) - mean)).Store(g + i);
        new Span<T>(g + count, length - count).Clear();
    }
}
