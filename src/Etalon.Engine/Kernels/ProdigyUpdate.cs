using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Etalon.Engine.Kernels;

/// <summary>
/// Prodigy's update of a piece of flat parameters: d = g + decay w; m = beta1 m + intake d; u = beta2 u + intakeOfSquares d^2; s = beta3 s
/// + intakeOfSum d; w = shrink w - rate m / (sqrt(u) + epsilon).
/// </summary>
internal readonly record struct ProdigyUpdate(
    double Shrink, double Decay, double Beta1, double Intake, double Beta2, double IntakeOfSquares, double Beta3, double IntakeOfSum,
    double Rate, double Epsilon)
{
    /// <summary>Updates w, m, u and s; all arrays [length]. Returns d.(start - w) before it and |s|_1 after it, in float64.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public unsafe (double Product, double Size) Apply<T>(T* w, T* g, T* start, T* m, T* u, T* s, int length)
    where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector256<T> shrink = Simd.Splat<T>(Shrink), decay = Simd.Splat<T>(Decay), beta1 = Simd.Splat<T>(Beta1),
            intake = Simd.Splat<T>(Intake), beta2 = Simd.Splat<T>(Beta2);
        Vector256<T> ofSquares = Simd.Splat<T>(IntakeOfSquares), beta3 = Simd.Splat<T>(Beta3), ofSum = Simd.Splat<T>(IntakeOfSum),
            one = Vector256<T>.One;
        Vector256<T> rate = Simd.Splat<T>(Rate), epsilon = Simd.Splat<T>(Epsilon);
        Vector256<double> lowProduct = default, highProduct = default, lowSize = default, highSize = default;
        int i = 0;
        for (; i <= length - Vector256<T>.Count; i += Vector256<T>.Count)
        {
            var weight = Vector256.Load(w + i);
            var direction = Simd.Fma(decay, weight, Vector256.Load(g + i));
            Simd.AddProducts(direction, Vector256.Load(start + i) - weight, ref lowProduct, ref highProduct);
            var moment = Simd.Fma(beta1, Vector256.Load(m + i), intake * direction);
            var squares = Simd.Fma(beta2, Vector256.Load(u + i), ofSquares * direction * direction);
            var sum = Simd.Fma(beta3, Vector256.Load(s + i), ofSum * direction);
            Simd.AddProducts(Vector256.Abs(sum), one, ref lowSize, ref highSize);
            Vector256.Store(moment, m + i);
            Vector256.Store(squares, u + i);
            Vector256.Store(sum, s + i);
            Vector256.Store(shrink * weight - rate * moment / (Vector256.Sqrt(squares) + epsilon), w + i);
        }
        double product = Vector256.Sum(lowProduct + highProduct), size = Vector256.Sum(lowSize + highSize);
        for (; i < length; i++)
        {
            T direction = T.FusedMultiplyAdd(decay[0], w[i], g[i]);
            product += double.CreateTruncating(direction) * double.CreateTruncating(start[i] - w[i]);
            m[i] = T.FusedMultiplyAdd(beta1[0], m[i], intake[0] * direction);
            u[i] = T.FusedMultiplyAdd(beta2[0], u[i], ofSquares[0] * direction * direction);
            s[i] = T.FusedMultiplyAdd(beta3[0], s[i], ofSum[0] * direction);
            size += double.CreateTruncating(T.Abs(s[i]));
            w[i] = shrink[0] * w[i] - rate[0] * m[i] / (T.Sqrt(u[i]) + epsilon[0]);
        }
        return (product, size);
    }
}
