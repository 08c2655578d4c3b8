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
/// are [ky][kx][in][out]. It is cut into panels, each measured and changed by one thread. Where columns are few a panel is some rows of all of them, and the sums of squares of a
/// tensor's panels are joined before anything changes. Where they are many (kernels) it is all rows of some columns, and its sums are taken when it is changed: kept from the first
/// measurement they would be a third slot to write and read. The memory of a cell is a few float64 numbers, the first of them b or its square; 0 before its first gradient.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public abstract unsafe class CellOptimizer<T> : Optimizer<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    // Of more columns a panel takes some: panels that share columns have sums of all of them, of which there should be few beside their numbers.
    private const int FewColumns = 2048;

    // Long pieces of rows where there are so many columns: with two threads an update in pieces of 4,096 numbers took a tenth longer, of 2,048 a third.
    private const int MostColumns = 16384;

    private readonly Region<T> _velocity;
    private readonly Tensor<double>[] _cells;
    private readonly int[] _columns;
    private readonly SgdUpdate[] _updates;
    private readonly CellPanel[] _panels;
    private readonly double[] _squares;
    private readonly Region<double> _sums = new();
    private readonly Region<T> _steps = new();
    private readonly CellScope _scope;
    private readonly bool _isDecoupled;
    private readonly int _memory;
    private readonly Action<int, int> _measurePanel, _updatePanel;

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
        _panels = [.. Enumerable.Range(0, _columns.Length).SelectMany(Cut)];
        _squares = new double[_panels.Length];
        for (int i = 0; i < _panels.Length; i++) _sums.Declare($"{i}", IsShared(_panels[i].Tensor) ? _panels[i].Columns : 0);
        for (int tensor = 0; tensor < _columns.Length; tensor++) _steps.Declare($"{tensor}", IsShared(tensor) ? _columns[tensor] : 0);
        _sums.Allocate();
        _steps.Allocate();
        (_measurePanel, _updatePanel) = (MeasurePanel, UpdatePanel);
    }

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
                    double divisor = TensorSquares[tensor];
                    Advance(CellOf(tensor), &divisor, numbers.Rate * numbers.Rate, 1);
                    _updates[tensor] = Divided(numbers, divisor);
                }
                else _updates[tensor] = Undivided(Today(GroupOf(tensor)));
        JoinSums();
        workers.Run(_panels.Length, _updatePanel);
        GradientNorm = Math.Sqrt(_squares.Sum());
    }

    private void AdvanceGlobal()
    {
        double squares = 0, scaled = 0;
        for (int tensor = 0; tensor < _columns.Length; tensor++)
        {
            double rate = Today(GroupOf(tensor)).Rate;
            squares += TensorSquares[tensor];
            scaled += rate * rate * TensorSquares[tensor];
        }
        double divisor = squares;
        Advance(_cells[0].Pointer, &divisor, squares > 0 ? scaled / squares : 0, 1);
        for (int tensor = 0; tensor < _columns.Length; tensor++) _updates[tensor] = Divided(Today(GroupOf(tensor)), divisor);
    }

    private SgdUpdate Divided(in UpdateNumbers numbers, double b)
    {
        var update = Undivided(numbers);
        return DividesStep ? update with { OfVelocity = update.OfVelocity / b } : update with { Intake = update.Intake / b };
    }

    private protected sealed override void Measure(Workers workers, Span<double> tensorSquares)
    {
        // From the end to the beginning, as the base does.
        workers.Run(_panels.Length, _measurePanel, isDescending: true);
        for (int i = 0; i < _panels.Length; i++) tensorSquares[_panels[i].Tensor] += _squares[i];
    }

    private void MeasurePanel(int index, int worker)
    {
        var panel = _panels[index];
        T* w = Parameters.Pointer + panel.Begin, g = Gradients.Pointer + panel.Begin;
        double decay = DecayInGradient(Today(GroupOf(panel.Tensor)));
        if (_columns[panel.Tensor] == 1) _squares[index] = SquareSums.Of(w, g, decay, panel.Rows);
        else if (IsShared(panel.Tensor))
        {
            _sums.Tensors[index].Span.Clear();
            _squares[index] = AddColumns(panel, w, g, decay, _sums.Tensors[index].Pointer);
        }
        else _squares[index] = MeasureRows(panel, w, g);
    }

    // Of the gradient alone: whether it is finite is all that is asked, for the cells measure it again.
    private double MeasureRows(in CellPanel panel, T* w, T* g)
    {
        long columns = _columns[panel.Tensor];
        double sum = 0;
        for (int row = 0; row < panel.Rows; row++) sum += SquareSums.Of(w + row * columns, g + row * columns, decay: 0, panel.Columns);
        return sum;
    }

    private double AddColumns(in CellPanel panel, T* w, T* g, double decay, double* sums)
    {
        SquareSums.AddColumns(w, g, decay, panel.Rows, panel.Columns, _columns[panel.Tensor], sums);
        return SquareSums.Total(sums, panel.Columns);
    }

    // The sums of panels that share columns gather in the first one's; then their cells take them in.
    private void JoinSums()
    {
        for (int first = 0, next; first < _panels.Length; first = next)
        {
            var panel = _panels[first];
            next = first + 1;
            if (!IsShared(panel.Tensor)) continue;
            double* sums = _sums.Tensors[first].Pointer;
            for (; next < _panels.Length && _panels[next].Tensor == panel.Tensor; next++)
            {
                double* more = _sums.Tensors[next].Pointer;
                for (int c = 0; c < panel.Columns; c++) sums[c] += more[c];
            }
            AdvanceCells(panel, sums, _steps.Tensors[panel.Tensor].Pointer);
        }
    }

    // The sums become divisors, and those steps.
    private void AdvanceCells(in CellPanel panel, double* sums, T* steps)
    {
        var numbers = Today(GroupOf(panel.Tensor));
        var update = _updates[panel.Tensor];
        Advance(CellOf(panel.Tensor) + (long)panel.First * _memory, sums, numbers.Rate * numbers.Rate, panel.Columns);
        CellSteps.Divide(DividesStep ? update.OfVelocity : update.Intake, sums, steps, panel.Columns);
    }

    private void UpdatePanel(int index, int worker)
    {
        var panel = _panels[index];
        T* w = Parameters.Pointer + panel.Begin, g = Gradients.Pointer + panel.Begin, v = _velocity.Pointer + panel.Begin;
        if (_columns[panel.Tensor] == 1) _updates[panel.Tensor].Apply(w, g, v, panel.Rows);
        else if (IsShared(panel.Tensor)) UpdateColumns(panel, _steps.Tensors[panel.Tensor].Pointer, w, g, v);
        else
        {
            // Together at most 256 kB.
            double* sums = stackalloc double[panel.Columns];
            T* steps = stackalloc T[panel.Columns];
            new Span<double>(sums, panel.Columns).Clear();
            _squares[index] = AddColumns(panel, w, g, DecayInGradient(Today(GroupOf(panel.Tensor))), sums);
            AdvanceCells(panel, sums, steps);
            UpdateColumns(panel, steps, w, g, v);
        }
    }

    private void UpdateColumns(in CellPanel panel, T* steps, T* w, T* g, T* v) =>
        ColumnUpdate.Apply(_updates[panel.Tensor], steps, DividesStep, w, g, v, panel.Rows, panel.Columns, _columns[panel.Tensor]);

    // Whether the panels of a tensor share its columns.
    private bool IsShared(int tensor) => _columns[tensor] is > 1 and <= FewColumns;

    private double* CellOf(int tensor) => _cells[_scope == CellScope.Global ? 0 : tensor].Pointer;

    private Tensor<double>[] DeclareCells()
    {
        int[] ShapeOf(int columns) => _memory == 1 ? [columns] : [columns, _memory];
        return _scope == CellScope.Global
            ? [Accumulators.Declare("b", ShapeOf(1))]
            : [.. Parameters.Tensors.Select((tensor, i) => Accumulators.Declare($"b/{tensor.Name}", ShapeOf(_columns[i])))];
    }

    private IEnumerable<CellPanel> Cut(int index)
    {
        var tensor = Parameters.Tensors[index];
        int columns = _columns[index], rows = (int)(tensor.Length / columns);
        // About four panels, of whole lines of memory, where pieces of rows are long enough.
        int width = columns <= FewColumns ? columns : Math.Clamp((columns / 4 + 63) / 64 * 64, FewColumns, MostColumns);
        int height = columns <= FewColumns ? Math.Max(1, ChunkLength / columns) : rows;
        for (int row = 0; row < rows; row += height)
            for (int first = 0; first < columns; first += width)
                yield return new CellPanel(index, tensor.Offset + (long)row * columns + first, first, Math.Min(height, rows - row), Math.Min(width, columns - first));
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
        _sums.Dispose();
        _steps.Dispose();
    }
}
