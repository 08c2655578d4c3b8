using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Etalon.Engine.Kernels;

/// <summary>
/// SGD's update of a piece of flat parameters: d = g + decay w; v = momentum v + intake d; w = shrink w - ofGradient d - ofVelocity v.
/// </summary>
internal readonly record struct SgdUpdate(double Shrink, double Decay, double Momentum, double Intake, double OfGradient, double OfVelocity)
{
    /// <summary>Updates w and v; w, g, v [length].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public unsafe void Apply<T>(T* w, T* g, T* v, int length) where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector256<T> shrink = Simd.Splat<T>(Shrink), decay = Simd.Splat<T>(Decay), momentum = Simd.Splat<T>(Momentum);
        Vector256<T> intake = Simd.Splat<T>(Intake), ofGradient = Simd.Splat<T>(-OfGradient), ofVelocity = Simd.Splat<T>(-OfVelocity);
        int i = 0;
        for (; i <= length - Vector256<T>.Count; i += Vector256<T>.Count)
        {
            var weight = Vector256.Load(w + i);
            var direction = Simd.Fma(decay, weight, Vector256.Load(g + i));
            var velocity = Simd.Fma(momentum, Vector256.Load(v + i), intake * direction);
            Vector256.Store(velocity, v + i);
            Vector256.Store(Simd.Fma(ofVelocity, velocity, Simd.Fma(ofGradient, direction, shrink * weight)), w + i);
        }
        for (; i < length; i++)
        {
            T direction = T.FusedMultiplyAdd(decay[0], w[i], g[i]);
            v[i] = T.FusedMultiplyAdd(momentum[0], v[i], intake[0] * direction);
            w[i] = T.FusedMultiplyAdd(ofVelocity[0], v[i], T.FusedMultiplyAdd(ofGradient[0], direction, shrink[0] * w[i]));
        }
    }
}
