using System.Numerics;
using System.Runtime.CompilerServices;
using Etalon.Engine.Kernels.Convolution;
using Etalon.Engine.Kernels.Vectors;

namespace Etalon.Engine.Kernels.Products;

/// <summary>
/// Blocks of matrix products in the register blocks of the convolutions: rows stand for pixels, columns for output channels. The right
/// matrix is laid out block by block in a worker's scratch, where it stays in the first-level cache while the rows go by.
/// </summary>
/// <remarks>
/// Each number is summed in ascending order, whatever the blocks, so its bits depend on its row and its column alone.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal abstract unsafe class MatrixProduct<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Rows of sums that <see cref="AddOuter"/> takes in one call at most.</summary>
    public const int MostRows = 128;

    /// <summary>Rows that go through one layout of the right matrix at most.</summary>
    public const int MostPanelRows = 256;

    // Laying out costs about as much as 5 to 15 rows, the more the farther apart the right matrix' rows lie. Where few blocks of columns
    // would leave threads idle, rows are cut into more panels.
    private const int FewRows = 96, ManyBlocks = 8;

    /// <summary>Images whose outer products <see cref="AddOuter"/> sums in one call at most.</summary>
    public const int MostImages = 64;

    /// <summary>Blocks of columns whose sums stay in the second-level cache from one call to the next: 128 kB of float32.</summary>
    public const int MostBlocks = 8;

    /// <summary>Numbers of scratch that a call needs, 64-byte aligned by the caller.</summary>
    public abstract int ScratchLength { get; }

    /// <summary>The products in the width that this process computes with.</summary>
    public static MatrixProduct<T> Create() =>
        VectorWidth.IsWide ? new MatrixProduct<T, WideVector<T>>() : new MatrixProduct<T, NarrowVector<T>>();

    /// <summary>Columns of a block where the product has <paramref name="columns"/> in all.</summary>
    public abstract int LanesOf(int columns);

    /// <summary><paramref name="columns"/> rounded up to whole blocks.</summary>
    public int WholeBlocks(int columns) => (columns + LanesOf(columns) - 1) / LanesOf(columns) * LanesOf(columns);

    /// <summary>
    /// Rows that go through one layout of the right matrix: <paramref name="rows"/> cut into panels of equal size, as few as go.
    /// </summary>
    public int PanelRows(int rows, int columns)
    {
        int most = WholeBlocks(columns) / LanesOf(columns) >= ManyBlocks ? MostPanelRows : FewRows, panels = (rows + most - 1) / most;
        return (rows + panels - 1) / panels;
    }

    /// <summary>c(row, j) = sum over k of a(row, k) b(k, j) for the columns j of one block.</summary>
    /// <param name="a">The left matrix.</param>
    /// <param name="rows">[count]: where each row begins in the left matrix and in the product.</param>
    /// <param name="count">Number of rows, at least 1.</param>
    /// <param name="b">The right matrix.</param>
    /// <param name="first">The block's first column.</param>
    /// <param name="c">The product.</param>
    /// <param name="scratch">[<see cref="ScratchLength"/>].</param>
    public abstract void Multiply(T* a, PixelOffsets* rows, int count, in RightMatrix<T> b, int first, T* c, T* scratch);

    /// <summary>sums(row, j) += sum over images of x(image, row) g(image, j), for all columns.</summary>
    /// <param name="x">[images][rows], rows at most <see cref="MostRows"/>.</param>
    /// <param name="xStep">Numbers from one image of x to the next.</param>
    /// <param name="g">[images][columns], at most <see cref="MostImages"/>; whole blocks of columns are read.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="sums">[block of columns][rows][lanes of a block].</param>
    /// <param name="scratch">[<see cref="ScratchLength"/>].</param>
    public abstract void AddOuter(T* x, int xStep, in RightMatrix<T> g, int rows, T* sums, T* scratch);

    /// <summary>The same for several chunks of images: each is summed by itself, from 0, and added to the sums in its turn.</summary>
    /// <remarks>A chunk of a small batch has few images. Written, read and added to the others by passes of their own, its sums took two
    /// thirds of the time.</remarks>
    /// <param name="x">[images][rows], rows at most <see cref="MostRows"/>.</param>
    /// <param name="xStep">Numbers from one image of x to the next.</param>
    /// <param name="g">[images][columns], at most <see cref="MostImages"/>; whole blocks of columns are read.</param>
    /// <param name="chunk">Images of a chunk; the last may have fewer.</param>
    /// <param name="isNew">Whether the first chunk's sums replace what is there.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="sums">[block of columns][rows][lanes of a block].</param>
    /// <param name="scratch">[<see cref="ScratchLength"/>].</param>
    public abstract void AddChunks(T* x, int xStep, in RightMatrix<T> g, int chunk, bool isNew, int rows, T* sums, T* scratch);
}

/// <inheritdoc/>
internal sealed unsafe class MatrixProduct<T, TVector> : MatrixProduct<T>
    where T : unmanaged, IFloatingPointIeee754<T> where TVector : unmanaged, IVector<TVector, T>
{
    // 256 rows of two 512-bit vectors of float32 are 32 kB.
    private const int DepthPerBlock = 256;

    private static readonly int[] RowOffsets = [.. Enumerable.Range(0, MostRows)];

    public override int ScratchLength => Math.Max(DepthPerBlock, MostImages) * 2 * TVector.Count + MostImages * MostRows;

    public override int LanesOf(int columns) => InnerProduct<T, TVector>.LanesOf(columns);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Multiply(T* a, PixelOffsets* rows, int count, in RightMatrix<T> b, int first, T* c, T* scratch)
    {
        int lanes = LanesOf(b.Columns), columns = Math.Min(lanes, b.Columns - first), run = 0;
        for (int k = 0; k < b.Depth; k += DepthPerBlock)
        {
            int depth = Math.Min(DepthPerBlock, b.Depth - k);
            if (b.IsTransposed) LayTransposed(b.Numbers + (nint)first * b.Step + k, b.Step, depth, columns, lanes, scratch);
            else Lay(b.Numbers + (nint)k * b.Step + first, b.Step, depth, columns, lanes, scratch);
            if (k == 0) InnerProduct<T, TVector>.Run(a, rows, count, &run, 1, depth, scratch, lanes, c + first, columns);
            else InnerProduct<T, TVector>.Continue(a + k, rows, count, &run, 1, depth, scratch, lanes, c + first, columns);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void AddOuter(T* x, int xStep, in RightMatrix<T> g, int rows, T* sums, T* scratch) =>
        AddParts(x, xStep, g, g.Depth, joinedFrom: g.Depth, rows, sums, scratch);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void AddChunks(T* x, int xStep, in RightMatrix<T> g, int chunk, bool isNew, int rows, T* sums, T* scratch)
    {
        if (isNew) new Span<T>(sums, rows * WholeBlocks(g.Columns)).Clear();
        AddParts(x, xStep, g, chunk, joinedFrom: isNew ? chunk : 0, rows, sums, scratch);
    }

    // The images go by parts: those before joinedFrom continue the sums, the others have sums of their own that are joined to them.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddParts(T* x, int xStep, in RightMatrix<T> g, int part, int joinedFrom, int rows, T* sums, T* scratch)
    {
        int lanes = LanesOf(g.Columns);
        T* left = scratch, right = scratch + MostImages * MostRows;
        CopyRows(x, xStep, g.Depth, rows, left);
        PixelOffsets start = default;
        fixed (int* offsets = RowOffsets)
            for (int column = 0; column < g.Columns; column += lanes, sums += rows * lanes)
            {
                Lay(g.Numbers + column, g.Step, g.Depth, lanes, lanes, right);
                int done = part < g.Depth ? ChunkedProduct<T, TVector>.Add(left, right, g.Depth, part, rows, sums, g.Columns - column) : 0;
                for (int image = 0; image < g.Depth && done < rows; image += part)
                {
                    var lines = new PixelLines(&start, 1, Math.Min(part, g.Depth - image), rows, lanes);
                    T* inputs = left + image * rows + done, gradients = right + image * lanes, totals = sums + done * lanes;
                    if (image >= joinedFrom)
                        OuterProduct<T, TVector>.Join(inputs, gradients, lines, offsets, rows - done, totals, lanes, g.Columns - column);
                    else
                        OuterProduct<T, TVector>.Add(inputs, gradients, lines, offsets, rows - done, totals, lanes, g.Columns - column);
                }
            }
    }

    // Both factors of an outer product are copied side by side: rows of many numbers often lie a multiple of 4 kB apart, in one set of the
    // first-level cache.
    private static void CopyRows(T* x, int xStep, int images, int rows, T* to)
    {
        for (int image = 0; image < images; image++) Rows.Copy(x + (nint)image * xStep, 1, rows, rows, to + image * rows);
    }

    // [depth][columns] to [depth][lanes], zeros behind the last column.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Lay(T* from, nint step, int depth, int columns, int lanes, T* to)
    {
        for (int k = 0; k < depth; k++, from += step, to += lanes)
        {
            int j = 0;
            for (; j <= columns - TVector.Count; j += TVector.Count) TVector.Load(from + j).Store(to + j);
            for (; j < columns; j++) to[j] = from[j];
            for (; j < lanes; j++) to[j] = T.Zero;
        }
    }

    // [columns][depth] to [depth][lanes], zeros behind the last column.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LayTransposed(T* from, nint step, int depth, int columns, int lanes, T* to)
    {
        int tile = Transposition<T>.Edge, wholeColumns = columns / tile * tile, wholeDepth = depth / tile * tile;
        for (int j = 0; j < wholeColumns; j += tile)
            for (int k = 0; k < wholeDepth; k += tile) Transposition<T>.Tile(from + j * step + k, step, to + k * lanes + j, lanes);
        for (int j = 0; j < lanes; j++)
            for (int k = j < wholeColumns ? wholeDepth : 0; k < depth; k++)
                to[k * lanes + j] = j < columns ? from[j * step + k] : T.Zero;
    }
}

/// <summary>The right factor of a product, [depth][columns], as it lies in memory or transposed.</summary>
/// <param name="numbers">Its first number.</param>
/// <param name="depth">Rows of the factor: what is summed over.</param>
/// <param name="columns">Columns of the factor.</param>
/// <param name="step">Numbers from one row in memory to the next.</param>
/// <param name="isTransposed">Whether memory holds [columns][depth].</param>
internal readonly unsafe struct RightMatrix<T>(T* numbers, int depth, int columns, int step, bool isTransposed) where T : unmanaged
{
    public readonly T* Numbers = numbers;
    public readonly int Depth = depth;
    public readonly int Columns = columns;
    public readonly int Step = step;
    public readonly bool IsTransposed = isTransposed;
}
