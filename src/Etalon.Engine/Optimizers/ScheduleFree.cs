using System.Numerics;
using Etalon.Engine.Kernels;
using Etalon.Engine.Optimizers;

namespace Etalon.Engine;

/// <summary>
/// Schedule-Free SGD (Defazio, Yang, Mehta, Mishchenko, Khaled, Cutkosky, "The road less scheduled", NeurIPS 2024): the gradient is taken
/// at y = beta x + (1 - beta) z; z -= eta (g + lambda y);  x = (1 - c) x + c z, where c is the square of the largest rate so far over the
/// sum of these squares.
/// </summary>
/// <remarks>
/// The parameters hold y while training; x is what is evaluated and kept. With a constant rate c = 1 / t and x is the mean of all z.
/// Statistics that a network gathers while training belong to y, and must be gathered again for x.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class ScheduleFree<T> : Optimizer<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ScheduleFreeOptions _options;
    private readonly Region<T> _fast, _mean;
    private readonly Tensor<double> _largestRate, _weights;
    private readonly Action<int, int> _updateChunk;

    /// <summary>Schedule-Free SGD over all parameters, with the group of each parameter tensor.</summary>
    /// <param name="parameters">y.</param>
    /// <param name="gradients">g, laid out as the parameters.</param>
    /// <param name="options">The form of the update.</param>
    /// <param name="groupOf">The group, counted from 0, of a parameter tensor by its name; default: 0.</param>
    public ScheduleFree(Region<T> parameters, Region<T> gradients, ScheduleFreeOptions options,
        Func<string, int>? groupOf = null) : base(parameters, gradients, groupOf)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        (_fast, _mean) = (AddSlot("fast"), AddEvaluationSlot());
        _largestRate = Accumulators.Declare("largest_rate", Groups);
        _weights = Accumulators.Declare("sum_of_weights", Groups);
        Accumulators.Allocate();
        _updateChunk = UpdateChunk;
    }

    /// <inheritdoc/>
    public override double RateOf(int tensor) => Current(GroupOf(tensor)).Rate;

    private protected override void Apply(Workers workers)
    {
        if (Steps == 0) Parameters.Span.CopyTo(_fast.Span);
        for (int group = 0; group < Groups; group++)
        {
            double largest = Math.Max(_largestRate.Pointer[group], Current(group).Rate);
            _largestRate.Pointer[group] = largest;
            _weights.Pointer[group] += largest * largest;
        }
        workers.Run(Chunks.Length, _updateChunk);
    }

    private void UpdateChunk(int index, int worker)
    {
        var chunk = Chunks[index];
        var numbers = Current(chunk.Group);
        double largest = _largestRate.Pointer[chunk.Group], share = largest > 0 ? largest * largest / _weights.Pointer[chunk.Group] : 0;
        new ScheduleFreeUpdate(numbers.Rate, numbers.WeightDecay, share, _options.Beta).Apply(
            Parameters.Pointer + chunk.Begin, Gradients.Pointer + chunk.Begin, _fast.Pointer + chunk.Begin, _mean.Pointer + chunk.Begin,
            chunk.Length);
    }
}

/// <summary>The form of Schedule-Free SGD's update.</summary>
public sealed record ScheduleFreeOptions
{
    /// <summary>Where between z and x the gradient is taken, in [0, 1). Default: 0.9, the paper's choice.</summary>
    public double Beta { get; init => field = OptionRange.Share(value, "the usual choice is 0.9"); } = 0.9;

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(ScheduleFreeOptions), PrintMembers);
}
