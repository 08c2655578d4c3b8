using System.Numerics;
using Etalon.Engine.Kernels;
using Etalon.Engine.Optimizers;

namespace Etalon.Engine;

/// <summary>
/// A rule that changes flat parameters by their gradient, with the update's numbers for each parameter group, and remembers what it needs:
/// slots laid out as the parameters, and numbers in float64.
/// </summary>
/// <remarks>
/// An update first measures the gradient. Where its norm is not a finite number nothing changes. Parameters are cut into chunks of fixed
/// size, each changed by one thread, and what is summed over chunks is summed in their order in float64: the same bits for any number of
/// threads. No update but the first allocates managed memory.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public abstract unsafe class Optimizer<T> : IDisposable where T : unmanaged, IFloatingPointIeee754<T>
{
    // Numbers that one call updates: 256 kB of float of each array. With a quarter of that, two threads' updates took a tenth longer.
    private protected const int ChunkLength = 65536;

    private readonly List<KeyValuePair<string, Region<T>>> _slots = [];
    private readonly FlatChunk[] _chunks;
    private readonly int[] _groupOf;
    private readonly double[] _squares, _tensorSquares;
    private readonly Hyperparameters[] _current, _before;
    private readonly Action<int, int> _measureChunk, _scaleChunk;
    private Region<T>? _evaluation;

    /// <summary>Cuts the parameters; the group of each tensor is asked once.</summary>
    private protected Optimizer(Region<T> parameters, Region<T> gradients, Func<string, int>? groupOf)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(gradients);
        CheckLayout(parameters, gradients);
        (Parameters, Gradients) = (parameters, gradients);
        _groupOf = [.. parameters.Tensors.Select(tensor => groupOf?.Invoke(tensor.Name) ?? 0)];
        if (_groupOf.Any(group => group < 0)) throw new ArgumentException("a parameter group is a number from 0 on", nameof(groupOf));
        _chunks = [.. Cut()];
        _squares = new double[_chunks.Length];
        _tensorSquares = new double[_groupOf.Length];
        _current = new Hyperparameters[_groupOf.Length == 0 ? 1 : _groupOf.Max() + 1];
        _before = new Hyperparameters[_current.Length];
        (_measureChunk, _scaleChunk) = (MeasureChunk, ScaleChunk);
    }

    /// <summary>Updates done. At 0 the next one is the first.</summary>
    public long Steps { get; set; }

    /// <summary>How many parameter groups there are, up to the last one to which a parameter belongs.</summary>
    public int Groups => _current.Length;

    /// <summary>
    /// The norm of the gradient that the last update used; with coupled decay in it where the rule takes its step from that norm.
    /// </summary>
    public double GradientNorm { get; private protected set; }

    /// <summary>
    /// What it remembers for each parameter, by what it is, such as "velocity"; laid out as the parameters, 0 before the first update.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, Region<T>>> Slots => _slots;

    /// <summary>The slot that momentum keeps gradients in, the velocity or the first moment; null where the rule has none.</summary>
    public virtual Region<T>? Buffer => null;

    /// <summary>What it remembers in float64, in named tensors; 0 before the first update.</summary>
    public Region<double> Accumulators { get; } = new();

    /// <summary>
    /// Whether training is done at other weights than the ones to evaluate and keep (<see cref="SwapEvaluationWeights"/>).
    /// </summary>
    public bool HasEvaluationWeights => _evaluation is not null;

    /// <summary>Whether the parameters are now the weights to evaluate, so that no update is possible.</summary>
    public bool IsEvaluating { get; private set; }

    private protected Region<T> Parameters { get; }

    private protected Region<T> Gradients { get; }

    /// <summary>Whether these are what it changes, and by what.</summary>
    internal bool IsOf(Region<T> parameters, Region<T> gradients) =>
        ReferenceEquals(Parameters, parameters) && ReferenceEquals(Gradients, gradients);

    /// <summary>The parameters in chunks of <see cref="ChunkLength"/>.</summary>
    private protected ReadOnlySpan<FlatChunk> Chunks => _chunks;

    /// <summary>
    /// The sum of squares of the gradient of each tensor, by its index; with <see cref="DecayInGradient"/> in it where the tensor's cells
    /// do not measure it again.
    /// </summary>
    private protected ReadOnlySpan<double> TensorSquares => _tensorSquares;

    /// <summary>One update of all parameters. Where a group's numbers scale its gradients, the gradients stay scaled.</summary>
    /// <param name="numbers">The update's numbers, one for each group; those of further groups, to which no parameter belongs, are not
    /// used.</param>
    /// <param name="workers">Who does it.</param>
    /// <returns>Whether it was done: false where the gradient's norm is not a finite number; then nothing has changed.</returns>
    /// <exception cref="ArgumentException">The numbers are of fewer groups than there are, not finite, or a rate or momentum is below
    /// 0.</exception>
    public bool Update(ReadOnlySpan<Hyperparameters> numbers, Workers workers)
    {
        ArgumentNullException.ThrowIfNull(workers);
        if (numbers.Length < Groups)
            throw new ArgumentException($"{numbers.Length} groups of numbers were given for {Groups} groups of parameters",
                nameof(numbers));
        foreach (var ofGroup in numbers) ofGroup.Check();
        if (IsEvaluating)
            throw new InvalidOperationException(
                "the parameters are the weights to evaluate; call SwapEvaluationWeights before the next update");
        _current.CopyTo(_before, 0);
        numbers[..Groups].CopyTo(_current);
        _tensorSquares.AsSpan().Clear();
        foreach (var ofGroup in _current)
        {
            if (ofGroup.GradientScale is null or 1) continue;
            workers.Run(_chunks.Length, _scaleChunk);
            break;
        }
        Measure(workers, _tensorSquares);
        double squares = 0;
        foreach (double ofTensor in _tensorSquares) squares += ofTensor;
        if (!double.IsFinite(squares))
        {
            _before.CopyTo(_current, 0);
            return false;
        }
        GradientNorm = Math.Sqrt(squares);
        if (Steps == 0 && _evaluation is not null) Parameters.Span.CopyTo(_evaluation.Span);
        Apply(workers);
        Steps++;
        return true;
    }

    /// <summary>
    /// The number that stands in the rule where SGD has its rate, as it is after the last update: of what the buffer takes in, or of the
    /// mean of gradients where the rule has one (Adam, WN-Adam, Prodigy). The mean over the tensor where its numbers have several; 0 before
    /// the first update, also of a state that was read back. Of WNGrad in the lagged order, whose b grows after the step, that of the next
    /// update.
    /// </summary>
    /// <remarks>For SGD the rate itself. Divided by the squared norm of scale-invariant weights it is their effective rate, whatever the
    /// rule.</remarks>
    /// <param name="tensor">The parameter tensor's index in its region.</param>
    public abstract double RateOf(int tensor);

    /// <summary>
    /// How far a gradient moves a tensor in the end, after the buffer has passed all of it on: <see cref="RateOf"/>, and times 1 / (1 - mu)
    /// where the buffer is heavy ball's.
    /// </summary>
    /// <param name="tensor">The parameter tensor's index in its region.</param>
    /// <param name="numbers">Of the last update, or of the run that it is equivalent to.</param>
    public virtual double TotalRateOf(int tensor, in Hyperparameters numbers) => RateOf(tensor);

    /// <summary>
    /// |w'|^2 after the next update of scale-invariant weights, from the products before it with g.w = 0: exact but for rounding. Null
    /// where the rule has no such law, because each number, or the gradient's norm, has a say in the rate.
    /// </summary>
    /// <param name="numbers">The numbers of the update.</param>
    /// <param name="before">The products before it.</param>
    public virtual double? NextSquare(in Hyperparameters numbers, in UpdateProducts before) => null;

    /// <summary>
    /// Exchanges the weights that are trained with those to evaluate and keep; a second call exchanges them back, to the bit. Does nothing
    /// where they are the same.
    /// </summary>
    public void SwapEvaluationWeights()
    {
        if (_evaluation is null) return;
        if (Steps == 0) Parameters.Span.CopyTo(_evaluation.Span);
        T* trained = Parameters.Pointer, evaluated = _evaluation.Pointer;
        for (long i = 0; i < Parameters.Length; i++) (trained[i], evaluated[i]) = (evaluated[i], trained[i]);
        IsEvaluating = !IsEvaluating;
    }

    /// <summary>
    /// Says that a state that was kept, and is now read back, was kept with the weights to evaluate in the place of the parameters.
    /// </summary>
    public void ContinueEvaluating() => IsEvaluating = HasEvaluationWeights;

    /// <summary>
    /// Changes the state of a group once, between updates: the first slot v = slotFactors[0] (v - share w), each other slot by its factor,
    /// then w = weightFactor w. With powers of two and no share it is exact.
    /// </summary>
    /// <param name="group">The parameter group.</param>
    /// <param name="weightFactor">What the weights are multiplied by.</param>
    /// <param name="slotFactors">What each of <see cref="Slots"/> is multiplied by.</param>
    /// <param name="share">The share of the weights that leaves the first slot.</param>
    public void Transform(int group, double weightFactor, ReadOnlySpan<double> slotFactors, double share = 0)
    {
        foreach (var chunk in Chunks)
            if (chunk.Group == group) Transform(chunk.Begin, chunk.Length, weightFactor, slotFactors, share);
    }

    /// <summary>The same for a tensor, by its name.</summary>
    public void Transform(string tensor, double weightFactor, ReadOnlySpan<double> slotFactors, double share = 0) =>
        Transform(Parameters[tensor].Offset, Parameters[tensor].Length, weightFactor, slotFactors, share);

    private void Transform(long begin, long length, double weightFactor, ReadOnlySpan<double> slotFactors, double share)
    {
        T* w = Parameters.Pointer + begin;
        for (int slot = 0; slot < slotFactors.Length; slot++)
        {
            T* v = _slots[slot].Value.Pointer + begin;
            T ofSlot = T.CreateTruncating(slotFactors[slot]), ofShare = slot == 0 ? T.CreateTruncating(share) : T.Zero;
            for (long i = 0; i < length; i++) v[i] = ofSlot * T.FusedMultiplyAdd(-ofShare, w[i], v[i]);
        }
        T ofWeight = T.CreateTruncating(weightFactor);
        for (long i = 0; i < length; i++) w[i] *= ofWeight;
    }

    /// <summary>Changes parameters and memory by the gradient, whose norm is finite.</summary>
    private protected abstract void Apply(Workers workers);

    /// <summary>
    /// The weight decay that belongs to the gradient whose norm this rule takes its step from; 0 where it takes none, so that no parameter
    /// is read to measure it.
    /// </summary>
    private protected virtual double DecayInGradient(in Hyperparameters numbers) => 0;

    private protected Hyperparameters Current(int group) => _current[group];

    private protected int GroupOf(int tensor) => _groupOf[tensor];

    /// <summary>Memory for a number beside each parameter.</summary>
    private protected Region<T> AddSlot(string name)
    {
        var slot = new Region<T>();
        slot.Mirror(Parameters);
        slot.Allocate();
        _slots.Add(KeyValuePair.Create(name, slot));
        return slot;
    }

    /// <summary>The slot of the weights to evaluate. While they are evaluated it holds the trained ones.</summary>
    private protected Region<T> AddEvaluationSlot() => _evaluation = AddSlot("other_weights");

    private static void CheckLayout(Region<T> parameters, Region<T> gradients)
    {
        if (!parameters.IsAllocated || !gradients.IsAllocated)
            throw new ArgumentException("parameters and gradients must be allocated before an optimizer is made for them",
                nameof(parameters));
        if (!parameters.Tensors.Select(tensor => (tensor.Name, tensor.Offset, tensor.Length))
            .SequenceEqual(gradients.Tensors.Select(tensor => (tensor.Name, tensor.Offset, tensor.Length))))
            throw new ArgumentException("the gradients are not laid out as the parameters; declare them by gradients.Mirror(parameters)",
                nameof(gradients));
    }

    private IEnumerable<FlatChunk> Cut()
    {
        for (int i = 0; i < _groupOf.Length; i++)
        {
            var tensor = Parameters.Tensors[i];
            for (long at = 0; at < tensor.Length; at += ChunkLength)
                yield return new FlatChunk(tensor.Offset + at, (int)Math.Min(ChunkLength, tensor.Length - at), i, _groupOf[i]);
        }
    }

    private void ScaleChunk(int index, int worker)
    {
        var chunk = _chunks[index];
        if (_current[chunk.Group].GradientScale is not { } scale) return;
        T* g = Gradients.Pointer + chunk.Begin;
        T factor = T.CreateTruncating(scale);
        for (int i = 0; i < chunk.Length; i++) g[i] *= factor;
    }

    /// <summary>Adds the squares of the gradient of each tensor, coupled decay included.</summary>
    private protected virtual void Measure(Workers workers, Span<double> tensorSquares)
    {
        // From the end to the beginning, where the update then begins with what is in cache still.
        workers.Run(_chunks.Length, _measureChunk, isDescending: true);
        for (int i = 0; i < _chunks.Length; i++) tensorSquares[_chunks[i].Tensor] += _squares[i];
    }

    private void MeasureChunk(int index, int worker)
    {
        var chunk = _chunks[index];
        _squares[index] = SquareSums.Of(Parameters.Pointer + chunk.Begin, Gradients.Pointer + chunk.Begin,
            DecayInGradient(_current[chunk.Group]), chunk.Length);
    }

    /// <summary>Frees what is neither a slot nor an accumulator.</summary>
    private protected virtual void DisposeOwn() { }

    /// <inheritdoc/>
    public void Dispose()
    {
        DisposeOwn();
        foreach (var (_, slot) in _slots) slot.Dispose();
        Accumulators.Dispose();
        GC.SuppressFinalize(this);
    }
}
