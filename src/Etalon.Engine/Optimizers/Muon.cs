using System.Numerics;
using Etalon.Engine.Kernels;
using Etalon.Engine.Optimizers;
using Etalon.Numerics;

namespace Etalon.Engine;

/// <summary>
/// Muon: m = mu m + (1 - mu) g;  d = (1 - mu) g + mu m, or m without Nesterov;  w = (1 - eta lambda) w - eta s O(d / (|d| + epsilon)),
/// where O brings the singular values of a matrix near 1 and s = sqrt(max(1, outputs / inputs)).
/// </summary>
/// <remarks>
/// <para>
/// Jordan et al. 2024 (github.com/KellerJordan/Muon), whose O is <see cref="NewtonSchulz"/> with five steps; here in the number type of the
/// network in place of bfloat16. The decay is decoupled.
/// </para>
/// <para>
/// A matrix is a tensor of at least two sizes, of a convolution (inputs times pixels of the kernel) x outputs, unless the caller says
/// otherwise. Every other tensor follows AdamW with betas 0.9 and 0.95 and epsilon 1e-8, and the rate and decay of its group.
/// </para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class Muon<T> : Optimizer<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private const double Beta1 = 0.9, Beta2 = 0.95, AdamEpsilon = 1e-8;

    private readonly MuonOptions _options;
    private readonly Region<T> _moment, _squares, _scratch = new();
    private readonly bool[] _isMatrix;
    private readonly Matrix[] _matrices;
    private readonly double[] _steps;
    private readonly Action<int, int> _updateMatrix, _updateChunk;

    /// <summary>Muon over all parameters, with the group of each parameter tensor.</summary>
    /// <param name="parameters">w.</param>
    /// <param name="gradients">g, laid out as the parameters.</param>
    /// <param name="options">The form of the update.</param>
    /// <param name="groupOf">The group, counted from 0, of a parameter tensor by its name; default: 0.</param>
    /// <param name="isMatrix">Whether a tensor of at least two sizes is orthogonalized, by its name; default: all of them.</param>
    public Muon(Region<T> parameters, Region<T> gradients, MuonOptions options, Func<string, int>? groupOf = null,
        Func<string, bool>? isMatrix = null) : base(parameters, gradients, groupOf)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _moment, _squares) = (options, AddSlot("moment"), AddSlot("squares"));
        _isMatrix = [.. parameters.Tensors.Select(tensor => tensor.Shape.Count > 1 && isMatrix?.Invoke(tensor.Name) != false)];
        // The largest first, so that threads end together.
        _matrices = [.. Enumerable.Range(0, _isMatrix.Length).Where(tensor => _isMatrix[tensor])
            .OrderByDescending(tensor => parameters.Tensors[tensor].Length).Select(tensor => Declare(tensor))];
        _scratch.Allocate();
        _steps = new double[_isMatrix.Length];
        (_updateMatrix, _updateChunk) = (UpdateMatrix, UpdateChunk);
    }

    /// <inheritdoc/>
    public override Region<T> Buffer => _moment;

    /// <inheritdoc/>
    /// <remarks>Of a matrix the norm of its step over that of the mean; 0 until an update was made.</remarks>
    public override double RateOf(int tensor)
    {
        if (Steps == 0) return 0;
        double sum = 0, rate = Current(GroupOf(tensor)).Rate;
        if (_isMatrix[tensor])
        {
            foreach (T number in _moment.Tensors[tensor].Span) sum += double.CreateTruncating(number) * double.CreateTruncating(number);
            return sum == 0 ? 0 : rate * _steps[tensor] / Math.Sqrt(sum);
        }
        double spread = 1 / Math.Sqrt(1 - Elementary.Pow(Beta2, Steps));
        foreach (T square in _squares.Tensors[tensor].Span)
            sum += 1 / (spread * Math.Sqrt(double.CreateTruncating(square)) + AdamEpsilon);
        return rate * sum / _squares.Tensors[tensor].Length;
    }

    private protected override void Apply(Workers workers)
    {
        workers.Run(_matrices.Length, _updateMatrix);
        workers.Run(Chunks.Length, _updateChunk);
    }

    private protected override void DisposeOwn() => _scratch.Dispose();

    private void UpdateChunk(int index, int worker)
    {
        var chunk = Chunks[index];
        if (_isMatrix[chunk.Tensor]) return;
        var numbers = Current(chunk.Group);
        new AdamUpdate(
            numbers.Shrink(isDecoupled: true), Decay: 0, Beta1, 1 - Beta1, Beta2, 1 - Beta2,
            numbers.Rate / (1 - Elementary.Pow(Beta1, Steps + 1)), 1 / Math.Sqrt(1 - Elementary.Pow(Beta2, Steps + 1)), AdamEpsilon)
            .Apply(Parameters.Pointer + chunk.Begin, Gradients.Pointer + chunk.Begin, _moment.Pointer + chunk.Begin,
                _squares.Pointer + chunk.Begin, chunk.Length);
    }

    private void UpdateMatrix(int index, int worker)
    {
        var (tensor, begin, rows, columns, scratch) = _matrices[index];
        var numbers = Current(GroupOf(tensor));
        long length = (long)rows * columns;
        T* w = Parameters.Pointer + begin, g = Gradients.Pointer + begin, m = _moment.Pointer + begin, x = scratch.Pointer;
        T mu = T.CreateTruncating(numbers.Momentum), intake = T.CreateTruncating(1 - numbers.Momentum);
        double look = numbers.LookAhead ?? numbers.Momentum;
        T ahead = T.CreateTruncating(look), rest = T.CreateTruncating(1 - look);
        bool isTurned = rows > columns;
        double squares = 0;
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++)
            {
                long at = (long)row * columns + column;
                m[at] = T.FusedMultiplyAdd(mu, m[at], intake * g[at]);
                T direction = _options.IsNesterov ? T.FusedMultiplyAdd(ahead, m[at], rest * g[at]) : m[at];
                x[isTurned ? (long)column * rows + row : at] = direction;
                double number = double.CreateTruncating(direction);
                squares += number * number;
            }
        T share = T.CreateTruncating(1 / (Math.Sqrt(squares) + (numbers.Epsilon ?? _options.Epsilon)));
        for (long i = 0; i < length; i++) x[i] *= share;
        NewtonSchulz.Apply(x, Math.Min(rows, columns), Math.Max(rows, columns), x + length);
        double shape = Math.Sqrt(Math.Max(1, (double)columns / rows));
        _steps[tensor] = Math.Sqrt(squares) == 0 ? 0 : shape * Norm(x, length);
        T shrink = T.CreateTruncating(numbers.Shrink(isDecoupled: true)), rate = T.CreateTruncating(numbers.Rate * shape);
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++)
            {
                long at = (long)row * columns + column;
                w[at] = shrink * w[at] - rate * x[isTurned ? (long)column * rows + row : at];
            }
    }

    private static double Norm(T* x, long length)
    {
        double sum = 0;
        for (long i = 0; i < length; i++) sum += double.CreateTruncating(x[i]) * double.CreateTruncating(x[i]);
        return Math.Sqrt(sum);
    }

    // Inputs, with the pixels of a kernel, and outputs: the last size.
    private Matrix Declare(int index)
    {
        var tensor = Parameters.Tensors[index];
        int columns = tensor.Shape[^1], rows = checked((int)(tensor.Length / columns));
        long length = tensor.Length + NewtonSchulz.ScratchLength(Math.Min(rows, columns), Math.Max(rows, columns));
        return new(index, tensor.Offset, rows, columns, _scratch.Declare(tensor.Name, checked((int)length)));
    }

    private sealed record Matrix(int Tensor, long Begin, int Rows, int Columns, Tensor<T> Scratch);
}

/// <summary>The form of Muon's update.</summary>
public sealed record MuonOptions
{
    /// <summary>Whether the direction looks ahead: (1 - mu) g + mu m. Default: true, as in the reference.</summary>
    public bool IsNesterov { get; init; } = true;

    /// <summary>Added to the norm of the direction; 1e-30 to 1e30. Default: 1e-7.</summary>
    public double Epsilon { get; init => field = OptionRange.Size(value, "the usual choice is 1e-7"); } = 1e-7;

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(MuonOptions), PrintMembers);
}
