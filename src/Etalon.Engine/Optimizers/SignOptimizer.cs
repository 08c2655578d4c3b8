using System.Numerics;
using Etalon.Engine.Kernels;
using Etalon.Engine.Optimizers;

namespace Etalon.Engine;

/// <summary>A rule whose step is the rate times the sign of a mix of the gradient and its mean.</summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract unsafe class SignOptimizer<T> : Optimizer<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Region<T> _moment;
    private readonly Action<int, int> _updateChunk;

    private protected SignOptimizer(Region<T> parameters, Region<T> gradients, Func<string, int>? groupOf)
        : base(parameters, gradients, groupOf) => (_moment, _updateChunk) = (AddSlot("moment"), UpdateChunk);

    /// <inheritdoc/>
    public override Region<T> Buffer => _moment;

    /// <inheritdoc/>
    /// <remarks>Of a mean m whose sign is taken: the rate over the root mean square of m.</remarks>
    public override double RateOf(int tensor)
    {
        if (Steps == 0) return 0;
        double squares = 0;
        foreach (T number in _moment.Tensors[tensor].Span) squares += double.CreateTruncating(number) * double.CreateTruncating(number);
        return squares == 0 ? 0 : Current(GroupOf(tensor)).Rate / Math.Sqrt(squares / _moment.Tensors[tensor].Length);
    }

    private protected override void Apply(Workers workers) => workers.Run(Chunks.Length, _updateChunk);

    /// <summary>The update with a group's numbers.</summary>
    private protected abstract SignUpdate UpdateOf(in Hyperparameters numbers);

    private void UpdateChunk(int index, int worker)
    {
        var chunk = Chunks[index];
        UpdateOf(Current(chunk.Group)).Apply(
            Parameters.Pointer + chunk.Begin, Gradients.Pointer + chunk.Begin, _moment.Pointer + chunk.Begin, chunk.Length);
    }
}

/// <summary>
/// Lion: w = (1 - eta lambda) w - eta sign(beta1 m + (1 - beta1) g);  m = beta2 m + (1 - beta2) g.
/// </summary>
/// <remarks>Chen et al. 2023 (arXiv 2302.06675); the decay is decoupled.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Lion<T> : SignOptimizer<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly LionOptions _options;

    /// <summary>Lion over all parameters, with the group of each parameter tensor.</summary>
    /// <param name="parameters">w.</param>
    /// <param name="gradients">g, laid out as the parameters.</param>
    /// <param name="options">The form of the update.</param>
    /// <param name="groupOf">The group, counted from 0, of a parameter tensor by its name; default: 0.</param>
    public Lion(Region<T> parameters, Region<T> gradients, LionOptions options, Func<string, int>? groupOf = null)
        : base(parameters, gradients, groupOf)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
    }

    private protected override SignUpdate UpdateOf(in Hyperparameters numbers)
    {
        double beta1 = numbers.Beta1 ?? _options.Beta1, beta2 = numbers.Beta2 ?? _options.Beta2;
        return new(numbers.Shrink(isDecoupled: true), beta1, 1 - beta1, beta2, 1 - beta2, numbers.Rate);
    }
}

/// <summary>
/// Signum: m = mu m + (1 - mu) g;  w = (1 - eta lambda) w - eta sign(m). With mu = 0 it is sign descent.
/// </summary>
/// <remarks>Bernstein et al. 2018 (arXiv 1802.04434); the decay is decoupled.</remarks>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="parameters">w.</param>
/// <param name="gradients">g, laid out as the parameters.</param>
/// <param name="groupOf">The group, counted from 0, of a parameter tensor by its name; default: 0.</param>
public sealed class Signum<T>(Region<T> parameters, Region<T> gradients, Func<string, int>? groupOf = null)
    : SignOptimizer<T>(parameters, gradients, groupOf) where T : unmanaged, IFloatingPointIeee754<T>
{
    private protected override SignUpdate UpdateOf(in Hyperparameters numbers) => new(
        numbers.Shrink(isDecoupled: true), numbers.Momentum, 1 - numbers.Momentum, numbers.Momentum, 1 - numbers.Momentum, numbers.Rate);
}

/// <summary>The form of Lion's update.</summary>
public sealed record LionOptions
{
    /// <summary>The share of the mean in the sum whose sign is taken, in [0, 1). Default: 0.9.</summary>
    public double Beta1 { get; init => field = OptionRange.Share(value, "the usual choice is 0.9"); } = 0.9;

    /// <summary>The share of the mean of gradients that a new one leaves, in [0, 1). Default: 0.99.</summary>
    public double Beta2 { get; init => field = OptionRange.Share(value, "the usual choice is 0.99"); } = 0.99;

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(LionOptions), PrintMembers);
}
