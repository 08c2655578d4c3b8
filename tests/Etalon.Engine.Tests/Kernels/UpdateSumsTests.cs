using System.Numerics;
using Etalon.Engine.Kernels;

namespace Etalon.Engine.Tests.Kernels;

/// <summary>Against naive loops.</summary>
public class UpdateSumsTests
{
    [Fact]
    public void Sums_of_every_length_agree_with_loops_in_float32() => Check<float>();

    [Fact]
    public void Sums_of_every_length_agree_with_loops_in_float64() => Check<double>();

    private static unsafe void Check<T>() where T : unmanaged, IFloatingPointIeee754<T>
    {
        foreach (int length in (int[])[0, 1, 7, 8, 9, 15, 16, 1000])
        {
            T[] w = Numbers.Random<T>(1, length), g = Numbers.Random<T>(2, length), v = Numbers.Random<T>(3, length), copy = new T[length];
            double[] x = Numbers.ToDouble(w), y = Numbers.ToDouble(g), z = Numbers.ToDouble(v),
                d = [.. x.Zip(y, (before, after) => after - before)];
            var sums = new double[UpdateSums.OfBefore];
            fixed (T* pw = w, pg = g, pv = v, pc = copy)
            fixed (double* ps = sums)
            {
                UpdateSums.Before(pw, pg, pv, pc, length, ps);
                AssertClose(sums, length, [(x, x), (y, y), (z, z), (y, x), (z, x), (z, y)]);
                Assert.Equal(w, copy);

                UpdateSums.After(pw, pg, length, ps);
                AssertClose(sums, length, [(y, y), (d, d), (d, x)]);

                UpdateSums.Pair(pw, pg, length, ps);
                AssertClose(sums, length, [(d, d), (x, y)]);
            }
        }
    }

    // A sum of n terms has n roundings of 2^-53, each of at most the sum of the terms' absolute values; so has the naive one.
    private static void AssertClose(double[] sums, int length, (double[] X, double[] Y)[] due)
    {
        for (int i = 0; i < due.Length; i++)
        {
            double sum = 0, absolute = 0;
            for (int k = 0; k < length; k++)
            {
                double term = due[i].X[k] * due[i].Y[k];
                (sum, absolute) = (sum + term, absolute + Math.Abs(term));
            }
            Assert.Equal(sum, sums[i], 2 * (length + 1) * 1.2e-16 * absolute);
        }
    }
}
