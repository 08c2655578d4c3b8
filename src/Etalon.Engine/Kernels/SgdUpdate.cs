using System.Numerics;
using System.Runtime.CompilerServices;
using Etalon.Engine.Kernels.Vectors;

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
        int i = VectorWidth.IsWide ? Apply<T, WideVector<T>>(w, g, v, 0, length) : 0;
        i = Apply<T, NarrowVector<T>>(w, g, v, i, length);
        T shrink = T.CreateTruncating(Shrink), decay = T.CreateTruncating(Decay), momentum = T.CreateTruncating(Momentum);
        T intake = T.CreateTruncating(Intake), ofGradient = T.CreateTruncating(-OfGradient), ofVelocity = T.CreateTruncating(-OfVelocity);
        for (; i < length; i++)
        {
            T direction = T.FusedMultiplyAdd(decay, w[i], g[i]);
            v[i] = T.FusedMultiplyAdd(momentum, v[i], intake * direction);
            w[i] = T.FusedMultiplyAdd(ofVelocity, v[i], T.FusedMultiplyAdd(ofGradient, direction, shrink * w[i]));
        }
    }

    // The whole vectors from i on; the first number behind them.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public unsafe int Apply<T, TVector>(T* w, T* g, T* v, int i, int length)
        where T : unmanaged, IFloatingPointIeee754<T> where TVector : unmanaged, IVector<TVector, T>
    {
        TVector shrink = Splat(Shrink), decay = Splat(Decay), momentum = Splat(Momentum);
        TVector intake = Splat(Intake), ofGradient = Splat(-OfGradient), ofVelocity = Splat(-OfVelocity);
        for (; i <= length - TVector.Count; i += TVector.Count)
        {
            var weight = TVector.Load(w + i);
            var direction = TVector.Fma(decay, weight, TVector.Load(g + i));
            var velocity = TVector.Fma(momentum, TVector.Load(v + i), intake * direction);
            velocity.Store(v + i);
            TVector.Fma(ofVelocity, velocity, TVector.Fma(ofGradient, direction, shrink * weight)).Store(w + i);
        }
        return i;

        static TVector Splat(double value) => TVector.Splat(T.CreateTruncating(value));
    }
}
