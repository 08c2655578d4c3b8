using System.Numerics;
using Etalon.Engine.Kernels;
using Etalon.Engine.Optimizers;

namespace Etalon.Engine;

/// <summary>
/// Stochastic gradient descent with momentum as PyTorch's torch.optim.SGD, in one pass over the flat parameters:
/// d = g + lambda w;  v = mu v + (1 - dampening) d  (v = d at the first step with momentum);  w -= eta v, or eta (d + mu v) with Nesterov's
/// look-ahead.
/// </summary>
/// <remarks>
/// At a step with mu = 0 it is w -= eta d: neither buffer nor dampening have a say, and the buffer stays as it is for the next step with
/// momentum. With decoupled decay d = g, and w is multiplied by 1 - eta lambda before (Loshchilov and Hutter, ICLR 2019). The rate is
/// outside the buffer v: a new rate acts at once on the whole buffer. Numbers are per parameter group.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class Sgd<T> : Optimizer<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly SgdOptions _options;
    private readonly Action<int, int> _updateChunk;
    private readonly bool[] _hasBuffer;

    /// <summary>An optimizer with all parameters in group 0, or with the group of each parameter tensor given.</summary>
    /// <param name="parameters">w.</param>
    /// <param name="gradients">g, laid out as the parameters.</param>
    /// <param name="options">The form of the update.</param>
    /// <param name="groupOf">The group, counted from 0, of a parameter tensor by its name; default: 0.</param>
    public Sgd(Region<T> parameters, Region<T> gradients, SgdOptions options,
        Func<string, int>? groupOf = null) : base(parameters, gradients, groupOf)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        Velocity = AddSlot("velocity");
        _updateChunk = UpdateChunk;
        _hasBuffer = new bool[parameters.Tensors.Count];
    }

    /// <summary>v, laid out as the parameters; 0 before the first step.</summary>
    public Region<T> Velocity { get; }

    /// <inheritdoc/>
    public override Region<T> Buffer => Velocity;

    /// <summary>
    /// Whether a tensor, by its index, has a buffer: since its first step with momentum. Until then v is 0 and stands for none.
    /// </summary>
    public bool HasBuffer(int tensor) => _hasBuffer[tensor];

    /// <summary>Says so of a state that is read back.</summary>
    public void ContinueBuffer(int tensor, bool isThere) => _hasBuffer[tensor] = isThere;

    /// <inheritdoc/>
    public override double RateOf(int tensor) => Current(GroupOf(tensor)).Rate;

    /// <inheritdoc/>
    public override double TotalRateOf(int tensor, in Hyperparameters numbers)
    {
        double passed = (numbers.Momentum == 0 ? 1 : 1 - _options.Dampening) / (1 - numbers.Momentum);
        return numbers.Rate * (_options.IsNesterov ? 1 + LookAhead(numbers) * passed : passed);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// The update is w' = a w - b g - c v with b = ofGradient + intake ofVelocity, a = shrink - b decay and c = mu ofVelocity. Without
    /// momentum it is |w'|^2 = (1 - eta lambda)^2 |w|^2 + eta^2 |g|^2 (Li, Lyu and Arora 2020).
    /// </remarks>
    public override double? NextSquare(in Hyperparameters numbers, in UpdateProducts before)
    {
        var form = FormOf(numbers, hasBuffer: before.BufferSquare > 0);
        double b = form.OfGradient + form.Intake * form.OfVelocity, a = form.Shrink - b * form.Decay, c = form.Momentum * form.OfVelocity;
        b *= numbers.GradientScale ?? 1;
        return a * a * before.WeightSquare + b * b * before.GradientSquare + c * c * before.BufferSquare
            - 2 * a * c * before.BufferWeight + 2 * b * c * before.BufferGradient;
    }

    private protected override void Apply(Workers workers)
    {
        workers.Run(Chunks.Length, _updateChunk);
        for (int tensor = 0; tensor < _hasBuffer.Length; tensor++) _hasBuffer[tensor] |= Current(GroupOf(tensor)).Momentum != 0;
    }

    private void UpdateChunk(int index, int worker)
    {
        var chunk = Chunks[index];
        FormOf(Current(chunk.Group), _hasBuffer[chunk.Tensor]).Apply(Parameters.Pointer + chunk.Begin, Gradients.Pointer + chunk.Begin,
            Velocity.Pointer + chunk.Begin, chunk.Length);
    }

    private static double LookAhead(in Hyperparameters numbers) => numbers.LookAhead ?? numbers.Momentum;

    private SgdUpdate FormOf(in Hyperparameters numbers, bool hasBuffer)
    {
        double shrink = numbers.Shrink(_options.IsDecayDecoupled), decay = numbers.DecayInGradient(_options.IsDecayDecoupled);
        // v = 1 v + 0 d: the buffer rests.
        if (numbers.Momentum == 0) return new SgdUpdate(shrink, decay, Momentum: 1, Intake: 0, OfGradient: numbers.Rate, OfVelocity: 0);
        return new SgdUpdate(
            Shrink: shrink,
            Decay: decay,
            Momentum: numbers.Momentum,
            Intake: hasBuffer ? 1 - _options.Dampening : 1,
            OfGradient: _options.IsNesterov ? numbers.Rate : 0,
            OfVelocity: _options.IsNesterov ? numbers.Rate * LookAhead(numbers) : numbers.Rate);
    }
}

/// <summary>The form of SGD's update.</summary>
public sealed record SgdOptions
{
    /// <summary>Whether the update looks ahead: w -= eta (d + mu v). Default: false.</summary>
    public bool IsNesterov { get; init; }

    /// <summary>
    /// The share of a new gradient that the buffer does not take, in [0, 1); as PyTorch's, the first step with momentum is undamped, and so
    /// are those without momentum. Default: 0.
    /// </summary>
    public double Dampening { get; init => field = OptionRange.Share(value, "write 0 for the usual momentum"); }

    /// <summary>Whether the decay multiplies the weights by 1 - eta lambda instead of entering the gradient. Default: false.</summary>
    public bool IsDecayDecoupled { get; init; }

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(SgdOptions), PrintMembers);
}
