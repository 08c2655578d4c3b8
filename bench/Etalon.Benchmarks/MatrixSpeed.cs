using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;
using Etalon.Engine;
using Etalon.Engine.Kernels;
using Etalon.Engine.Kernels.Convolution;
using Etalon.Engine.Kernels.Products;
using Etalon.Lab.Benchmarks;

namespace Etalon.Benchmarks;

/// <summary>
/// The speed of matrix products on one core: y = x w, dx = dy w^T and dw = x^T dy at each shape, as GFLOP/s and as share of the
/// multiply-add peak of the width.
/// </summary>
/// <remarks>Peak and products are measured in turn, round after round; a share is the median of the rounds' own.</remarks>
internal static class MatrixSpeed
{
    private const int Rounds = 15, WarmUp = 4;
    private const double ShortestSeconds = 2e-3;

    private static readonly (int Rows, int Depth, int Columns)[] Shapes =
    [
        (64, 3072, 128), (128, 3072, 128), (64, 512, 512), (128, 512, 512), (128, 128, 128), (256, 256, 256), (512, 512, 512),
        (1024, 1024, 1024), (128, 64, 10), (1024, 256, 1024), (100, 70, 33),
    ];

    /// <summary>Prints the table of one number type in each width that the processor has.</summary>
    public static void Print<T>() where T : unmanaged, IFloatingPointIeee754<T>
    {
        Console.WriteLine($"{typeof(T).Name}, {VectorWidth.Bits} bits: GFLOP/s and share of the multiply-add peak, one core");
        Console.WriteLine("rows x depth x columns   peak   y = x w           dx = dy w^T       dw = x^T dy");
        foreach (var (rows, depth, columns) in Shapes)
        {
            using var product = new Product<T>(MatrixProduct<T>.Create(), rows, depth, columns);
            Action[] passes = [product.Forward, product.DataGradient, product.WeightGradient];
            var peaks = new double[Rounds];
            double[][] speeds = [.. passes.Select(_ => new double[Rounds])];
            for (int round = -WarmUp; round < Rounds; round++)
            {
                double peak = FmaPeak.Measure<T>();
                for (int pass = 0; pass < passes.Length; pass++)
                {
                    double speed = Measure(passes[pass], 2.0 * rows * depth * columns);
                    if (round >= 0) (peaks[round], speeds[pass][round]) = (peak, speed);
                }
            }
            string row = $"{rows,4} x {depth,4} x {columns,-4}     {Median(peaks),7:F1}";
            foreach (double[] speed in speeds) row += $"   {Median(speed),7:F1} {Median(speed.Zip(peaks, (a, b) => a / b)),6:P0}";
            Console.WriteLine(row);
        }
    }

    // GFLOP/s of as many calls as take a few milliseconds.
    private static double Measure(Action pass, double operations)
    {
        int calls = Math.Max(1, (int)(ShortestSeconds * 1e11 / operations));
        long begin = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++) pass();
        return calls * operations / Stopwatch.GetElapsedTime(begin).TotalNanoseconds;
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    /// <summary>A product with its memory, computed as a linear layer computes it: block by block, panel by panel.</summary>
    private sealed unsafe class Product<T> : IDisposable where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly MatrixProduct<T> _product;
        private readonly int _rows, _depth, _columns, _gradientStep;
        private readonly PixelOffsets[] _forward, _backward;
        private readonly List<nint> _blocks = [];
        private readonly T* _x, _w, _y, _dx, _dw, _sums, _scratch;

        public Product(MatrixProduct<T> product, int rows, int depth, int columns)
        {
            (_product, _rows, _depth, _columns) = (product, rows, depth, columns);
            _gradientStep = product.WholeBlocks(columns);
            _forward = [.. Enumerable.Range(0, rows).Select(row => new PixelOffsets(row * depth, row * _gradientStep))];
            _backward = [.. Enumerable.Range(0, rows).Select(row => new PixelOffsets(row * _gradientStep, row * depth))];
            _x = Allocate(rows * depth);
            _w = Allocate(depth * columns);
            _y = Allocate(rows * _gradientStep);
            _dx = Allocate(rows * depth);
            _dw = Allocate(depth * columns);
            _sums = Allocate(MatrixProduct<T>.MostRows * _gradientStep);
            _scratch = Allocate(product.ScratchLength);
        }

        public void Forward() => Multiply(_x, _forward, new RightMatrix<T>(_w, _depth, _columns, _columns, isTransposed: false), _y);

        public void DataGradient() => Multiply(_y, _backward, new RightMatrix<T>(_w, _columns, _depth, _columns, isTransposed: true), _dx);

        // Chunk by chunk of the batch, as a layer's bits ask for.
        public void WeightGradient()
        {
            int lanes = _product.LanesOf(_columns), slab = MatrixProduct<T>.MostBlocks * lanes, chunk = BatchChunks.SizeOf(_rows);
            int images = MatrixProduct<T>.MostImages / chunk * chunk;
            for (int column = 0; column < _columns; column += slab)
                for (int first = 0; first < _depth; first += MatrixProduct<T>.MostRows)
                {
                    int rows = Math.Min(MatrixProduct<T>.MostRows, _depth - first), columns = Math.Min(slab, _columns - column);
                    for (int image = 0; image < _rows; image += images)
                    {
                        var right = new RightMatrix<T>(
                            _y + (nint)image * _gradientStep + column, Math.Min(images, _rows - image), columns, _gradientStep,
                            isTransposed: false);
                        _product.AddChunks(
                            _x + (nint)image * _depth + first, _depth, right, chunk, image == 0, rows, _sums, _scratch);
                    }
                    T* sums = _sums;
                    for (int block = 0; block < columns; block += lanes)
                        for (int row = 0; row < rows; row++, sums += lanes)
                        {
                            int count = Math.Min(lanes, columns - block);
                            Rows.Copy(sums, 1, count, count, _dw + (nint)(first + row) * _columns + column + block);
                        }
                }
        }

        public void Dispose()
        {
            foreach (nint block in _blocks) NativeMemory.AlignedFree((void*)block);
        }

        private void Multiply(T* left, PixelOffsets[] rows, in RightMatrix<T> right, T* product)
        {
            int size = _product.PanelRows(_rows, right.Columns);
            fixed (PixelOffsets* pairs = rows)
                for (int first = 0; first < right.Columns; first += _product.LanesOf(right.Columns))
                    for (int row = 0; row < _rows; row += size)
                        _product.Multiply(left, pairs + row, Math.Min(size, _rows - row), right, first, product, _scratch);
        }

        private T* Allocate(int length)
        {
            var block = (T*)NativeMemory.AlignedAlloc((nuint)length * (nuint)sizeof(T), 64);
            _blocks.Add((nint)block);
            for (int i = 0; i < length; i++) block[i] = T.CreateTruncating((i % 17 - 8) * 1e-3);
            return block;
        }
    }
}
