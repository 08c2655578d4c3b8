using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Etalon.Engine.Kernels.Tokens;

/// <summary>What a row is normalized by: z = (x - mean) r.</summary>
/// <param name="mean">The row's mean, or 0 where only its size is divided out.</param>
/// <param name="inverseSize">r = 1 / sqrt(mean of (x - mean)^2 + epsilon).</param>
internal readonly struct RowMoments<T>(T mean, T inverseSize) where T : unmanaged, IFloatingPointIeee754<T>
{
    public readonly T Mean = mean;
    public readonly T InverseSize = inverseSize;
}

/// <summary>The trained numbers of a normalization, and where their gradients are summed; each null where it has none.</summary>
internal readonly unsafe struct RowAffine<T>(T* scale, T* shift, T* scaleSums, T* shiftSums) where T : unmanaged
{
    public readonly T* Scale = scale;
    public readonly T* Shift = shift;
    public readonly T* ScaleSums = scaleSums;
    public readonly T* ShiftSums = shiftSums;

    /// <summary>The same from a later place of the row on.</summary>
    public RowAffine<T> From(int place) => Scale == null
        ? this
        : new(Scale + place, Shift == null ? null : Shift + place, ScaleSums == null ? null : ScaleSums + place,
            ShiftSums == null ? null : ShiftSums + place);
}

/// <summary>
/// One row of numbers normalized by its own mean square, or by mean and variance, with a scale and a shift for each place.
/// </summary>
internal static unsafe class NormalizedRow
{
    /// <summary>The moments of a row. A row of one number repeated, without epsilon, has an inverse size of 0: it gives its shift and takes
    /// no gradient.</summary>
    /// <param name="x">[count].</param>
    /// <param name="count">How many.</param>
    /// <param name="hasMean">Whether the row's mean is taken off; otherwise it counts as 0.</param>
    /// <param name="epsilon">Added to the mean square.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static RowMoments<T> Measure<T>(T* x, int count, bool hasMean, double epsilon) where T : unmanaged, IFloatingPointIeee754<T>
    {
        T mean = hasMean ? RowSums.Of(x, count) / T.CreateTruncating(count) : T.Zero;
        T squares = hasMean ? RowSums.SquaresFrom(x, count, mean) : RowSums.Dot(x, x, count);
        double size = double.CreateTruncating(squares) / count + epsilon;
        return new(mean, size > 0 ? T.CreateTruncating(1 / Math.Sqrt(size)) : size == 0 ? T.Zero : T.NaN);
    }

    /// <summary>y = scale z + shift.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Apply<T>(T* x, int count, in RowMoments<T> moments, in RowAffine<T> affine, T* y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T* scale = affine.Scale, shift = affine.Shift;
        Vector256<T> center = Vector256.Create(moments.Mean), factor = Vector256.Create(moments.InverseSize);
        int i = 0, width = Vector256<T>.Count;
        for (; i <= count - width; i += width)
        {
            var z = (Vector256.Load(x + i) - center) * factor;
            if (scale != null) z *= Vector256.Load(scale + i);
            if (shift != null) z += Vector256.Load(shift + i);
            z.Store(y + i);
        }
        for (; i < count; i++)
        {
            T z = (x[i] - moments.Mean) * moments.InverseSize;
            if (scale != null) z *= scale[i];
            if (shift != null) z += shift[i];
            y[i] = z;
        }
    }

    /// <summary>
    /// dx = r (scale g - mean of scale g - z mean of scale g z), the first mean only where one was taken off; the sums of scale and shift
    /// += g z and g.
    /// </summary>
    /// <param name="x">[count]; receives z.</param>
    /// <param name="g">[count]: the gradient by y; receives dx.</param>
    /// <param name="count">How many.</param>
    /// <param name="moments">As <see cref="Measure"/> gave them.</param>
    /// <param name="hasMean">Whether the row's mean was taken off.</param>
    /// <param name="affine">The trained numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Gradient<T>(T* x, T* g, int count, in RowMoments<T> moments, bool hasMean, in RowAffine<T> affine)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Scale(x, g, count, moments, affine);
        T perCount = T.One / T.CreateTruncating(count), along = RowSums.Dot(g, x, count) * perCount;
        T level = hasMean ? RowSums.Of(g, count) * perCount : T.Zero;
        Vector256<T> factor = Vector256.Create(moments.InverseSize), slope = Vector256.Create(along), constant = Vector256.Create(level);
        int i = 0, width = Vector256<T>.Count;
        for (; i <= count - width; i += width)
            (factor * (Vector256.Load(g + i) - constant - slope * Vector256.Load(x + i))).Store(g + i);
        for (; i < count; i++) g[i] = moments.InverseSize * (g[i] - level - along * x[i]);
    }

    // z in place of x, and scale g in place of g.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scale<T>(T* x, T* g, int count, in RowMoments<T> moments, in RowAffine<T> affine)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T* scale = affine.Scale, scaleSums = affine.ScaleSums, shiftSums = affine.ShiftSums;
        Vector256<T> center = Vector256.Create(moments.Mean), factor = Vector256.Create(moments.InverseSize);
        int i = 0, width = Vector256<T>.Count;
        for (; i <= count - width; i += width)
        {
            var z = (Vector256.Load(x + i) - center) * factor;
            z.Store(x + i);
            if (scale == null) continue;
            var gradient = Vector256.Load(g + i);
            (Vector256.Load(scaleSums + i) + gradient * z).Store(scaleSums + i);
            if (shiftSums != null) (Vector256.Load(shiftSums + i) + gradient).Store(shiftSums + i);
            (gradient * Vector256.Load(scale + i)).Store(g + i);
        }
        for (; i < count; i++)
        {
            x[i] = (x[i] - moments.Mean) * moments.InverseSize;
            if (scale == null) continue;
            scaleSums[i] += g[i] * x[i];
            if (shiftSums != null) shiftSums[i] += g[i];
            g[i] *= scale[i];
        }
    }
}
