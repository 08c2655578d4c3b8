using System.Numerics;
using Etalon.Engine.Kernels;
using Etalon.Engine.Kernels.Convolution;
using Etalon.Engine.Kernels.Products;
using Etalon.Engine.Ranks;

namespace Etalon.Engine;

/// <summary>
/// A linear layer without bias over all numbers of an image: y [images][outputs] = x [images][inputs] w [inputs][outputs].
/// </summary>
/// <remarks>
/// The batch is one matrix, and threads take blocks of the product, not images: image by image, each chunk read all weights and left a
/// whole weight gradient to be added. The weight gradient is summed image by image within a chunk and then chunk by chunk, as every layer's
/// is.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class Linear<T> : WeightedLayer<T>, IOrderedSum where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly MatrixProduct<T> _product = MatrixProduct<T>.Create();
    private readonly Frame _gradientFrame;
    private readonly Action<int, int> _loadInputs, _multiply, _complete, _loadGradients, _sumWeightGradient, _multiplyGradients,
        _contribute;
    private PixelOffsets[] _forwardRows = [], _backwardRows = [];
    private T* _inputs, _gradients, _inputGradients;
    private Pass<T> _pass = null!;

    internal Linear(string name, Signal<T> input, int outputs, bool isFrozen, bool isWeightNormalized)
        : base(name, [input], new ConvolutionShape(1, 1, input.Map.ImageLength, outputs, 1, 1, 1, 0), isFrozen, isWeightNormalized)
    {
        // Outer products read whole blocks of columns.
        _gradientFrame = Frame.Dense(1, 1, outputs) with { PixelStride = _product.WholeBlocks(outputs) };
        (_loadInputs, _multiply, _complete) = (LoadInputs, Multiply, Complete);
        (_loadGradients, _sumWeightGradient, _multiplyGradients, _contribute) =
            (LoadGradients, SumWeightGradient, MultiplyGradients, Contribute);
    }

    /// <inheritdoc/>
    public override string Kind => "linear";

    private protected override int[] WeightShape => [Columns, Outputs];

    /// <summary>Numbers of an input image.</summary>
    private int Columns => Shape.InputChannels;

    private int Outputs => Shape.OutputChannels;

    private int GradientStep => _gradientFrame.PixelStride;

    // In whole blocks.
    private int SlabColumns => Math.Min(GradientStep, MatrixProduct<T>.MostBlocks * _product.LanesOf(Outputs));

    // A plain input is read where it lies, and a gradient that is the first is written where it belongs.
    private T* InputNumbers => Input.IsPlain ? Input.Map.Data : _inputs;

    private T* InputGradients => Input.IsFirstContribution(this) ? Input.Gradient : _inputGradients;

    internal override long ScratchLength => _product.ScratchLength + (long)MatrixProduct<T>.MostRows * SlabColumns;

    private protected override int FanOf(Initialization initialization) => Columns;

    internal override void Declare(NetworkLayout<T> layout)
    {
        base.Declare(layout);
        if (!Input.IsPlain) layout.Activation($"{Name}.inputs", [layout.Images, Columns], pointer => _inputs = pointer);
        layout.Activation($"{Name}.gradients", [layout.Images, GradientStep], pointer => _gradients = pointer);
        if (TrainsInput && !Input.IsFirstContribution(this))
            layout.Activation($"{Name}.input gradients", [layout.Images, Columns], pointer => _inputGradients = pointer);
        int rows = Math.Min(layout.Images, MatrixProduct<T>.MostPanelRows);
        _forwardRows = ListRows(rows, Columns, Outputs);
        _backwardRows = ListRows(rows, GradientStep, Columns);
    }

    internal override void Forward(Pass<T> pass)
    {
        _pass = pass;
        if (!Input.IsPlain) pass.RunChunks(_loadInputs);
        if (pass.OwnImages > 0) pass.Workers.Run(PanelsFor(Outputs) * BlocksOf(Outputs), _multiply);
        if (Map.IsMeasured) pass.RunChunks(_complete);
    }

    internal override void Backward(Pass<T> pass)
    {
        _pass = pass;
        pass.RunChunks(_loadGradients);
        if (!IsFrozen) pass.Sum(this);
        if (!TrainsInput) return;
        if (pass.OwnImages > 0) pass.Workers.Run(PanelsFor(Columns) * BlocksOf(Columns), _multiplyGradients);
        pass.RunChunks(_contribute);
    }

    internal override IOrderedSum? GradientSum => IsFrozen ? null : this;

    byte* IOrderedSum.Data => (byte*)WeightGradient;

    long IOrderedSum.Bytes => (long)Shape.WeightCount * sizeof(T);

    // The whole product, from inputs and gradients that stay where they are: chunks' partial gradients would be as large as the weights.
    void IOrderedSum.AddOwn() => _pass.Workers.Run(WeightPanels * Cut(Outputs, SlabColumns), _sumWeightGradient);

    void IOrderedSum.Complete() => FinishWeightGradient();

    // The images are cut into panels of equal size, as few as go.
    private int PanelsFor(int columns) => Cut(_pass.OwnImages, _product.PanelRows(_pass.OwnImages, columns));

    private int WeightPanels => Cut(Columns, MatrixProduct<T>.MostRows);

    private int BlocksOf(int columns) => Cut(columns, _product.LanesOf(columns));

    private void LoadInputs(int chunk, int worker)
    {
        var (begin, end) = _pass.ImagesOf(chunk);
        for (int image = begin; image < end; image++) Input.Load(image, Frame.Dense(1, 1, Columns), _inputs + (long)image * Columns);
    }

    private void Multiply(int task, int worker) =>
        MultiplyBlock(task, worker, InputNumbers, Columns, _forwardRows,
            new RightMatrix<T>(Weights, Columns, Outputs, Outputs, isTransposed: false), Map.Data);

    private void MultiplyGradients(int task, int worker) =>
        MultiplyBlock(task, worker, _gradients, GradientStep, _backwardRows,
            new RightMatrix<T>(Weights, Outputs, Columns, Outputs, isTransposed: true), InputGradients);

    private void MultiplyBlock(int task, int worker, T* left, int leftStep, PixelOffsets[] rows, in RightMatrix<T> right, T* product)
    {
        (int block, int panel) = Math.DivRem(task, PanelsFor(right.Columns));
        int size = _product.PanelRows(_pass.OwnImages, right.Columns);
        long first = _pass.FirstImage + (long)panel * size;
        fixed (PixelOffsets* pairs = rows)
            _product.Multiply(
                left + first * leftStep, pairs, (int)Math.Min(size, _pass.EndImage - first), right, block * _product.LanesOf(right.Columns),
                product + first * right.Columns, _pass.Scratch(worker));
    }

    private void Complete(int chunk, int worker)
    {
        var (begin, end) = _pass.ImagesOf(chunk);
        for (int image = begin; image < end; image++) Map.Complete(image);
    }

    private void LoadGradients(int chunk, int worker)
    {
        var (begin, end) = _pass.ImagesOf(chunk);
        for (int image = begin; image < end; image++) Map.LoadGradient(image, _gradientFrame, _gradients + (long)image * GradientStep);
    }

    // The sums of a panel of rows and a slab of columns stay in the second-level cache while the chunks go by.
    private void SumWeightGradient(int task, int worker)
    {
        (int slab, int panel) = Math.DivRem(task, WeightPanels);
        int size = Cut(Columns, WeightPanels), first = panel * size, column = slab * SlabColumns;
        var block = new WeightBlock(first, Math.Min(size, Columns - first), column, Math.Min(SlabColumns, Outputs - column));
        T* sums = _pass.Scratch(worker) + _product.ScratchLength;
        int chunkSize = BatchChunks.SizeOf(_pass.Images), perCall = MatrixProduct<T>.MostImages / chunkSize;
        if (perCall == 0)
        {
            for (int chunk = 0; chunk < _pass.Chunks; chunk++)
            {
                AddLongChunk(chunk, block, sums, worker);
                Move(sums, block, chunk == 0 && _pass.IsFirst ? SumsTo.Replace : SumsTo.Add);
            }
            return;
        }
        if (!_pass.IsFirst) Move(sums, block, SumsTo.Fetch);
        for (int chunk = 0; chunk < _pass.Chunks; chunk += perCall)
        {
            int begin = _pass.ImagesOf(chunk).Begin, end = _pass.ImagesOf(Math.Min(chunk + perCall, _pass.Chunks) - 1).End;
            _product.AddChunks(
                InputsOf(begin, block), Columns, GradientsOf(begin, end, block), chunkSize, chunk == 0 && _pass.IsFirst, block.Rows, sums,
                _pass.Scratch(worker));
        }
        Move(sums, block, SumsTo.Replace);
    }

    // A chunk of more images than a call takes is summed by several.
    private void AddLongChunk(int chunk, in WeightBlock block, T* sums, int worker)
    {
        new Span<T>(sums, block.Rows * _product.WholeBlocks(block.Columns)).Clear();
        var (begin, end) = _pass.ImagesOf(chunk);
        for (int image = begin; image < end; image += MatrixProduct<T>.MostImages)
            _product.AddOuter(
                InputsOf(image, block), Columns, GradientsOf(image, Math.Min(end, image + MatrixProduct<T>.MostImages), block), block.Rows,
                sums, _pass.Scratch(worker));
    }

    private T* InputsOf(int image, in WeightBlock block) => InputNumbers + (long)image * Columns + block.Row;

    private RightMatrix<T> GradientsOf(int begin, int end, in WeightBlock block) =>
        new(_gradients + (long)begin * GradientStep + block.Column, end - begin, block.Columns, GradientStep, isTransposed: false);

    // Between sums [block of columns][rows][lanes] and the weight gradient [inputs][outputs].
    private void Move(T* sums, in WeightBlock block, SumsTo what)
    {
        int lanes = _product.LanesOf(block.Columns);
        for (int column = 0; column < block.Columns; column += lanes)
            for (int row = 0; row < block.Rows; row++, sums += lanes)
            {
                T* gradient = WeightGradient + (long)(block.Row + row) * Outputs + block.Column + column;
                int count = Math.Min(lanes, block.Columns - column);
                if (what == SumsTo.Fetch) Rows.Copy(gradient, 1, count, count, sums);
                else if (what == SumsTo.Replace) Rows.Copy(sums, 1, count, count, gradient);
                else Rows.Add(sums, count, gradient);
            }
    }

    /// <summary>A part of the weights: the first row, how many, the first column, how many.</summary>
    private readonly record struct WeightBlock(int Row, int Rows, int Column, int Columns);

    private enum SumsTo
    {
        Replace,
        Add,
        Fetch,
    }

    private void Contribute(int chunk, int worker)
    {
        var (begin, end) = _pass.ImagesOf(chunk);
        for (int image = begin; image < end; image++)
        {
            if (!Input.IsFirstContribution(this)) Rows.Add(_inputGradients + (long)image * Columns, Columns, Input.GradientOf(image));
            Input.Contributed(this, image);
        }
    }

    // The rows of a panel.
    private static PixelOffsets[] ListRows(int count, int readStep, int writeStep) =>
        [.. Enumerable.Range(0, count).Select(row => new PixelOffsets(checked(row * readStep), checked(row * writeStep)))];

    private static int Cut(int count, int parts) => (count + parts - 1) / parts;
}
