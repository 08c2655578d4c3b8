using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Etalon.Engine.Kernels;

/// <summary>The two passes of D-Adaptation over a piece of flat parameters: d = g + decay w; s = s + rate d; and w = momentum w + (1 - momentum)(start - s).</summary>
internal static unsafe class DAdaptationUpdate
{
    /// <summary>Adds the gradient to s; w, g, s [length]. Returns d.s before it and |s|^2 after it, in float64.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static (double Product, double Squares) Add<T>(T* w, T* g, T* s, double rate, double decay, int length) where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector256<T> ofRate = Simd.Splat<T>(rate), ofDecay = Simd.Splat<T>(decay);
        Vector256<double> lowProduct = default, highProduct = default, lowSquare = default, highSquare = default;
        int i = 0;
        for (; i <= length - Vector256<T>.Count; i += Vector256<T>.Count)
        {
            Vector256<T> direction = Simd.Fma(ofDecay, Vector256.Load(w + i), Vector256.Load(g + i)), sum = Vector256.Load(s + i);
            Simd.AddProducts(direction, sum, ref lowProduct, ref highProduct);
            sum = Simd.Fma(ofRate, direction, sum);
            Vector256.Store(sum, s + i);
            Simd.AddProducts(sum, sum, ref lowSquare, ref highSquare);
        }
        double product = Vector256.Sum(lowProduct + highProduct), squares = Vector256.Sum(lowSquare + highSquare);
        for (; i < length; i++)
        {
            T direction = T.FusedMultiplyAdd(ofDecay[0], w[i], g[i]);
            product += double.CreateTruncating(direction) * double.CreateTruncating(s[i]);
            s[i] = T.FusedMultiplyAdd(ofRate[0], direction, s[i]);
            squares += double.CreateTruncating(s[i]) * double.CreateTruncating(s[i]);
        }
        return (product, squares);
    }

    /// <summary>Moves w towards start - s; w, start, s [length].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Move<T>(T* w, T* start, T* s, double momentum, int length) where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector256<T> kept = Simd.Splat<T>(momentum), taken = Simd.Splat<T>(1 - momentum);
        int i = 0;
        for (; i <= length - Vector256<T>.Count; i += Vector256<T>.Count)
            Vector256.Store(Simd.Fma(kept, Vector256.Load(w + i), taken * (Vector256.Load(start + i) - Vector256.Load(s + i))), w + i);
        for (; i < length; i++) w[i] = T.FusedMultiplyAdd(kept[0], w[i], taken[0] * (start[i] - s[i]));
    }
}
