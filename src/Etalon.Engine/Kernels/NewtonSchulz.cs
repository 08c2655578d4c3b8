using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Etalon.Engine.Kernels;

/// <summary>
/// Five steps of Newton and Schulz's iteration towards the orthogonal factor of a matrix: X = a X + (b A + c A A) X with A = X X', where
/// the singular values come near 1 (0.7 to 1.2, but for those that begin below about 0.003).
/// </summary>
/// <remarks>
/// Coefficients of Jordan et al. 2024 (Muon). Computed in the number type of the network, where the reference takes bfloat16. Sums run in
/// four vectors of 256 bits whatever the processor has, so that the bits are the same everywhere.
/// </remarks>
internal static unsafe class NewtonSchulz
{
    private const double A = 3.4445, B = -4.7750, C = 2.0315;
    private const int Steps = 5;

    /// <summary>Numbers of scratch for an n x k matrix beside itself.</summary>
    public static long ScratchLength(int n, int k) => (long)n * k + 2L * n * n;

    /// <summary>Iterates on x, whose norm is at most 1.</summary>
    /// <param name="x">[n][k] with n at most k; the result.</param>
    /// <param name="n">Rows.</param>
    /// <param name="k">Columns.</param>
    /// <param name="scratch">[<see cref="ScratchLength"/>].</param>
    public static void Apply<T>(T* x, int n, int k, T* scratch) where T : unmanaged, IFloatingPointIeee754<T>
    {
        T* next = scratch, square = next + (long)n * k, mixed = square + (long)n * n;
        T a = T.CreateTruncating(A), b = T.CreateTruncating(B), c = T.CreateTruncating(C);
        for (int step = 0; step < Steps; step++)
        {
            Gram(x, n, k, square);
            // A is symmetric: rows times rows.
            Gram(square, n, n, mixed);
            for (int i = 0; i < n * n; i++) mixed[i] = T.FusedMultiplyAdd(b, square[i], c * mixed[i]);
            for (int row = 0; row < n; row++)
            {
                T* to = next + (long)row * k;
                Scale(x + (long)row * k, a, to, k);
                for (int inner = 0; inner < n; inner++) Add(x + (long)inner * k, mixed[row * n + inner], to, k);
            }
            Buffer.MemoryCopy(next, x, (long)n * k * sizeof(T), (long)n * k * sizeof(T));
        }
    }

    // g = x x', of which both halves are the same.
    private static void Gram<T>(T* x, int n, int k, T* g) where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int row = 0; row < n; row++)
            for (int column = 0; column <= row; column++)
                g[row * n + column] = g[column * n + row] = Dot(x + (long)row * k, x + (long)column * k, k);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T Dot<T>(T* x, T* y, int length) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int lanes = Vector256<T>.Count, i = 0;
        Vector256<T> s0 = default, s1 = default, s2 = default, s3 = default;
        for (; i <= length - 4 * lanes; i += 4 * lanes)
        {
            s0 = Simd.Fma(Vector256.Load(x + i), Vector256.Load(y + i), s0);
            s1 = Simd.Fma(Vector256.Load(x + i + lanes), Vector256.Load(y + i + lanes), s1);
            s2 = Simd.Fma(Vector256.Load(x + i + 2 * lanes), Vector256.Load(y + i + 2 * lanes), s2);
            s3 = Simd.Fma(Vector256.Load(x + i + 3 * lanes), Vector256.Load(y + i + 3 * lanes), s3);
        }
        for (; i <= length - lanes; i += lanes) s0 = Simd.Fma(Vector256.Load(x + i), Vector256.Load(y + i), s0);
        var sums = s0 + s1 + (s2 + s3);
        T sum = T.Zero;
        for (int lane = 0; lane < lanes; lane++) sum += sums[lane];
        for (; i < length; i++) sum = T.FusedMultiplyAdd(x[i], y[i], sum);
        return sum;
    }

    private static void Scale<T>(T* x, T factor, T* y, int length) where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < length; i++) y[i] = factor * x[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add<T>(T* x, T factor, T* y, int length) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var factors = Vector256.Create(factor);
        int lanes = Vector256<T>.Count, i = 0;
        for (; i <= length - lanes; i += lanes) Vector256.Store(Simd.Fma(factors, Vector256.Load(x + i), Vector256.Load(y + i)), y + i);
        for (; i < length; i++) y[i] = T.FusedMultiplyAdd(factor, x[i], y[i]);
    }
}
