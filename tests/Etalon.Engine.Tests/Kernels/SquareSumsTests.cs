using System.Numerics;
using Etalon.Engine.Kernels;

namespace Etalon.Engine.Tests.Kernels;

public class SquareSumsTests
{
    // Few columns and many, in rows that are threes and are not, with a tail and in a longer row.
    public static TheoryData<int, int, int, double> Shapes
    {
        get
        {
            var shapes = new TheoryData<int, int, int, double>();
            foreach (int rows in (int[])[1, 2, 3, 5, 9])
                foreach (var (columns, stride) in ((int, int)[])[(1, 1), (7, 7), (64, 64), (2048, 2048), (2049, 2049), (2500, 4000)])
                    foreach (double decay in (double[])[0, 0.25])
                        shapes.Add(rows, columns, stride, decay);
            return shapes;
        }
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Sums_of_columns_are_those_of_a_plain_loop_over_the_rows(int rows, int columns, int stride, double decay)
    {
        Compare<double>(rows, columns, stride, decay);
        Compare<float>(rows, columns, stride, decay);
    }

    private static unsafe void Compare<T>(int rows, int columns, int stride, double decay) where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] w = Drawn<T>("w", rows * stride), g = Drawn<T>("g", rows * stride);
        double[] sums = [.. Enumerable.Range(0, columns).Select(column => (double)column)], expected = [.. sums];
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++)
            {
                int at = row * stride + column;
                double d = double.CreateChecked(T.FusedMultiplyAdd(T.CreateChecked(decay), w[at], g[at]));
                expected[column] = Math.FusedMultiplyAdd(d, d, expected[column]);
            }
        fixed (T* wp = w, gp = g)
        fixed (double* sp = sums)
            SquareSums.AddColumns(wp, gp, decay, rows, columns, stride, sp);
        for (int column = 0; column < columns; column++) Assert.Equal(expected[column], sums[column], 1e-15 * expected[column]);
    }

    private static T[] Drawn<T>(string purpose, int count) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var stream = new CounterStream(3, purpose);
        return [.. Enumerable.Range(0, count).Select(_ => T.CreateChecked((float)stream.NextNormal()))];
    }
}
