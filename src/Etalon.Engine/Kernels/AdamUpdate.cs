using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Etalon.Engine.Kernels;

/// <summary>
/// Adam's update of a piece of flat parameters: d = g + decay w; m = beta1 m + intake d; u = beta2 u + intakeOfSquares d^2;
/// w = shrink w - rate m / (spread sqrt(u) + epsilon).
/// </summary>
internal readonly record struct AdamUpdate(
    double Shrink, double Decay, double Beta1, double Intake, double Beta2, double IntakeOfSquares, double Rate, double Spread,
    double Epsilon)
{
    /// <summary>Updates w, m and u; w, g, m, u [length].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public unsafe void Apply<T>(T* w, T* g, T* m, T* u, int length) where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector256<T> shrink = Simd.Splat<T>(Shrink), decay = Simd.Splat<T>(Decay), rate = Simd.Splat<T>(Rate),
            spread = Simd.Splat<T>(Spread), epsilon = Simd.Splat<T>(Epsilon);
        Vector256<T> beta1 = Simd.Splat<T>(Beta1), intake = Simd.Splat<T>(Intake), beta2 = Simd.Splat<T>(Beta2),
            ofSquares = Simd.Splat<T>(IntakeOfSquares);
        int i = 0;
        for (; i <= length - Vector256<T>.Count; i += Vector256<T>.Count)
        {
            var weight = Vector256.Load(w + i);
            var direction = Simd.Fma(decay, weight, Vector256.Load(g + i));
            var moment = Simd.Fma(beta1, Vector256.Load(m + i), intake * direction);
            var squares = Simd.Fma(beta2, Vector256.Load(u + i), ofSquares * direction * direction);
            Vector256.Store(moment, m + i);
            Vector256.Store(squares, u + i);
            Vector256.Store(shrink * weight - rate * moment / Simd.Fma(spread, Vector256.Sqrt(squares), epsilon), w + i);
        }
        for (; i < length; i++)
        {
            T direction = T.FusedMultiplyAdd(decay[0], w[i], g[i]);
            m[i] = T.FusedMultiplyAdd(beta1[0], m[i], intake[0] * direction);
            u[i] = T.FusedMultiplyAdd(beta2[0], u[i], ofSquares[0] * direction * direction);
            w[i] = shrink[0] * w[i] - rate[0] * m[i] / T.FusedMultiplyAdd(spread[0], T.Sqrt(u[i]), epsilon[0]);
        }
    }
}
