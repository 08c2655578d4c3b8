using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Etalon.Engine.Kernels;

/// <summary>DoG's update of a piece of flat parameters: w = w - rate (g + decay w); mean = mean + share (w - mean).</summary>
internal readonly record struct DogUpdate(double Rate, double Decay, double Share)
{
    /// <summary>Updates w and mean; w, g, start, mean [length]. Returns |w - start|^2 in float64.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public unsafe double Apply<T>(T* w, T* g, T* start, T* mean, int length) where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector256<T> rate = Simd.Splat<T>(-Rate), decay = Simd.Splat<T>(Decay), share = Simd.Splat<T>(Share);
        Vector256<double> low = default, high = default;
        int i = 0;
        for (; i <= length - Vector256<T>.Count; i += Vector256<T>.Count)
        {
            Vector256<T> weight = Vector256.Load(w + i), average = Vector256.Load(mean + i);
            weight = Simd.Fma(rate, Simd.Fma(decay, weight, Vector256.Load(g + i)), weight);
            Vector256.Store(weight, w + i);
            Vector256.Store(Simd.Fma(share, weight - average, average), mean + i);
            var distance = weight - Vector256.Load(start + i);
            Simd.AddProducts(distance, distance, ref low, ref high);
        }
        double sum = Vector256.Sum(low + high);
        for (; i < length; i++)
        {
            w[i] = T.FusedMultiplyAdd(rate[0], T.FusedMultiplyAdd(decay[0], w[i], g[i]), w[i]);
            mean[i] = T.FusedMultiplyAdd(share[0], w[i] - mean[i], mean[i]);
            double distance = double.CreateTruncating(w[i] - start[i]);
            sum += distance * distance;
        }
        return sum;
    }
}
