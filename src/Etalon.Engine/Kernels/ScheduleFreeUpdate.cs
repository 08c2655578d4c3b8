using System.Numerics;
using System.Runtime.CompilerServices;
using Etalon.Engine.Kernels.Vectors;

namespace Etalon.Engine.Kernels;

/// <summary>
/// Schedule-Free SGD's update of a piece of flat parameters: z = z - rate (g + decay y); x = x + share (z - x); y = z + beta (x - z), which
/// is exact where x = z.
/// </summary>
internal readonly record struct ScheduleFreeUpdate(double Rate, double Decay, double Share, double Beta)
{
    /// <summary>Updates y, z and x; y, g, z, x [length].</summary>
    public unsafe void Apply<T>(T* y, T* g, T* z, T* x, int length) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int i = VectorWidth.IsWide ? Apply<T, WideVector<T>>(y, g, z, x, 0, length) : 0;
        i = Apply<T, NarrowVector<T>>(y, g, z, x, i, length);
        T rate = T.CreateTruncating(-Rate), decay = T.CreateTruncating(Decay), share = T.CreateTruncating(Share);
        T beta = T.CreateTruncating(Beta);
        for (; i < length; i++)
        {
            z[i] = T.FusedMultiplyAdd(rate, T.FusedMultiplyAdd(decay, y[i], g[i]), z[i]);
            x[i] = T.FusedMultiplyAdd(share, z[i] - x[i], x[i]);
            y[i] = T.FusedMultiplyAdd(beta, x[i] - z[i], z[i]);
        }
    }

    // The whole vectors from i on; the first number behind them.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public unsafe int Apply<T, TVector>(T* y, T* g, T* z, T* x, int i, int length)
        where T : unmanaged, IFloatingPointIeee754<T> where TVector : unmanaged, IVector<TVector, T>
    {
        TVector rate = Splat(-Rate), decay = Splat(Decay), share = Splat(Share), beta = Splat(Beta);
        for (; i <= length - TVector.Count; i += TVector.Count)
        {
            var fast = TVector.Fma(rate, TVector.Fma(decay, TVector.Load(y + i), TVector.Load(g + i)), TVector.Load(z + i));
            var mean = TVector.Load(x + i);
            mean = TVector.Fma(share, fast - mean, mean);
            fast.Store(z + i);
            mean.Store(x + i);
            TVector.Fma(beta, mean - fast, fast).Store(y + i);
        }
        return i;

        static TVector Splat(double value) => TVector.Splat(T.CreateTruncating(value));
    }
}
