using System.Numerics;
using System.Runtime.InteropServices;
using Etalon.Engine.Kernels.Convolution;
using Etalon.Engine.Kernels.Products;
using Etalon.Engine.Kernels.Vectors;

namespace Etalon.Engine.Tests.Kernels;

/// <summary>
/// Matrix products in both widths against plain loops in float64, over shapes with whole and part-filled blocks in each direction.
/// </summary>
public sealed unsafe class MatrixProductTests : IDisposable
{
    private readonly List<nint> _blocks = [];

    /// <summary>Rows, depth, columns; a block is 256 deep and up to 32 columns; a panel is 96 rows, or 256 where there are many
    /// columns; an outer product takes 64 images and 128 rows.</summary>
    public static TheoryData<int, int, int> Shapes => new()
    {
        { 1, 1, 1 }, { 6, 4, 8 }, { 7, 5, 9 }, { 12, 256, 16 }, { 13, 257, 17 }, { 64, 300, 10 }, { 65, 30, 33 }, { 96, 96, 32 },
        { 97, 513, 64 }, { 130, 97, 40 }, { 3, 600, 100 },
        { 65, 129, 33 }, { 300, 20, 260 },
    };

    public void Dispose()
    {
        foreach (nint block in _blocks) NativeMemory.AlignedFree((void*)block);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Products_are_those_of_the_definition_and_have_the_same_bits_in_both_widths(int rows, int depth, int columns)
    {
        Check<float>(1e-5);
        Check<double>(1e-13);

        void Check<T>(double tolerance) where T : unmanaged, IFloatingPointIeee754<T>
        {
            T[] a = Numbers.Random<T>(1, rows * depth), b = Numbers.Random<T>(2, depth * columns);
            double[] exact = new double[rows * columns];
            for (int row = 0; row < rows; row++)
                for (int column = 0; column < columns; column++)
                    for (int k = 0; k < depth; k++)
                        exact[row * columns + column] +=
                            double.CreateChecked(a[row * depth + k]) * double.CreateChecked(b[k * columns + column]);
            T[] narrow = Multiply(new MatrixProduct<T, NarrowVector<T>>(), a, b, isTransposed: false, rows, depth, columns);
            AssertClose(exact, narrow, tolerance * Math.Sqrt(depth));
            Assert.Equal(narrow, Multiply(new MatrixProduct<T, WideVector<T>>(), a, b, isTransposed: false, rows, depth, columns));

            // The same right factor, laid out the other way.
            T[] turned =
                [.. from column in Enumerable.Range(0, columns) from k in Enumerable.Range(0, depth) select b[k * columns + column]];
            Assert.Equal(narrow, Multiply(new MatrixProduct<T, NarrowVector<T>>(), a, turned, isTransposed: true, rows, depth, columns));
            Assert.Equal(narrow, Multiply(new MatrixProduct<T, WideVector<T>>(), a, turned, isTransposed: true, rows, depth, columns));
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Outer_products_are_summed_in_the_order_of_the_images_in_both_widths(int images, int rows, int columns)
    {
        T[] Sums<T>(MatrixProduct<T> product, T[] x, T[] g) where T : unmanaged, IFloatingPointIeee754<T>
        {
            int step = product.WholeBlocks(columns), lanes = product.LanesOf(columns);
            T* left = Copy(x), right = Block<T>(images * step), scratch = Block<T>(product.ScratchLength);
            new Span<T>(right, images * step).Clear();
            for (int image = 0; image < images; image++)
                g.AsSpan(image * columns, columns).CopyTo(new Span<T>(right + image * step, columns));
            var sums = new T[rows * columns];
            for (int first = 0; first < rows; first += MatrixProduct<T>.MostRows)
            {
                int count = Math.Min(MatrixProduct<T>.MostRows, rows - first);
                T* block = Block<T>(count * step);
                new Span<T>(block, count * step).Clear();
                for (int image = 0; image < images; image += MatrixProduct<T>.MostImages)
                {
                    int few = Math.Min(MatrixProduct<T>.MostImages, images - image);
                    var factor = new RightMatrix<T>(right + image * step, few, columns, step, false);
                    product.AddOuter(left + image * rows + first, rows, factor, count, block, scratch);
                }
                for (int row = 0; row < count; row++)
                    for (int column = 0; column < columns; column++)
                        sums[(first + row) * columns + column] = block[column / lanes * count * lanes + row * lanes + column % lanes];
            }
            return sums;
        }

        void Check<T>() where T : unmanaged, IFloatingPointIeee754<T>
        {
            T[] x = Numbers.Random<T>(3, images * rows), g = Numbers.Random<T>(4, images * columns), expected = new T[rows * columns];
            for (int image = 0; image < images; image++)
                for (int row = 0; row < rows; row++)
                    for (int column = 0; column < columns; column++)
                    {
                        ref T sum = ref expected[row * columns + column];
                        sum = T.FusedMultiplyAdd(x[image * rows + row], g[image * columns + column], sum);
                    }
            Assert.Equal(expected, Sums(new MatrixProduct<T, NarrowVector<T>>(), x, g));
            Assert.Equal(expected, Sums(new MatrixProduct<T, WideVector<T>>(), x, g));
        }

        Check<float>();
        Check<double>();
    }

    /// <summary>Images, those of a chunk, rows, columns, and whether there are sums before.</summary>
    public static TheoryData<int, int, int, int, bool> Chunks => new()
    {
        { 1, 1, 1, 1, false }, { 7, 3, 5, 9, true }, { 64, 4, 128, 32, false }, { 63, 8, 20, 48, true }, { 50, 64, 33, 17, true },
        { 64, 64, 16, 8, false }, { 33, 2, 6, 129, false }, { 48, 5, 127, 33, true },
    };

    [Theory]
    [MemberData(nameof(Chunks))]
    public void Chunks_are_summed_by_themselves_and_then_one_after_another(int images, int chunk, int rows, int columns, bool isContinued)
    {
        Check<float>();
        Check<double>();

        void Check<T>() where T : unmanaged, IFloatingPointIeee754<T>
        {
            T[] x = Numbers.Random<T>(5, images * rows), g = Numbers.Random<T>(6, images * columns);
            T[] before = Numbers.Random<T>(7, rows * columns), expected = [.. before];
            for (int at = 0; at < rows * columns; at++)
                for (int first = 0; first < images; first += chunk)
                {
                    T sum = T.Zero;
                    for (int image = first; image < Math.Min(images, first + chunk); image++)
                        sum = T.FusedMultiplyAdd(x[image * rows + at / columns], g[image * columns + at % columns], sum);
                    expected[at] = first == 0 && !isContinued ? sum : expected[at] + sum;
                }
            Assert.Equal(expected, Sums(new MatrixProduct<T, NarrowVector<T>>(), x, g, before));
            Assert.Equal(expected, Sums(new MatrixProduct<T, WideVector<T>>(), x, g, before));
        }

        T[] Sums<T>(MatrixProduct<T> product, T[] x, T[] g, T[] before) where T : unmanaged, IFloatingPointIeee754<T>
        {
            int step = product.WholeBlocks(columns), lanes = product.LanesOf(columns);
            T* left = Copy(x), right = Block<T>(images * step), sums = Block<T>(rows * step), scratch = Block<T>(product.ScratchLength);
            for (int image = 0; image < images; image++)
                g.AsSpan(image * columns, columns).CopyTo(new Span<T>(right + image * step, columns));
            int Place(int at) => at % columns / lanes * rows * lanes + at / columns * lanes + at % columns % lanes;
            for (int at = 0; at < rows * columns && isContinued; at++) sums[Place(at)] = before[at];
            product.AddChunks(
                left, rows, new RightMatrix<T>(right, images, columns, step, false), chunk, !isContinued, rows, sums, scratch);
            var result = new T[rows * columns];
            for (int at = 0; at < result.Length; at++) result[at] = sums[Place(at)];
            return result;
        }
    }

    private T[] Multiply<T>(MatrixProduct<T> product, T[] a, T[] b, bool isTransposed, int rows, int depth, int columns)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // What nobody writes stays NaN and shows.
        T* left = Copy(a), right = Copy(b), result = Block<T>(rows * columns), scratch = Block<T>(product.ScratchLength);
        PixelOffsets[] pairs = [.. Enumerable.Range(0, rows).Select(row => new PixelOffsets(row * depth, row * columns))];
        var factor = new RightMatrix<T>(right, depth, columns, isTransposed ? depth : columns, isTransposed);
        int size = product.PanelRows(rows, columns);
        fixed (PixelOffsets* all = pairs)
            for (int first = 0; first < columns; first += product.LanesOf(columns))
                for (int row = 0; row < rows; row += size)
                    product.Multiply(left, all + row, Math.Min(size, rows - row), factor, first, result, scratch);
        return new Span<T>(result, rows * columns).ToArray();
    }

    private T* Copy<T>(T[] values) where T : unmanaged, IFloatingPointIeee754<T>
    {
        T* block = Block<T>(values.Length);
        values.CopyTo(new Span<T>(block, values.Length));
        return block;
    }

    private T* Block<T>(int length) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var block = (T*)NativeMemory.AlignedAlloc((nuint)(length * sizeof(T)), 64);
        _blocks.Add((nint)block);
        new Span<T>(block, length).Fill(T.NaN);
        return block;
    }

    private static void AssertClose<T>(double[] expected, T[] actual, double tolerance) where T : IFloatingPointIeee754<T>
    {
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], double.CreateChecked(actual[i]), tolerance);
    }
}
