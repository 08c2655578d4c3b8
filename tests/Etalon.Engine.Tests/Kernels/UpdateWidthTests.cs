using System.Numerics;
using Etalon.Engine.Kernels;
using Etalon.Engine.Kernels.Vectors;

namespace Etalon.Engine.Tests.Kernels;

/// <summary>Updates of weights give the same bits with vectors of 256 and of 512 bits.</summary>
public sealed unsafe class UpdateWidthTests
{
    private const int Length = 160, Columns = 32, Arrays = 4;

    private static readonly SgdUpdate Sgd = new(0.999, 5e-4, 0.9, 0.7, 0.01, 0.1);

    private delegate int Update<T>(T* a, T* b, T* c, T* d) where T : unmanaged;

    [Fact]
    public void Updates_have_the_same_bits_in_both_widths()
    {
        var adam = new AdamUpdate(0.999, 5e-4, 0.9, 0.1, 0.99, 0.01, 0.01, 1.1, 1e-8);
        var free = new ScheduleFreeUpdate(0.01, 5e-4, 0.1, 0.9);
        Compare<float>(
            (w, g, m, u) => adam.Apply<float, NarrowVector<float>>(w, g, m, u, 0, Length),
            (w, g, m, u) => adam.Apply<float, WideVector<float>>(w, g, m, u, 0, Length));
        Compare<double>(
            (w, g, m, u) => adam.Apply<double, NarrowVector<double>>(w, g, m, u, 0, Length),
            (w, g, m, u) => adam.Apply<double, WideVector<double>>(w, g, m, u, 0, Length));
        Compare<float>(
            (y, g, z, x) => free.Apply<float, NarrowVector<float>>(y, g, z, x, 0, Length),
            (y, g, z, x) => free.Apply<float, WideVector<float>>(y, g, z, x, 0, Length));
        Compare<float>(
            (w, g, v, _) => Sgd.Apply<float, NarrowVector<float>>(w, g, v, 0, Length),
            (w, g, v, _) => Sgd.Apply<float, WideVector<float>>(w, g, v, 0, Length));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Updates_by_columns_have_the_same_bits_in_both_widths(bool areOfVelocity)
    {
        Compare<float>(
            (w, g, v, steps) => Apply<NarrowVector<float>>(w, g, v, steps), (w, g, v, steps) => Apply<WideVector<float>>(w, g, v, steps));

        int Apply<TVector>(float* w, float* g, float* v, float* steps) where TVector : unmanaged, IVector<TVector, float> =>
            Length / Columns * ColumnUpdate.Apply<float, TVector>(
                Sgd, steps, areOfVelocity, w, g, v, 0, Length / Columns, Columns, Columns);
    }

    // All numbers are updated, and every array is left with the same bits.
    private static void Compare<T>(Update<T> narrow, Update<T> wide) where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] before = Numbers.Random<T>(1, Arrays * Length);
        // Squares are not negative.
        for (int i = 3 * Length; i < before.Length; i++) before[i] = T.Abs(before[i]);
        T[] left = [.. before], right = [.. before];
        fixed (T* a = left, b = right)
        {
            Assert.Equal(Length, narrow(a, a + Length, a + 2 * Length, a + 3 * Length));
            Assert.Equal(Length, wide(b, b + Length, b + 2 * Length, b + 3 * Length));
        }
        Assert.NotEqual(before, left);
        Assert.Equal(left, right);
    }
}
