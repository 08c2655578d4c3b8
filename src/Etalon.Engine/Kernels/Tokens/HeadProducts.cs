using System.Numerics;
using Etalon.Engine.Kernels.Convolution;
using Etalon.Engine.Kernels.Products;

namespace Etalon.Engine.Kernels.Tokens;

/// <summary>The matrix products of one head of causal attention over an image's tokens, where token i sees tokens 0 .. i.</summary>
/// <remarks>
/// Matrices of weights are [tokens][<see cref="Step"/>], zeros above the diagonal. Products over pairs of tokens leave out whole blocks
/// above it.
/// </remarks>
internal sealed unsafe class HeadProducts<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    // Rows that share one depth in a product with a triangular left factor: each panel lays the right one out anew.
    private const int PanelRows = 48;

    private readonly MatrixProduct<T> _product = MatrixProduct<T>.Create();
    private readonly int _tokens, _size;
    private readonly PixelOffsets[] _toPairs, _fromPairs;

    /// <summary>Products for heads of so many numbers a token.</summary>
    /// <param name="tokens">Tokens of an image.</param>
    /// <param name="size">Numbers of a head.</param>
    /// <param name="channels">Numbers from one token to the next where all heads lie side by side.</param>
    public HeadProducts(int tokens, int size, int channels)
    {
        (_tokens, _size) = (tokens, size);
        Step = (tokens + 15) / 16 * 16;
        HeadStep = _product.WholeBlocks(size);
        _toPairs = [.. Enumerable.Range(0, tokens).Select(token => new PixelOffsets(token * HeadStep, token * Step))];
        _fromPairs = [.. Enumerable.Range(0, tokens).Select(token => new PixelOffsets(token * Step, token * channels))];
    }

    /// <summary>Numbers of a row of weights: the tokens, rounded up.</summary>
    public int Step { get; }

    /// <summary>Numbers from one token to the next where a head lies by itself, zeros behind its own.</summary>
    public int HeadStep { get; }

    /// <summary>Numbers of scratch that a call needs.</summary>
    public int ScratchLength => _product.ScratchLength + MatrixProduct<T>.MostRows * HeadStep;

    /// <summary>pairs(i, j) = sum over c of x(i, c) y(j, c) for j at most i; what lies behind is undefined.</summary>
    /// <param name="x">[tokens][<see cref="HeadStep"/>].</param>
    /// <param name="y">[tokens][step of y].</param>
    /// <param name="stepOfY">Numbers from one token of y to the next.</param>
    /// <param name="pairs">[tokens][<see cref="Step"/>].</param>
    /// <param name="scratch">[<see cref="ScratchLength"/>].</param>
    public void Pair(T* x, T* y, int stepOfY, T* pairs, T* scratch)
    {
        var right = new RightMatrix<T>(y, _size, _tokens, stepOfY, isTransposed: true);
        int lanes = _product.LanesOf(_tokens);
        fixed (PixelOffsets* rows = _toPairs)
            for (int first = 0; first < _tokens; first += lanes)
                _product.Multiply(x, rows + first, _tokens - first, right, first, pairs, scratch);
    }

    /// <summary>y(i, c) = sum over j of pairs(i, j) x(j, c).</summary>
    /// <param name="pairs">[tokens][<see cref="Step"/>], zeros above the diagonal.</param>
    /// <param name="x">[tokens][step of x].</param>
    /// <param name="stepOfX">Numbers from one token of x to the next.</param>
    /// <param name="y">[tokens][channels].</param>
    /// <param name="scratch">[<see cref="ScratchLength"/>].</param>
    public void Gather(T* pairs, T* x, int stepOfX, T* y, T* scratch)
    {
        int lanes = _product.LanesOf(_size);
        fixed (PixelOffsets* rows = _fromPairs)
            for (int begin = 0; begin < _tokens; begin += PanelRows)
            {
                int end = Math.Min(begin + PanelRows, _tokens);
                var right = new RightMatrix<T>(x, end, _size, stepOfX, isTransposed: false);
                for (int first = 0; first < _size; first += lanes)
                    _product.Multiply(pairs, rows + begin, end - begin, right, first, y, scratch);
            }
    }

    /// <summary>y(j, c) = sum over i of pairs(i, j) x(i, c).</summary>
    /// <param name="pairs">[tokens][<see cref="Step"/>], zeros above the diagonal.</param>
    /// <param name="x">[tokens][<see cref="HeadStep"/>].</param>
    /// <param name="y">[tokens][step of y].</param>
    /// <param name="stepOfY">Numbers from one token of y to the next.</param>
    /// <param name="scratch">[<see cref="ScratchLength"/>].</param>
    public void Spread(T* pairs, T* x, T* y, int stepOfY, T* scratch)
    {
        T* sums = scratch + _product.ScratchLength;
        for (int first = 0; first < _tokens; first += MatrixProduct<T>.MostRows)
        {
            int rows = Math.Min(MatrixProduct<T>.MostRows, _tokens - first);
            new Span<T>(sums, rows * HeadStep).Clear();
            // Tokens before the first of these do not see them.
            for (int begin = first; begin < _tokens; begin += MatrixProduct<T>.MostImages)
            {
                int tokens = Math.Min(MatrixProduct<T>.MostImages, _tokens - begin);
                var right = new RightMatrix<T>(x + (long)begin * HeadStep, tokens, _size, HeadStep, isTransposed: false);
                _product.AddOuter(pairs + (long)begin * Step + first, Step, right, rows, sums, scratch);
            }
            Write(sums, rows, y + (long)first * stepOfY, stepOfY);
        }
    }

    // Sums [block][rows][lanes] to [rows][step].
    private void Write(T* sums, int rows, T* y, int step)
    {
        int lanes = _product.LanesOf(_size);
        for (int block = 0; block < _size; block += lanes)
            for (int row = 0; row < rows; row++, sums += lanes)
                Rows.Copy(sums, 1, Math.Min(lanes, _size - block), lanes, y + (long)row * step + block);
    }
}
