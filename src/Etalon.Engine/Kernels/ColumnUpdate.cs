using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Etalon.Engine.Kernels;

/// <summary>
/// <see cref="SgdUpdate"/> of a row whose columns have a step of their own: d = g + decay w; v = momentum v + intake_c d; w = shrink w - ofVelocity_c v.
/// </summary>
internal static unsafe class ColumnUpdate
{
    /// <summary>Updates w and v; w, g, v, intake, ofVelocity [columns].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Apply<T>(in SgdUpdate update, T* intake, T* ofVelocity, T* w, T* g, T* v, int columns) where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector256<T> shrink = Simd.Splat<T>(update.Shrink), decay = Simd.Splat<T>(update.Decay), momentum = Simd.Splat<T>(update.Momentum);
        int i = 0;
        for (; i <= columns - Vector256<T>.Count; i += Vector256<T>.Count)
        {
            var weight = Vector256.Load(w + i);
            var direction = Simd.Fma(decay, weight, Vector256.Load(g + i));
            var velocity = Simd.Fma(momentum, Vector256.Load(v + i), Vector256.Load(intake + i) * direction);
            Vector256.Store(velocity, v + i);
            Vector256.Store(Simd.Fma(-Vector256.Load(ofVelocity + i), velocity, shrink * weight), w + i);
        }
        for (; i < columns; i++)
        {
            T direction = T.FusedMultiplyAdd(decay[0], w[i], g[i]);
            v[i] = T.FusedMultiplyAdd(momentum[0], v[i], intake[i] * direction);
            w[i] = T.FusedMultiplyAdd(-ofVelocity[i], v[i], shrink[0] * w[i]);
        }
    }
}
