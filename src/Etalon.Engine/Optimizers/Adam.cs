using System.Numerics;
using Etalon.Engine.Kernels;
using Etalon.Engine.Optimizers;
using Etalon.Numerics;

namespace Etalon.Engine;

/// <summary>
/// Adam and AdamW as PyTorch's torch.optim.Adam and AdamW: m = beta1 m + (1 - beta1) g;  u = beta2 u + (1 - beta2) g^2;
/// w -= eta (m / (1 - beta1^t)) / (sqrt(u / (1 - beta2^t)) + epsilon), t = 1, 2, ...
/// </summary>
/// <remarks>Kingma and Ba, ICLR 2015; with decoupled decay w is multiplied by 1 - eta lambda before (Loshchilov and Hutter, ICLR
/// 2019).</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class Adam<T> : Optimizer<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly AdamOptions _options;
    private readonly Region<T> _moment, _squares;
    private readonly Action<int, int> _updateChunk;

    /// <summary>Adam over all parameters, with the group of each parameter tensor.</summary>
    /// <param name="parameters">w.</param>
    /// <param name="gradients">g, laid out as the parameters.</param>
    /// <param name="options">The form of the update.</param>
    /// <param name="groupOf">The group, counted from 0, of a parameter tensor by its name; default: 0.</param>
    public Adam(Region<T> parameters, Region<T> gradients, AdamOptions options,
        Func<string, int>? groupOf = null) : base(parameters, gradients, groupOf)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _moment, _squares, _updateChunk) = (options, AddSlot("moment"), AddSlot("squares"), UpdateChunk);
    }

    /// <inheritdoc/>
    public override Region<T> Buffer => _moment;

    /// <inheritdoc/>
    public override double RateOf(int tensor)
    {
        if (Steps == 0) return 0;
        var update = UpdateOf(GroupOf(tensor), Steps);
        double sum = 0;
        // Of the mean of gradients, m / (1 - beta1^t), not of m.
        foreach (T square in _squares.Tensors[tensor].Span)
            sum += 1 / (update.Spread * Math.Sqrt(double.CreateTruncating(square)) + update.Epsilon);
        return Current(GroupOf(tensor)).Rate * sum / _squares.Tensors[tensor].Length;
    }

    private protected override void Apply(Workers workers) => workers.Run(Chunks.Length, _updateChunk);

    private void UpdateChunk(int index, int worker)
    {
        var chunk = Chunks[index];
        UpdateOf(chunk.Group, Steps + 1).Apply(
            Parameters.Pointer + chunk.Begin, Gradients.Pointer + chunk.Begin, _moment.Pointer + chunk.Begin,
            _squares.Pointer + chunk.Begin, chunk.Length);
    }

    private AdamUpdate UpdateOf(int group, long t)
    {
        var numbers = Current(group);
        double beta1 = numbers.Beta1 ?? (_options.IsBeta1Scheduled ? numbers.Momentum : _options.Beta1);
        double beta2 = numbers.Beta2 ?? _options.Beta2;
        return new(
            Shrink: numbers.Shrink(_options.IsDecayDecoupled),
            Decay: numbers.DecayInGradient(_options.IsDecayDecoupled),
            Beta1: beta1,
            Intake: 1 - beta1,
            Beta2: beta2,
            IntakeOfSquares: 1 - beta2,
            Rate: numbers.Rate / (1 - Elementary.Pow(beta1, t)),
            Spread: 1 / Math.Sqrt(1 - Elementary.Pow(beta2, t)),
            Epsilon: numbers.Epsilon ?? _options.Epsilon);
    }
}

/// <summary>The form of Adam's update.</summary>
public sealed record AdamOptions
{
    /// <summary>The share of the mean of gradients that a new one leaves, in [0, 1). Default: 0.9.</summary>
    public double Beta1 { get; init => field = OptionRange.Share(value, "the usual choice is 0.9"); } = 0.9;

    /// <summary>
    /// Whether the momentum of each update is its beta1, in the place of <see cref="Beta1"/>, as in PyTorch's OneCycleLR. Default: false:
    /// the momentum of an update is then not used.
    /// </summary>
    public bool IsBeta1Scheduled { get; init; }

    /// <summary>The share of the mean of squared gradients that a new one leaves, in [0, 1). Default: 0.999.</summary>
    public double Beta2 { get; init => field = OptionRange.Share(value, "the usual choice is 0.999"); } = 0.999;

    /// <summary>Added to the root of the mean square; 1e-30 to 1e30. Default: 1e-8.</summary>
    public double Epsilon { get; init => field = OptionRange.Size(value, "the usual choice is 1e-8"); } = 1e-8;

    /// <summary>
    /// Whether the decay multiplies the weights by 1 - eta decay (AdamW) instead of entering the gradient (Adam). Default: false.
    /// </summary>
    public bool IsDecayDecoupled { get; init; }

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(AdamOptions), PrintMembers);
}
