using System.Numerics;
using System.Runtime.CompilerServices;
using Etalon.Engine.Kernels.Vectors;

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
    public static void Apply<T>(in SgdUpdate update, T* steps, bool areOfVelocity, T* w, T* g, T* v, int rows, int columns, long stride)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int c = VectorWidth.IsWide ? Apply<T, WideVector<T>>(update, steps, areOfVelocity, w, g, v, 0, rows, columns, stride) : 0;
        c = Apply<T, NarrowVector<T>>(update, steps, areOfVelocity, w, g, v, c, rows, columns, stride);
        T shrink = T.CreateTruncating(update.Shrink), decay = T.CreateTruncating(update.Decay);
        T momentum = T.CreateTruncating(update.Momentum), intake = T.CreateTruncating(update.Intake);
        T ofVelocity = T.CreateTruncating(-update.OfVelocity);
        for (int row = 0; row < rows && c < columns; row++, w += stride, g += stride, v += stride)
            for (int i = c; i < columns; i++)
            {
                T direction = T.FusedMultiplyAdd(decay, w[i], g[i]);
                v[i] = T.FusedMultiplyAdd(momentum, v[i], (areOfVelocity ? intake : steps[i]) * direction);
                w[i] = T.FusedMultiplyAdd(areOfVelocity ? -steps[i] : ofVelocity, v[i], shrink * w[i]);
            }
    }

    // The whole vectors of columns from c on, row by row; the first column behind them.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static int Apply<T, TVector>(
        in SgdUpdate update, T* steps, bool areOfVelocity, T* w, T* g, T* v, int c, int rows, int columns, long stride)
        where T : unmanaged, IFloatingPointIeee754<T> where TVector : unmanaged, IVector<TVector, T>
    {
        TVector shrink = Splat(update.Shrink), decay = Splat(update.Decay), momentum = Splat(update.Momentum);
        TVector intake = Splat(update.Intake), ofVelocity = Splat(-update.OfVelocity);
        int end = c + (columns - c) / TVector.Count * TVector.Count;
        for (int row = 0; row < rows && c < end; row++, w += stride, g += stride, v += stride)
            for (int i = c; i < end; i += TVector.Count)
            {
                TVector weight = TVector.Load(w + i), step = TVector.Load(steps + i);
                var direction = TVector.Fma(decay, weight, TVector.Load(g + i));
                var velocity = TVector.Fma(momentum, TVector.Load(v + i), (areOfVelocity ? intake : step) * direction);
                velocity.Store(v + i);
                TVector.Fma(areOfVelocity ? -step : ofVelocity, velocity, shrink * weight).Store(w + i);
            }
        return end;

        static TVector Splat(double value) => TVector.Splat(T.CreateTruncating(value));
    }
}
