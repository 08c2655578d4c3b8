using System.Numerics;
using Etalon.Engine.Kernels;
using Etalon.Engine.Memory;
using Etalon.Engine.Monitors;
using Etalon.Engine.Parallel;

namespace Etalon.Engine.Optimizers;

/// <summary>
/// Stochastic gradient descent with momentum as PyTorch's torch.optim.SGD, in one pass over the flat parameters:
/// d = g + lambda w;  v = mu v + (1 - dampening) d  (v = d at the first step);  w -= eta v, or eta (d + mu v) with Nesterov's look-ahead.
/// </summary>
/// <remarks>
/// With decoupled decay d = g, and w is multiplied by 1 - eta lambda before (Loshchilov and Hutter, ICLR 2019). The rate is outside the
/// buffer v: a new rate acts at once on the whole buffer. Numbers are per parameter group.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class Sgd<T> : IDisposable where T : unmanaged, IFloatingPointIeee754<T>
{
    // Numbers that one call updates: 64 kB of float each for w, v and g.
    private const int ChunkLength = 16384;

    private readonly Region<T> _parameters, _gradients;
    private readonly SgdOptions _options;
    private readonly (long Begin, int Length, int Group)[] _chunks;
    private readonly SgdNumbers[] _numbers;
    private readonly Action<int, int> _updateChunk;

    /// <summary>An optimizer with all parameters in group 0, or with the group of each parameter tensor given.</summary>
    /// <param name="parameters">w.</param>
    /// <param name="gradients">g, laid out as the parameters.</param>
    /// <param name="options">The form of the update.</param>
    /// <param name="groupOf">The group, counted from 0, of a parameter tensor by its name; default: 0.</param>
    public Sgd(Region<T> parameters, Region<T> gradients, SgdOptions options, Func<string, int>? groupOf = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(gradients);
        ArgumentNullException.ThrowIfNull(options);
        (_parameters, _gradients, _options) = (parameters, gradients, options);
        Velocity = new Region<T>();
        Velocity.Mirror(parameters);
        Velocity.Allocate();
        _chunks = [.. Cut(parameters, groupOf ?? (_ => 0))];
        _numbers = new SgdNumbers[_chunks.Length == 0 ? 1 : _chunks.Max(chunk => chunk.Group) + 1];
        _updateChunk = UpdateChunk;
    }

    /// <summary>v, laid out as the parameters; 0 before the first step.</summary>
    public Region<T> Velocity { get; }

    /// <summary>Updates done. At 0 the next one is the first, whose gradient enters the buffer undamped.</summary>
    public long Steps { get; set; }

    /// <summary>How many groups there are.</summary>
    public int Groups => _numbers.Length;

    /// <summary>One update of all parameters.</summary>
    /// <param name="numbers">Today's numbers, one for each group.</param>
    /// <param name="workers">Who does it.</param>
    public void Update(ReadOnlySpan<SgdNumbers> numbers, Workers workers)
    {
        ArgumentNullException.ThrowIfNull(workers);
        if (numbers.Length != Groups) throw new ArgumentException($"{numbers.Length} groups of numbers were given for {Groups} groups of parameters", nameof(numbers));
        numbers.CopyTo(_numbers);
        workers.Run(_chunks.Length, _updateChunk);
        Steps++;
    }

    /// <summary>
    /// Changes the state of a group once, between updates: v = velocityFactor (v - share w), then w = weightFactor w. With powers of two and no share
    /// it is exact.
    /// </summary>
    public void Transform(int group, double weightFactor, double velocityFactor, double share = 0)
    {
        T ofWeight = T.CreateTruncating(weightFactor), ofVelocity = T.CreateTruncating(velocityFactor), ofShare = T.CreateTruncating(share);
        foreach (var (begin, length, chunkGroup) in _chunks)
        {
            if (chunkGroup != group) continue;
            T* w = _parameters.Pointer + begin, v = Velocity.Pointer + begin;
            for (int i = 0; i < length; i++)
            {
                v[i] = ofVelocity * T.FusedMultiplyAdd(-ofShare, w[i], v[i]);
                w[i] *= ofWeight;
            }
        }
    }

    /// <summary>
    /// |w'|^2 after the next update of scale-invariant weights, from the products before it with g.w = 0. The update is w' = a w - b g - c v with
    /// b = ofGradient + intake ofVelocity, a = shrink - b decay and c = mu ofVelocity.
    /// </summary>
    /// <remarks>Exact but for rounding; without momentum it is |w'|^2 = (1 - eta lambda)^2 |w|^2 + eta^2 |g|^2 (Li, Lyu and Arora 2020).</remarks>
    /// <param name="numbers">The numbers of the update.</param>
    /// <param name="before">The products before it.</param>
    public double NextSquare(in SgdNumbers numbers, in UpdateProducts before)
    {
        var form = FormOf(numbers);
        double b = form.OfGradient + form.Intake * form.OfVelocity, a = form.Shrink - b * form.Decay, c = form.Momentum * form.OfVelocity;
        return a * a * before.WeightSquare + b * b * before.GradientSquare + c * c * before.BufferSquare
            - 2 * a * c * before.BufferWeight + 2 * b * c * before.BufferGradient;
    }

    /// <summary>
    /// The effective rate of weights of a scale-invariant group: eta (1 - dampening) / ((1 - mu) |w|^2), the rate at which their direction follows the
    /// gradient on the unit sphere, in the long run.
    /// </summary>
    /// <param name="numbers">Today's numbers.</param>
    /// <param name="square">|w|^2.</param>
    public double EffectiveRate(in SgdNumbers numbers, double square) => numbers.Rate * (1 - _options.Dampening) / ((1 - numbers.Momentum) * square);

    private static IEnumerable<(long, int, int)> Cut(Region<T> parameters, Func<string, int> groupOf)
    {
        foreach (var tensor in parameters.Tensors)
            for (long at = 0; at < tensor.Length; at += ChunkLength)
                yield return (tensor.Offset + at, (int)Math.Min(ChunkLength, tensor.Length - at), groupOf(tensor.Name));
    }

    private void UpdateChunk(int chunk, int worker)
    {
        var (begin, length, group) = _chunks[chunk];
        FormOf(_numbers[group]).Apply(_parameters.Pointer + begin, _gradients.Pointer + begin, Velocity.Pointer + begin, length);
    }

    private SgdUpdate FormOf(in SgdNumbers numbers)
    {
        bool isDecoupled = _options.IsDecayDecoupled;
        return new SgdUpdate(
            Shrink: isDecoupled ? 1 - numbers.Rate * numbers.WeightDecay : 1,
            Decay: isDecoupled ? 0 : numbers.WeightDecay,
            Momentum: numbers.Momentum,
            Intake: Steps == 0 ? 1 : 1 - _options.Dampening,
            OfGradient: _options.IsNesterov ? numbers.Rate : 0,
            OfVelocity: _options.IsNesterov ? numbers.Rate * (numbers.LookAhead ?? numbers.Momentum) : numbers.Rate);
    }

    /// <inheritdoc/>
    public void Dispose() => Velocity.Dispose();
}
