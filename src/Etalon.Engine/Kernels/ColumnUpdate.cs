using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Etalon.Engine.Kernels;

/// <summary>
/// <see cref="SgdUpdate"/> of rows whose columns have a step of their own, either that of the intake or that of the velocity:
/// d = g + decay w; v = momentum v + intake_c d; w = shrink w - ofVelocity_c v.
/// </summary>
internal static unsafe class ColumnUpdate
{
    /// <summary>
    /// Updates w and v; w, g, v [rows][stride], of which the first <paramref name="columns"/> count; steps [columns]. The steps are those
    /// of the velocity, or those of the intake.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Apply<T>(in SgdUpdate update, T* steps, bool areOfVelocity, T* w, T* g, T* v, int rows, int columns, long stride)
    where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector256<T> shrink = Simd.Splat<T>(update.Shrink), decay = Simd.Splat<T>(update.Decay), momentum = Simd.Splat<T>(update.Momentum);
        Vector256<T> intake = Simd.Splat<T>(update.Intake), ofVelocity = Simd.Splat<T>(-update.OfVelocity);
        for (int row = 0; row < rows; row++, w += stride, g += stride, v += stride)
        {
            int i = 0;
            for (; i <= columns - Vector256<T>.Count; i += Vector256<T>.Count)
            {
                Vector256<T> weight = Vector256.Load(w + i), step = Vector256.Load(steps + i);
                var direction = Simd.Fma(decay, weight, Vector256.Load(g + i));
                var velocity = Simd.Fma(momentum, Vector256.Load(v + i), (areOfVelocity ? intake : step) * direction);
                Vector256.Store(velocity, v + i);
                Vector256.Store(Simd.Fma(areOfVelocity ? -step : ofVelocity, velocity, shrink * weight), w + i);
            }
            for (; i < columns; i++)
            {
                T direction = T.FusedMultiplyAdd(decay[0], w[i], g[i]);
                v[i] = T.FusedMultiplyAdd(momentum[0], v[i], (areOfVelocity ? intake[0] : steps[i]) * direction);
                w[i] = T.FusedMultiplyAdd(areOfVelocity ? -steps[i] : ofVelocity[0], v[i], shrink[0] * w[i]);
            }
        }
    }
}
