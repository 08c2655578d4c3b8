namespace Etalon.Lab.Numerics;

/// <summary>
/// A = L L' of a symmetric, positive definite matrix, in float64 and one order of summation: the same bits for any number of threads and on
/// any machine, which a library that splits its sums does not promise.
/// </summary>
internal sealed class Cholesky
{
    private readonly double[] _l;
    private readonly int _size;

    /// <summary>Factors a matrix.</summary>
    /// <param name="matrix">A, [row][column]; only the lower half is read.</param>
    /// <param name="size">Rows.</param>
    /// <param name="ridge">Added to the diagonal.</param>
    /// <exception cref="ArithmeticException">The matrix is not positive definite, or not finite.</exception>
    public Cholesky(ReadOnlySpan<double> matrix, int size, double ridge)
    {
        (_l, _size) = (matrix.ToArray(), size);
        for (int row = 0; row < size; row++)
        {
            var l = _l.AsSpan(row * size, size);
            l[row] += ridge;
            for (int column = 0; column <= row; column++)
            {
                double rest = l[column] - Dot(l, _l.AsSpan(column * size, size), column);
                if (column < row) l[column] = rest / _l[column * size + column];
                else if (rest > 0 && double.IsFinite(rest)) l[row] = Math.Sqrt(rest);
                else throw new ArithmeticException($"the matrix is not positive definite: row {row} leaves {rest}");
            }
        }
    }

    /// <summary>Turns b into L^-1 b; b' A^-1 b is the sum of its squares.</summary>
    public void SolveLower(Span<double> b)
    {
        for (int row = 0; row < _size; row++)
            b[row] = (b[row] - Dot(_l.AsSpan(row * _size, _size), b, row)) / _l[row * _size + row];
    }

    /// <summary>Turns b into A^-1 b.</summary>
    public void Solve(Span<double> b)
    {
        SolveLower(b);
        for (int row = _size - 1; row >= 0; row--)
        {
            b[row] /= _l[row * _size + row];
            for (int column = 0; column < row; column++) b[column] -= b[row] * _l[row * _size + column];
        }
    }

    // Four sums, since one would wait for its own additions.
    private static double Dot(ReadOnlySpan<double> one, ReadOnlySpan<double> two, int length)
    {
        double a = 0, b = 0, c = 0, d = 0;
        int i = 0;
        for (; i + 4 <= length; i += 4)
        {
            a += one[i] * two[i];
            b += one[i + 1] * two[i + 1];
            c += one[i + 2] * two[i + 2];
            d += one[i + 3] * two[i + 3];
        }
        for (; i < length; i++) a += one[i] * two[i];
        return a + b + (c + d);
    }
}
