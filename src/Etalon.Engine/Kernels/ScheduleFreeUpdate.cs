using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Etalon.Engine.Kernels;

/// <summary>
/// Schedule-Free SGD's update of a piece of flat parameters: z = z - rate (g + decay y); x = x + share (z - x); y = z + beta (x - z), which
/// is exact where x = z.
/// </summary>
internal readonly record struct ScheduleFreeUpdate(double Rate, double Decay, double Share, double Beta)
{
    /// <summary>Updates y, z and x; y, g, z, x [length].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public unsafe void Apply<T>(T* y, T* g, T* z, T* x, int length) where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector256<T> rate = Simd.Splat<T>(-Rate), decay = Simd.Splat<T>(Decay), share = Simd.Splat<T>(Share), beta = Simd.Splat<T>(Beta);
        int i = 0;
        for (; i <= length - Vector256<T>.Count; i += Vector256<T>.Count)
        {
            var fast = Simd.Fma(rate, Simd.Fma(decay, Vector256.Load(y + i), Vector256.Load(g + i)), Vector256.Load(z + i));
            var mean = Vector256.Load(x + i);
            mean = Simd.Fma(share, fast - mean, mean);
            Vector256.Store(fast, z + i);
            Vector256.Store(mean, x + i);
            Vector256.Store(Simd.Fma(beta, mean - fast, fast), y + i);
        }
        for (; i < length; i++)
        {
            z[i] = T.FusedMultiplyAdd(rate[0], T.FusedMultiplyAdd(decay[0], y[i], g[i]), z[i]);
            x[i] = T.FusedMultiplyAdd(share[0], z[i] - x[i], x[i]);
            y[i] = T.FusedMultiplyAdd(beta[0], x[i] - z[i], z[i]);
        }
    }
}
