using System.Numerics;
using Etalon.Engine.Kernels;
using Etalon.Engine.Optimizers;

namespace Etalon.Engine;

/// <summary>
/// A rule that divides the gradient of a cell (all parameters, a tensor, a channel, a kernel) by a number b &gt; 0 that it takes from the
/// norms of that cell's gradients.
/// </summary>
/// <remarks>
/// Cells are columns of a <see cref="ScopeLayout"/>, each panel of which is measured and changed by one thread. Where panels share columns
/// their sums of squares are joined before anything changes. A panel with columns of its own takes its sums when it is changed: kept from
/// the first measurement they would be a third slot to write and read. The memory of a cell is a few float64 numbers, the first of them b
/// or its square; 0 before its first gradient.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public abstract unsafe class ScopedOptimizer<T> : Optimizer<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Region<T> _velocity;
    private readonly ScopeLayout _grid;
    private readonly Tensor<double>[] _cells;
    private readonly SgdUpdate[] _updates;
    private readonly double[] _squares;
    private readonly Region<double> _sums = new();
    private readonly Region<T> _steps = new();
    private readonly StepSizeScope _scope;
    private readonly bool _isDecoupled;
    private readonly int _memory;
    private readonly Action<int, int> _measurePanel, _updatePanel;

    private protected ScopedOptimizer(
        Region<T> parameters, Region<T> gradients, StepSizeScope scope, bool isDecayDecoupled, int memory, string slot,
        Func<string, int>? groupOf)
        : base(parameters, gradients, groupOf)
    {
        (_scope, _isDecoupled, _memory) = (scope, isDecayDecoupled, memory);
        _velocity = AddSlot(slot);
        _grid = ScopeLayout.Of(parameters, scope, ChunkLength);
        _cells = DeclareCells();
        Accumulators.Allocate();
        _updates = new SgdUpdate[parameters.Tensors.Count];
        _squares = new double[_grid.Panels.Length];
        _sums.Declare("sums", checked((int)_grid.SumCount));
        _steps.Declare("steps", checked((int)_grid.StepCount));
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
        double sum = 0, rate = Current(GroupOf(tensor)).Rate;
        for (int c = 0; c < _grid.CellsOf(tensor); c++)
        {
            double b = Divisor(cells + c * _memory);
            sum += b > 0 ? rate / b : 0;
        }
        return sum / _grid.CellsOf(tensor);
    }

    /// <inheritdoc/>
    public override double TotalRateOf(int tensor, in Hyperparameters numbers) => RateOf(tensor) / (1 - numbers.Momentum);

    /// <summary>b of each cell of a tensor: one, or one for each channel or kernel; 0 before its first gradient.</summary>
    /// <param name="tensor">The parameter tensor's index in its region.</param>
    public IReadOnlyList<double> Divisors(int tensor)
    {
        double[] divisors = new double[_grid.CellsOf(tensor)];
        for (int c = 0; c < divisors.Length; c++) divisors[c] = Divisor(CellOf(tensor) + c * _memory);
        return divisors;
    }

    /// <summary>Takes the update's gradients into cells, and says what b to divide them by.</summary>
    /// <param name="cells">The memory of the cells, one after another.</param>
    /// <param name="squaresToDivisors">|g|^2 of each cell, coupled decay included; b in the end. A gradient of 0 leaves its cell as it is,
    /// and its b is 1 while it has none.</param>
    /// <param name="rateSquare">eta^2 of the update; the mean over |g|^2 where cells span groups.</param>
    /// <param name="count">How many cells.</param>
    private protected abstract void Advance(double* cells, double* squaresToDivisors, double rateSquare, int count);

    /// <summary>b of a cell; 0 before its first gradient.</summary>
    private protected virtual double Divisor(double* cell) => cell[0];

    /// <summary>The update of a cell whose b is 1. Default: heavy ball's.</summary>
    private protected virtual SgdUpdate Undivided(in Hyperparameters numbers) => new(
        ShrinkOf(numbers), DecayInGradient(numbers), numbers.Momentum, Intake: 1, OfGradient: 0, OfVelocity: numbers.Rate);

    /// <summary>
    /// Whether b divides the step that the buffer makes. Default: false, it divides each gradient that enters the buffer.
    /// </summary>
    private protected virtual bool DividesStep => false;

    private protected double ShrinkOf(in Hyperparameters numbers) => numbers.Shrink(_isDecoupled);

    private protected sealed override double DecayInGradient(in Hyperparameters numbers) => numbers.DecayInGradient(_isDecoupled);

    private protected override void Apply(Workers workers)
    {
        if (_scope == StepSizeScope.Global) AdvanceGlobal();
        else
            for (int tensor = 0; tensor < _updates.Length; tensor++) AdvanceTensor(tensor);
        JoinSums();
        workers.Run(_grid.Panels.Length, _updatePanel);
        GradientNorm = Math.Sqrt(_squares.Sum());
    }

    private void AdvanceTensor(int tensor)
    {
        var numbers = Current(GroupOf(tensor));
        if (_grid.CellsOf(tensor) > 1)
        {
            _updates[tensor] = Undivided(numbers);
            return;
        }
        double squareToDivisor = TensorSquares[tensor];
        Advance(CellOf(tensor), &squareToDivisor, numbers.Rate * numbers.Rate, 1);
        _updates[tensor] = Divided(numbers, squareToDivisor);
    }

    private void AdvanceGlobal()
    {
        double squares = 0, scaled = 0;
        for (int tensor = 0; tensor < _updates.Length; tensor++)
        {
            double rate = Current(GroupOf(tensor)).Rate;
            squares += TensorSquares[tensor];
            scaled += rate * rate * TensorSquares[tensor];
        }
        double squareToDivisor = squares;
        Advance(_cells[0].Pointer, &squareToDivisor, squares > 0 ? scaled / squares : 0, 1);
        for (int tensor = 0; tensor < _updates.Length; tensor++) _updates[tensor] = Divided(Current(GroupOf(tensor)), squareToDivisor);
    }

    private SgdUpdate Divided(in Hyperparameters numbers, double b)
    {
        var update = Undivided(numbers);
        return DividesStep ? update with { OfVelocity = update.OfVelocity / b } : update with { Intake = update.Intake / b };
    }

    private protected sealed override void Measure(Workers workers, Span<double> tensorSquares)
    {
        // From the end to the beginning, as the base does.
        workers.Run(_grid.Panels.Length, _measurePanel, isDescending: true);
        for (int i = 0; i < _squares.Length; i++) tensorSquares[_grid.Panels[i].Tensor] += _squares[i];
    }

    private void MeasurePanel(int index, int worker)
    {
        var panel = _grid.Panels[index];
        T* w = Parameters.Pointer + panel.Begin, g = Gradients.Pointer + panel.Begin;
        _squares[index] = panel.Share switch
        {
            ScopeShare.One => SquareSums.Of(w, g, DecayOf(panel), panel.Rows),
            ScopeShare.Shared => MeasureColumns(panel, w, g, _sums.Pointer + panel.Sums),
            _ => MeasureRows(panel, w, g),
        };
    }

    private double MeasureColumns(in ScopePanel panel, T* w, T* g, double* sums)
    {
        new Span<double>(sums, panel.Columns).Clear();
        SquareSums.AddColumns(w, g, DecayOf(panel), panel.Rows, panel.Columns, panel.Stride, sums);
        return SquareSums.Total(sums, panel.Columns);
    }

    // Of the gradient alone: whether it is finite is all that is asked, for the cells measure it again.
    private static double MeasureRows(in ScopePanel panel, T* w, T* g)
    {
        double sum = 0;
        for (long at = 0; at < (long)panel.Rows * panel.Stride; at += panel.Stride)
            sum += SquareSums.Of(w + at, g + at, decay: 0, panel.Columns);
        return sum;
    }

    // The sums of panels that share columns gather in the first one's; then their cells take them in.
    private void JoinSums()
    {
        foreach (var range in _grid.Shared)
        {
            var panels = _grid.Panels.AsSpan(range);
            double* sums = _sums.Pointer + panels[0].Sums;
            foreach (ref readonly var panel in panels[1..])
            {
                double* more = _sums.Pointer + panel.Sums;
                for (int c = 0; c < panel.Columns; c++) sums[c] += more[c];
            }
            AdvanceCells(panels[0], sums, _steps.Pointer + panels[0].Steps);
        }
    }

    // The sums become divisors, and those steps.
    private void AdvanceCells(in ScopePanel panel, double* sums, T* steps)
    {
        var numbers = Current(GroupOf(panel.Tensor));
        var update = _updates[panel.Tensor];
        Advance(CellOf(panel.Tensor) + (long)panel.First * _memory, sums, numbers.Rate * numbers.Rate, panel.Columns);
        ScopeSums.Divide(DividesStep ? update.OfVelocity : update.Intake, sums, steps, panel.Columns);
    }

    private void UpdatePanel(int index, int worker)
    {
        var panel = _grid.Panels[index];
        T* w = Parameters.Pointer + panel.Begin, g = Gradients.Pointer + panel.Begin, v = _velocity.Pointer + panel.Begin;
        if (panel.Share == ScopeShare.One) _updates[panel.Tensor].Apply(w, g, v, panel.Rows);
        else if (panel.Share == ScopeShare.Shared) UpdateColumns(panel, _steps.Pointer + panel.Steps, w, g, v);
        else
        {
            // Together at most 256 kB.
            double* sums = stackalloc double[panel.Columns];
            T* steps = stackalloc T[panel.Columns];
            _squares[index] = MeasureColumns(panel, w, g, sums);
            AdvanceCells(panel, sums, steps);
            UpdateColumns(panel, steps, w, g, v);
        }
    }

    private void UpdateColumns(in ScopePanel panel, T* steps, T* w, T* g, T* v) =>
        ColumnUpdate.Apply(_updates[panel.Tensor], steps, DividesStep, w, g, v, panel.Rows, panel.Columns, panel.Stride);

    private double DecayOf(in ScopePanel panel) => DecayInGradient(Current(GroupOf(panel.Tensor)));

    private double* CellOf(int tensor) => _cells[_scope == StepSizeScope.Global ? 0 : tensor].Pointer;

    private Tensor<double>[] DeclareCells()
    {
        int[] ShapeOf(int columns) => _memory == 1 ? [columns] : [columns, _memory];
        return _scope == StepSizeScope.Global
            ? [Accumulators.Declare("b", ShapeOf(1))]
            : [.. Parameters.Tensors.Select((tensor, i) => Accumulators.Declare($"b/{tensor.Name}", ShapeOf(_grid.CellsOf(i))))];
    }

    private protected override void DisposeOwn()
    {
        _sums.Dispose();
        _steps.Dispose();
    }
}
