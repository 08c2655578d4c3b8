using System.Numerics;
using System.Runtime.CompilerServices;
using Etalon.Engine.Kernels.Vectors;

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
    public unsafe void Apply<T>(T* w, T* g, T* m, T* u, int length) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int i = VectorWidth.IsWide ? Apply<T, WideVector<T>>(w, g, m, u, 0, length) : 0;
        i = Apply<T, NarrowVector<T>>(w, g, m, u, i, length);
        T shrink = T.CreateTruncating(Shrink), decay = T.CreateTruncating(Decay), beta1 = T.CreateTruncating(Beta1);
        T intake = T.CreateTruncating(Intake), beta2 = T.CreateTruncating(Beta2), ofSquares = T.CreateTruncating(IntakeOfSquares);
        T rate = T.CreateTruncating(Rate), spread = T.CreateTruncating(Spread), epsilon = T.CreateTruncating(Epsilon);
        for (; i < length; i++)
        {
            T direction = T.FusedMultiplyAdd(decay, w[i], g[i]);
            m[i] = T.FusedMultiplyAdd(beta1, m[i], intake * direction);
            u[i] = T.FusedMultiplyAdd(beta2, u[i], ofSquares * direction * direction);
            w[i] = shrink * w[i] - rate * m[i] / T.FusedMultiplyAdd(spread, T.Sqrt(u[i]), epsilon);
        }
    }

    // The whole vectors from i on; the first number behind them.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public unsafe int Apply<T, TVector>(T* w, T* g, T* m, T* u, int i, int length)
        where T : unmanaged, IFloatingPointIeee754<T> where TVector : unmanaged, IVector<TVector, T>
    {
        TVector shrink = Splat(Shrink), decay = Splat(Decay), beta1 = Splat(Beta1), intake = Splat(Intake), beta2 = Splat(Beta2);
        TVector ofSquares = Splat(IntakeOfSquares), rate = Splat(Rate), spread = Splat(Spread), epsilon = Splat(Epsilon);
        for (; i <= length - TVector.Count; i += TVector.Count)
        {
            var weight = TVector.Load(w + i);
            var direction = TVector.Fma(decay, weight, TVector.Load(g + i));
            var moment = TVector.Fma(beta1, TVector.Load(m + i), intake * direction);
            var squares = TVector.Fma(beta2, TVector.Load(u + i), ofSquares * direction * direction);
            moment.Store(m + i);
            squares.Store(u + i);
            (shrink * weight - rate * moment / TVector.Fma(spread, TVector.Sqrt(squares), epsilon)).Store(w + i);
        }
        return i;

        static TVector Splat(double value) => TVector.Splat(T.CreateTruncating(value));
    }
}
