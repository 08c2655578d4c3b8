using System.Numerics;
using Etalon.Engine.Kernels;
using Etalon.Engine.Optimizers;

namespace Etalon.Engine;

/// <summary>
/// DoG, distance over gradients (Ivgi, Hinder, Carmon, "DoG is SGD's best friend", ICML 2023): w -= c r g / sqrt(G), where r is the largest
/// distance from the start so far and G the sum of all |g|^2; c is the learning rate, 1 in the paper.
/// </summary>
/// <remarks>
/// Coupled decay is in g. r begins at a share of 1 + |w_0|, G at 1e-8. What is evaluated and kept is the mean of the weights with
/// polynomial decay of power 8, as the paper does: mean += 9 / (t + 8) (w - mean).
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class Dog<T> : Optimizer<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private const double FirstSquares = 1e-8, DecayPower = 8;

    private readonly DogOptions _options;
    private readonly Region<T> _start, _mean;
    private readonly Tensor<double> _largest, _sum, _distance;
    private readonly double[] _squaredDistances;
    private readonly Action<int, int> _updateChunk;

    /// <summary>DoG over all parameters, with the group of each parameter tensor.</summary>
    /// <param name="parameters">w.</param>
    /// <param name="gradients">g, laid out as the parameters.</param>
    /// <param name="options">The form of the update.</param>
    /// <param name="groupOf">The group, counted from 0, of a parameter tensor by its name; default: 0.</param>
    public Dog(Region<T> parameters, Region<T> gradients, DogOptions options,
        Func<string, int>? groupOf = null) : base(parameters, gradients, groupOf)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        (_start, _mean) = (AddSlot("start"), AddEvaluationSlot());
        _largest = Accumulators.Declare("largest_distance", 1);
        _sum = Accumulators.Declare("sum_of_squares", 1);
        _distance = Accumulators.Declare("squared_distance", 1);
        Accumulators.Allocate();
        (_squaredDistances, _updateChunk) = (new double[Chunks.Length], UpdateChunk);
    }

    /// <inheritdoc/>
    public override double RateOf(int tensor) => Steps == 0 ? 0 : Current(GroupOf(tensor)).Rate * Step;

    private ref double Largest => ref *_largest.Pointer;

    private ref double Sum => ref *_sum.Pointer;

    private ref double Distance => ref *_distance.Pointer;

    private double Step => Largest / Math.Sqrt(Sum);

    private protected override double DecayInGradient(in Hyperparameters numbers) => numbers.WeightDecay;

    private protected override void Apply(Workers workers)
    {
        if (Steps == 0) Begin();
        Largest = Math.Max(Largest, Math.Sqrt(Distance));
        Sum += GradientNorm * GradientNorm;
        workers.Run(Chunks.Length, _updateChunk);
        double squares = 0;
        foreach (double ofChunk in _squaredDistances) squares += ofChunk;
        Distance = squares;
    }

    private void Begin()
    {
        Parameters.Span.CopyTo(_start.Span);
        double squares = 0;
        foreach (var chunk in Chunks)
            squares += SquareSums.Of(Parameters.Pointer + chunk.Begin, Parameters.Pointer + chunk.Begin, decay: 0, chunk.Length);
        Largest = _options.InitialDistance * (1 + Math.Sqrt(squares));
        Sum = FirstSquares;
    }

    private void UpdateChunk(int index, int worker)
    {
        var chunk = Chunks[index];
        var numbers = Current(chunk.Group);
        _squaredDistances[index] =
            new DogUpdate(numbers.Rate * Step, numbers.WeightDecay, (1 + DecayPower) / (Steps + 1 + DecayPower)).Apply(
            Parameters.Pointer + chunk.Begin, Gradients.Pointer + chunk.Begin, _start.Pointer + chunk.Begin, _mean.Pointer + chunk.Begin,
            chunk.Length);
    }
}

/// <summary>The form of DoG's update.</summary>
public sealed record DogOptions
{
    /// <summary>
    /// The first r in units of 1 + |w_0|; 1e-30 to 1e30. The paper's choice: 1e-6, or 1e-4 with batch normalization. Default: 1e-6.
    /// </summary>
    public double InitialDistance
    {
        get;
        init => field = OptionRange.Size(value, "the usual choice is 1e-6, for dog with batch normalization 1e-4");
    } = 1e-6;

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(DogOptions), PrintMembers);
}
