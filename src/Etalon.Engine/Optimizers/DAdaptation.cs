using System.Numerics;
using Etalon.Engine.Kernels;
using Etalon.Engine.Optimizers;

namespace Etalon.Engine;

/// <summary>
/// D-Adaptation SGD (Defazio and Mishchenko, "Learning-rate-free learning by D-Adaptation", ICML 2023): with q = eta D / |g_0|: N += q g.s;
///  s += q g; D = max(D, 2 N / |s|);  w = mu w + (1 - mu)(w_0 - s).
/// </summary>
/// <remarks>Coupled decay is in g. D is a lower bound of the distance to the solution; eta is the learning rate, 1 in the paper.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class DAdaptation<T> : Optimizer<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly DAdaptationOptions _options;
    private readonly Region<T> _sum, _start;
    private readonly DistanceState _distance;
    private readonly Tensor<double> _firstNorm;
    private readonly (double Product, double Squares)[] _parts;
    private readonly Action<int, int> _updateChunk;

    /// <summary>D-Adaptation over all parameters, with the group of each parameter tensor.</summary>
    /// <param name="parameters">w.</param>
    /// <param name="gradients">g, laid out as the parameters.</param>
    /// <param name="options">The form of the update.</param>
    /// <param name="groupOf">The group, counted from 0, of a parameter tensor by its name; default: 0.</param>
    public DAdaptation(Region<T> parameters, Region<T> gradients, DAdaptationOptions options,
        Func<string, int>? groupOf = null) : base(parameters, gradients, groupOf)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        (_sum, _start) = (AddSlot("sum"), AddSlot("start"));
        _distance = new DistanceState(Accumulators);
        _firstNorm = Accumulators.Declare("first_norm", 1);
        Accumulators.Allocate();
        (_parts, _updateChunk) = (new (double, double)[Chunks.Length], UpdateChunk);
    }

    private ref double FirstNorm => ref *_firstNorm.Pointer;

    /// <inheritdoc/>
    public override double RateOf(int tensor) => FirstNorm == 0 ? 0 : Current(GroupOf(tensor)).Rate * _distance.Used / FirstNorm;

    // Only the first gradient's norm, the unit of length, has a say.
    private protected override double DecayInGradient(in Hyperparameters numbers) => FirstNorm == 0 ? numbers.WeightDecay : 0;

    private protected override void Apply(Workers workers)
    {
        if (FirstNorm == 0)
        {
            // Until a gradient is not 0 there is no unit of length, and nothing moves.
            if (GradientNorm == 0) return;
            FirstNorm = GradientNorm;
            _distance.Start(_options.InitialDistance);
            Parameters.Span.CopyTo(_start.Span);
        }
        _distance.Use();
        workers.Run(Chunks.Length, _updateChunk);
        double squares = 0;
        for (int i = 0; i < _parts.Length; i++)
        {
            _distance.Numerator += RateOf(Chunks[i].Tensor) * _parts[i].Product;
            squares += _parts[i].Squares;
        }
        _distance.Raise(2 * _distance.Numerator, Math.Sqrt(squares));
    }

    private void UpdateChunk(int index, int worker)
    {
        var chunk = Chunks[index];
        var numbers = Current(chunk.Group);
        _parts[index] = new DAdaptationUpdate(RateOf(chunk.Tensor), numbers.WeightDecay, numbers.Momentum).Apply(
            Parameters.Pointer + chunk.Begin, Gradients.Pointer + chunk.Begin, _sum.Pointer + chunk.Begin, _start.Pointer + chunk.Begin,
            chunk.Length);
    }
}

/// <summary>The form of D-Adaptation's update.</summary>
public sealed record DAdaptationOptions
{
    /// <summary>The first D; 1e-30 to 1e30. Default: 1e-6, the paper's choice.</summary>
    public double InitialDistance
    {
        get;
        init => field = OptionRange.Size(value, "the usual choice is 1e-6, for dog with batch normalization 1e-4");
    } = 1e-6;

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(DAdaptationOptions), PrintMembers);
}
