using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Etalon.Engine.Kernels;

/// <summary>
/// D-Adaptation's update of a piece of flat parameters: d = g + decay w; s = s + rate d; w = momentum w + (1 - momentum)(start - s).
/// </summary>
internal readonly record struct DAdaptationUpdate(double Rate, double Decay, double Momentum)
{
    /// <summary>Updates s and w; w, g, s, start [length]. Returns d.s before it and |s|^2 after it, in float64.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public unsafe (double Product, double Squares) Apply<T>(T* w, T* g, T* s, T* start, int length)
    where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector256<T> rate = Simd.Splat<T>(Rate), decay = Simd.Splat<T>(Decay), kept = Simd.Splat<T>(Momentum),
            taken = Simd.Splat<T>(1 - Momentum);
        Vector256<double> lowProduct = default, highProduct = default, lowSquare = default, highSquare = default;
        int i = 0;
        for (; i <= length - Vector256<T>.Count; i += Vector256<T>.Count)
        {
            Vector256<T> weight = Vector256.Load(w + i), direction = Simd.Fma(decay, weight, Vector256.Load(g + i)),
                sum = Vector256.Load(s + i);
            Simd.AddProducts(direction, sum, ref lowProduct, ref highProduct);
            sum = Simd.Fma(rate, direction, sum);
            Vector256.Store(sum, s + i);
            Simd.AddProducts(sum, sum, ref lowSquare, ref highSquare);
            Vector256.Store(Simd.Fma(kept, weight, taken * (Vector256.Load(start + i) - sum)), w + i);
        }
        double product = Vector256.Sum(lowProduct + highProduct), squares = Vector256.Sum(lowSquare + highSquare);
        for (; i < length; i++)
        {
            T direction = T.FusedMultiplyAdd(decay[0], w[i], g[i]);
            product += double.CreateTruncating(direction) * double.CreateTruncating(s[i]);
            s[i] = T.FusedMultiplyAdd(rate[0], direction, s[i]);
            squares += double.CreateTruncating(s[i]) * double.CreateTruncating(s[i]);
            w[i] = T.FusedMultiplyAdd(kept[0], w[i], taken[0] * (start[i] - s[i]));
        }
        return (product, squares);
    }
}
