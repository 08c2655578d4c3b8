using System.Numerics;
using Etalon.Engine.Kernels;
using Etalon.Engine.Memory;
using Etalon.Engine.Parallel;

namespace Etalon.Engine.Optimizers;

/// <summary>
/// A rule that divides the gradient of a cell (all parameters, a tensor, a channel, a kernel) by a number b &gt; 0 that it takes from the norms of that cell's gradients.
/// </summary>
/// <remarks>
/// A tensor is a matrix [rows][columns] whose columns are its cells: one column where the scope is the tensor, its output channels, or its kernels, for weights
/// are [ky][kx][in][out]. Where there are few columns, a chunk's sums of squares by column are taken when the gradient is measured, and all is changed chunk by chunk once
/// the sums are known. Where there are many (kernels), those sums would be as large as the tensor: a thread takes some columns, sums their squares and changes
/// them while they are in cache. The memory of a cell is a few float64 numbers, the first of them b or its square; 0 before its first gradient.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public abstract unsafe class CellOptimizer<T> : Optimizer<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    // The sums and steps of that many columns lie on a thread's stack: 24 kB in float64.
    private const int MostColumns = 1024;

    // With more columns a tensor is changed block by block. Up to it the sums of a chunk are an eighth as many as its numbers.
    private const int FewColumns = ChunkLength / 8;

    private readonly Region<T> _velocity;
    private readonly Tensor<double>[] _cells;
    private readonly int[] _columns;
    private readonly SgdUpdate[] _updates;
    private readonly (int Tensor, int First, int Count)[] _blocks;
    private readonly int[] _flatChunks;
    private readonly long[] _partialOf;
    private readonly Region<double> _partials = new();
    private readonly Region<T> _steps = new();
    private readonly CellScope _scope;
    private readonly bool _isDecoupled;
    private readonly int _memory;
    private readonly Action<int, int> _updatePiece;

    private protected CellOptimizer(
        Region<T> parameters, Region<T> gradients, CellScope scope, bool isDecayDecoupled, int memory, string slot, Func<string, int>? groupOf)
        : base(parameters, gradients, groupOf)
    {
        (_scope, _isDecoupled, _memory) = (scope, isDecayDecoupled, memory);
        _velocity = AddSlot(slot);
        _columns = [.. parameters.Tensors.Select(tensor => ColumnsOf(tensor, scope))];
        _updates = new SgdUpdate[_columns.Length];
        _cells = DeclareCells();
        Accumulators.Allocate();
        _blocks = [.. Enumerable.Range(0, _columns.Length).Where(tensor => _columns[tensor] > FewColumns).SelectMany(Blocks)];
        _flatChunks = [.. Enumerable.Range(0, Chunks.Length).Where(i => _columns[Chunks[i].Tensor] <= FewColumns)];
        _partialOf = new long[Chunks.Length];
        LayColumns();
        _updatePiece = UpdatePiece;
    }

    // For each chunk of a tensor of some columns its sums; for each such tensor [2][columns]: intake and ofVelocity of an update.
    private void LayColumns()
    {
        int sums = 0;
        for (int i = 0; i < Chunks.Length; i++)
        {
            _partialOf[i] = sums;
            if (HasSomeColumns(Chunks[i].Tensor)) sums += _columns[Chunks[i].Tensor];
        }
        _partials.Declare("sums", sums);
        for (int tensor = 0; tensor < _columns.Length; tensor++) _steps.Declare($"{tensor}", 2, HasSomeColumns(tensor) ? _columns[tensor] : 0);
        _partials.Allocate();
        _steps.Allocate();
    }

    private bool HasSomeColumns(int tensor) => _columns[tensor] is > 1 and <= FewColumns;

    /// <inheritdoc/>
    public sealed override Region<T> Buffer => _velocity;

    /// <inheritdoc/>
    public sealed override double RateOf(int tensor)
    {
        double* cells = CellOf(tensor);
        double sum = 0, rate = Today(GroupOf(tensor)).Rate;
        for (int c = 0; c < _columns[tensor]; c++)
        {
            double b = Divisor(cells + c * _memory);
            sum += b > 0 ? rate / b : 0;
        }
        return sum / _columns[tensor];
    }

    /// <summary>b of each cell of a tensor: one, or one for each channel or kernel; 0 before its first gradient.</summary>
    /// <param name="tensor">The parameter tensor's index in its region.</param>
    public IReadOnlyList<double> Divisors(int tensor)
    {
        double[] divisors = new double[_columns[tensor]];
        for (int c = 0; c < divisors.Length; c++) divisors[c] = Divisor(CellOf(tensor) + c * _memory);
        return divisors;
    }

    /// <summary>Takes today's gradients into cells, and says what b to divide them by.</summary>
    /// <param name="cells">The memory of the cells, one after another.</param>
    /// <param name="squares">|g|^2 of each cell, coupled decay included; b in the end. A gradient of 0 leaves its cell as it is, and its b is 1 while it has none.</param>
    /// <param name="rateSquare">lambda^2 of today; the mean over |g|^2 where cells span groups.</param>
    /// <param name="count">How many cells.</param>
    private protected abstract void Advance(double* cells, double* squares, double rateSquare, int count);

    /// <summary>b of a cell; 0 before its first gradient.</summary>
    private protected virtual double Divisor(double* cell) => cell[0];

    /// <summary>The update of a cell whose b is 1.</summary>
    private protected abstract SgdUpdate Undivided(in UpdateNumbers numbers);

    /// <summary>Whether b divides the step that the buffer makes. Default: false, it divides each gradient that enters the buffer.</summary>
    private protected virtual bool DividesStep => false;

    private protected double ShrinkOf(in UpdateNumbers numbers) => _isDecoupled ? 1 - numbers.Rate * numbers.WeightDecay : 1;

    private protected sealed override double DecayInGradient(in UpdateNumbers numbers) => _isDecoupled ? 0 : numbers.WeightDecay;

    private protected override void Apply(Workers workers)
    {
        if (_scope == CellScope.Global) AdvanceGlobal();
        else
            for (int tensor = 0; tensor < _columns.Length; tensor++)
                if (_columns[tensor] == 1)
                {
                    var numbers = Today(GroupOf(tensor));
                    double b = TensorSquares[tensor];
                    Advance(CellOf(tensor), &b, numbers.Rate * numbers.Rate, 1);
                    _updates[tensor] = Divided(numbers, b);
                }
        AdvanceColumns();
        workers.Run(_flatChunks.Length + _blocks.Length, _updatePiece);
    }

    private void AdvanceGlobal()
    {
        double b = 0, scaled = 0;
        for (int tensor = 0; tensor < _columns.Length; tensor++)
        {
            double rate = Today(GroupOf(tensor)).Rate;
            b += TensorSquares[tensor];
            scaled += rate * rate * TensorSquares[tensor];
        }
        Advance(_cells[0].Pointer, &b, b > 0 ? scaled / b : 0, 1);
        for (int tensor = 0; tensor < _columns.Length; tensor++) _updates[tensor] = Divided(Today(GroupOf(tensor)), b);
    }

    private SgdUpdate Divided(in UpdateNumbers numbers, double b)
    {
        var update = Undivided(numbers);
        return DividesStep ? update with { OfVelocity = update.OfVelocity / b } : update with { Intake = update.Intake / b };
    }

    private void UpdatePiece(int index, int worker)
    {
        if (index >= _flatChunks.Length)
        {
            UpdateBlock(_blocks[index - _flatChunks.Length]);
            return;
        }
        var chunk = Chunks[_flatChunks[index]];
        T* w = Parameters.Pointer + chunk.Begin, g = Gradients.Pointer + chunk.Begin, v = _velocity.Pointer + chunk.Begin;
        int columns = _columns[chunk.Tensor];
        if (columns == 1)
        {
            _updates[chunk.Tensor].Apply(w, g, v, chunk.Length);
            return;
        }
        T* intake = _steps.Tensors[chunk.Tensor].Pointer, ofVelocity = intake + columns;
        foreach (var (at, column, length) in new RowSegments(chunk.Begin - Parameters.Tensors[chunk.Tensor].Offset, chunk.Length, columns))
            ColumnUpdate.Apply(_updates[chunk.Tensor], intake + column, ofVelocity + column, w + at, g + at, v + at, length);
    }

    private protected sealed override double Measure(int index)
    {
        var chunk = Chunks[index];
        int columns = _columns[chunk.Tensor];
        if (!HasSomeColumns(chunk.Tensor)) return base.Measure(index);
        var sums = new Span<double>(_partials.Pointer + _partialOf[index], columns);
        sums.Clear();
        double decay = DecayInGradient(Today(chunk.Group)), sum = 0;
        foreach (var (at, column, length) in new RowSegments(chunk.Begin - Parameters.Tensors[chunk.Tensor].Offset, chunk.Length, columns))
            SquareSums.AddRow(Parameters.Pointer + chunk.Begin + at, Gradients.Pointer + chunk.Begin + at, decay, length, _partials.Pointer + _partialOf[index] + column);
        foreach (double ofColumn in sums) sum += ofColumn;
        return sum;
    }

    // The sums of a tensor's chunks gather in those of its first.
    private void AdvanceColumns()
    {
        for (int i = 0, first = -1; i < Chunks.Length; i++)
        {
            int tensor = Chunks[i].Tensor;
            if (!HasSomeColumns(tensor)) continue;
            double* sums = _partials.Pointer + _partialOf[i];
            if (i == 0 || Chunks[i - 1].Tensor != tensor) first = i;
            else
                for (int c = 0; c < _columns[tensor]; c++) _partials.Pointer[_partialOf[first] + c] += sums[c];
            if (i + 1 == Chunks.Length || Chunks[i + 1].Tensor != tensor) AdvanceColumns(tensor, _partials.Pointer + _partialOf[first]);
        }
    }

    private void AdvanceColumns(int tensor, double* squares)
    {
        int columns = _columns[tensor];
        var steps = _steps.Tensors[tensor].Pointer;
        _updates[tensor] = AdvanceCells(CellOf(tensor), squares, columns, Today(GroupOf(tensor)), steps, steps + columns);
    }

    // What the update of some cells has in common; what each has for itself goes to intake and ofVelocity.
    private SgdUpdate AdvanceCells(double* cells, double* squares, int count, in UpdateNumbers numbers, T* intake, T* ofVelocity)
    {
        Advance(cells, squares, numbers.Rate * numbers.Rate, count);
        var update = Undivided(numbers);
        var (divided, common) = DividesStep ? (update.OfVelocity, update.Intake) : (update.Intake, update.OfVelocity);
        CellSteps.Divide(divided, squares, DividesStep ? ofVelocity : intake, count);
        new Span<T>(DividesStep ? intake : ofVelocity, count).Fill(T.CreateTruncating(common));
        return update;
    }

    private void UpdateBlock((int Tensor, int First, int Count) block)
    {
        var tensor = Parameters.Tensors[block.Tensor];
        var numbers = Today(GroupOf(block.Tensor));
        int columns = _columns[block.Tensor], count = block.Count;
        long begin = tensor.Offset + block.First, end = tensor.Offset + tensor.Length;
        double* squares = stackalloc double[MostColumns];
        T* intake = stackalloc T[MostColumns], ofVelocity = stackalloc T[MostColumns];
        new Span<double>(squares, count).Clear();

        for (long at = begin; at < end; at += columns)
            SquareSums.AddRow(Parameters.Pointer + at, Gradients.Pointer + at, DecayInGradient(numbers), count, squares);
        var update = AdvanceCells(CellOf(block.Tensor) + (long)block.First * _memory, squares, count, numbers, intake, ofVelocity);
        for (long at = begin; at < end; at += columns)
            ColumnUpdate.Apply(update, intake, ofVelocity, Parameters.Pointer + at, Gradients.Pointer + at, _velocity.Pointer + at, count);
    }

    private double* CellOf(int tensor) => _cells[_scope == CellScope.Global ? 0 : tensor].Pointer;

    private Tensor<double>[] DeclareCells()
    {
        int[] ShapeOf(int columns) => _memory == 1 ? [columns] : [columns, _memory];
        return _scope == CellScope.Global
            ? [Accumulators.Declare("b", ShapeOf(1))]
            : [.. Parameters.Tensors.Select((tensor, i) => Accumulators.Declare($"b/{tensor.Name}", ShapeOf(_columns[i])))];
    }

    private IEnumerable<(int, int, int)> Blocks(int tensor)
    {
        int columns = _columns[tensor], rows = (int)(Parameters.Tensors[tensor].Length / columns);
        int count = Math.Clamp(ChunkLength / rows, 64, MostColumns);
        for (int first = 0; first < columns; first += count) yield return (tensor, first, Math.Min(count, columns - first));
    }

    private static int ColumnsOf(Tensor<T> tensor, CellScope scope)
    {
        var shape = tensor.Shape;
        return (scope, shape.Count) switch
        {
            (CellScope.Kernel, 4) => shape[2] * shape[3],
            (CellScope.Channel or CellScope.Kernel, >= 2) => shape[^1],
            _ => 1,
        };
    }

    private protected override void DisposeOwn()
    {
        _partials.Dispose();
        _steps.Dispose();
    }
}
