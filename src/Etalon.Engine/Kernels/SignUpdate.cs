using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Etalon.Engine.Kernels;

/// <summary>
/// The update by a sign of a piece of flat parameters: w = shrink w - rate sign(ofMoment m + ofGradient g); m = beta m + intake g.
/// The sign of 0 is 0.
/// </summary>
internal readonly record struct SignUpdate(double Shrink, double OfMoment, double OfGradient, double Beta, double Intake, double Rate)
{
    /// <summary>Updates w and m; w, g, m [length].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public unsafe void Apply<T>(T* w, T* g, T* m, int length) where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector256<T> shrink = Simd.Splat<T>(Shrink), rate = Simd.Splat<T>(Rate), beta = Simd.Splat<T>(Beta), intake = Simd.Splat<T>(Intake),
            ofMoment = Simd.Splat<T>(OfMoment), ofGradient = Simd.Splat<T>(OfGradient), zero = Vector256<T>.Zero;
        int i = 0;
        for (; i <= length - Vector256<T>.Count; i += Vector256<T>.Count)
        {
            Vector256<T> gradient = Vector256.Load(g + i), moment = Vector256.Load(m + i);
            var mixed = Simd.Fma(ofMoment, moment, ofGradient * gradient);
            var up = Vector256.ConditionalSelect(Vector256.GreaterThan(mixed, zero), rate, zero);
            var down = Vector256.ConditionalSelect(Vector256.LessThan(mixed, zero), rate, zero);
            Vector256.Store(Simd.Fma(beta, moment, intake * gradient), m + i);
            Vector256.Store(shrink * Vector256.Load(w + i) - up + down, w + i);
        }
        for (; i < length; i++)
        {
            T mixed = T.FusedMultiplyAdd(ofMoment[0], m[i], ofGradient[0] * g[i]);
            m[i] = T.FusedMultiplyAdd(beta[0], m[i], intake[0] * g[i]);
            w[i] = shrink[0] * w[i] - (mixed > T.Zero ? rate[0] : T.Zero) + (mixed < T.Zero ? rate[0] : T.Zero);
        }
    }
}
