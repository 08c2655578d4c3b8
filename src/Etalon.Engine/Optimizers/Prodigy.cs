using System.Numerics;
using Etalon.Engine.Kernels;
using Etalon.Engine.Optimizers;

namespace Etalon.Engine;

/// <summary>
/// Prodigy (Mishchenko and Defazio, "Prodigy: an expeditiously adaptive parameter-free learner", ICML 2024), Adam on D g without bias
/// correction: N = beta3 N + (D / D_0) eta D g.(w_0 - w); s = beta3 s + (D / D_0) eta D g;  w -= eta D m / (sqrt(u) + D epsilon);  then D =
/// max(D, N / |s|_1). beta3 = sqrt(beta2).
/// </summary>
/// <remarks>
/// D is an estimate from below of the distance to the solution; eta is the learning rate, 1 in the paper. The whole update uses the D from
/// before it, as the paper's does, and so is one pass; the authors' code multiplies epsilon by the D from after it.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class Prodigy<T> : Optimizer<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ProdigyOptions _options;
    private readonly Region<T> _moment, _squares, _sum, _start;
    private readonly DistanceState _distance;
    private readonly (double Product, double Size)[] _parts;
    private readonly Action<int, int> _updateChunk;

    /// <summary>Prodigy over all parameters, with the group of each parameter tensor.</summary>
    /// <param name="parameters">w.</param>
    /// <param name="gradients">g, laid out as the parameters.</param>
    /// <param name="options">The form of the update.</param>
    /// <param name="groupOf">The group, counted from 0, of a parameter tensor by its name; default: 0.</param>
    public Prodigy(Region<T> parameters, Region<T> gradients, ProdigyOptions options,
        Func<string, int>? groupOf = null) : base(parameters, gradients, groupOf)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        (_moment, _squares, _sum, _start) = (AddSlot("moment"), AddSlot("squares"), AddSlot("sum"), AddSlot("start"));
        _distance = new DistanceState(Accumulators);
        Accumulators.Allocate();
        (_parts, _updateChunk) = (new (double, double)[Chunks.Length], UpdateChunk);
    }

    /// <inheritdoc/>
    public override Region<T> Buffer => _moment;

    /// <inheritdoc/>
    public override double RateOf(int tensor)
    {
        if (Steps == 0) return 0;
        double sum = 0, d = _distance.Used;
        // m is a mean of D g: the gradient itself is multiplied by eta D D / (sqrt(u) + D epsilon).
        foreach (T square in _squares.Tensors[tensor].Span)
            sum += d * d / (Math.Sqrt(double.CreateTruncating(square)) + d * _options.Epsilon);
        return Current(GroupOf(tensor)).Rate * sum / _squares.Tensors[tensor].Length;
    }

    private protected override void Apply(Workers workers)
    {
        if (Steps == 0)
        {
            _distance.Start(_options.InitialDistance);
            Parameters.Span.CopyTo(_start.Span);
        }
        _distance.Use();
        workers.Run(Chunks.Length, _updateChunk);
        double numerator = Math.Sqrt(_options.Beta2) * _distance.Numerator, size = 0;
        for (int i = 0; i < _parts.Length; i++)
        {
            numerator += Weight(Chunks[i].Group) * _parts[i].Product;
            size += _parts[i].Size;
        }
        _distance.Numerator = numerator;
        _distance.Raise(numerator, size);
    }

    // (D / D_0) eta D.
    private double Weight(int group) => _distance.Used / _options.InitialDistance * Current(group).Rate * _distance.Used;

    private void UpdateChunk(int index, int worker)
    {
        var chunk = Chunks[index];
        var numbers = Current(chunk.Group);
        double d = _distance.Used, rate = d * numbers.Rate;
        long at = chunk.Begin;
        var update = new ProdigyUpdate(
            Shrink: (numbers with { Rate = rate }).Shrink(_options.IsDecayDecoupled),
            Decay: numbers.DecayInGradient(_options.IsDecayDecoupled),
            Beta1: _options.Beta1,
            Intake: d * (1 - _options.Beta1),
            Beta2: _options.Beta2,
            IntakeOfSquares: d * d * (1 - _options.Beta2),
            Beta3: Math.Sqrt(_options.Beta2),
            IntakeOfSum: Weight(chunk.Group),
            Rate: rate,
            Epsilon: d * _options.Epsilon);
        _parts[index] = update.Apply(
            Parameters.Pointer + at, Gradients.Pointer + at, _start.Pointer + at, _moment.Pointer + at, _squares.Pointer + at,
            _sum.Pointer + at, chunk.Length);
    }
}

/// <summary>The form of Prodigy's update.</summary>
public sealed record ProdigyOptions
{
    /// <summary>The share of the mean of gradients that a new one leaves, in [0, 1). Default: 0.9.</summary>
    public double Beta1 { get; init => field = OptionRange.Share(value, "the usual choice is 0.9"); } = 0.9;

    /// <summary>
    /// The share of the mean of squared gradients that a new one leaves, in [0, 1); its root is that of the sums. Default: 0.999.
    /// </summary>
    public double Beta2 { get; init => field = OptionRange.Share(value, "the usual choice is 0.999"); } = 0.999;

    /// <summary>Added to the root of the mean square, times D; 1e-30 to 1e30. Default: 1e-8.</summary>
    public double Epsilon { get; init => field = OptionRange.Size(value, "the usual choice is 1e-8"); } = 1e-8;

    /// <summary>The first D; 1e-30 to 1e30. Default: 1e-6.</summary>
    public double InitialDistance
    {
        get;
        init => field = OptionRange.Size(value, "the usual choice is 1e-6, for dog with batch normalization 1e-4");
    } = 1e-6;

    /// <summary>Whether the decay multiplies the weights by 1 - eta D lambda instead of entering the gradient. Default: false.</summary>
    public bool IsDecayDecoupled { get; init; }

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(ProdigyOptions), PrintMembers);
}
