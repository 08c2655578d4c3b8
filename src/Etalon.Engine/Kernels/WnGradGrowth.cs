using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Etalon.Engine.Kernels;

/// <summary>
/// WNGrad's growth of b, cell by cell: b' = b + ofSquares |g|^2 / b, with a first b of <paramref name="Initial"/>, or that times the norm
/// of the first gradient.
/// </summary>
/// <remarks>In vectors: per kernel there is a cell for every nine weights, and one after another their divisions took twice as long as all
/// else.</remarks>
/// <param name="Initial">The first b, or its factor.</param>
/// <param name="IsOfNorm">Whether the norm of the first gradient multiplies it.</param>
/// <param name="OfSquares">What multiplies |g|^2.</param>
/// <param name="IsFirstCounted">Whether the first gradient enters b.</param>
/// <param name="IsLagged">Whether the divisor is b from before the growth.</param>
internal readonly record struct WnGradGrowth(double Initial, bool IsOfNorm, double OfSquares, bool IsFirstCounted, bool IsLagged)
{
    /// <summary>b where a gradient is the first one.</summary>
    public double First(double squares) => IsOfNorm ? Initial * Math.Sqrt(squares) : Initial;

    /// <summary>
    /// Lets b grow, 0 before the first gradient, and turns |g|^2 into the divisor; both [count]. A gradient of 0 leaves its b, and is
    /// divided by it, or by 1 where there is none yet.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public unsafe void Apply(double* b, double* squares, int count)
    {
        Vector256<double> initial = Vector256.Create(Initial), ofSquares = Vector256.Create(OfSquares);
        int c = 0;
        for (; c <= count - Vector256<double>.Count; c += Vector256<double>.Count)
        {
            var (grown, divisor) = Grow(Vector256.Load(b + c), Vector256.Load(squares + c), initial, ofSquares);
            Vector256.Store(grown, b + c);
            Vector256.Store(divisor, squares + c);
        }
        for (; c < count; c++)
        {
            var (grown, divisor) = Grow(Vector256.Create(b[c]), Vector256.Create(squares[c]), initial, ofSquares);
            (b[c], squares[c]) = (grown[0], divisor[0]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private (Vector256<double> Grown, Vector256<double> Divisor) Grow(
        Vector256<double> before, Vector256<double> square, Vector256<double> initial, Vector256<double> ofSquares)
    {
        var isFirst = Vector256.Equals(before, Vector256<double>.Zero);
        var start = Vector256.ConditionalSelect(isFirst, IsOfNorm ? initial * Vector256.Sqrt(square) : initial, before);
        var grown = start + ofSquares * square / start;
        if (!IsFirstCounted) grown = Vector256.ConditionalSelect(isFirst, start, grown);
        var isMoved = Vector256.GreaterThan(square, Vector256<double>.Zero);
        var rest = Vector256.ConditionalSelect(isFirst, Vector256<double>.One, before);
        return (Vector256.ConditionalSelect(isMoved, grown, before), Vector256.ConditionalSelect(isMoved, IsLagged ? start : grown, rest));
    }
}
