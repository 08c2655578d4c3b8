using System.Numerics;
using Etalon.Engine.Kernels;
using Etalon.Engine.Kernels.Tokens;
using Etalon.Engine.Symmetry;

namespace Etalon.Engine;

/// <summary>
/// Softmax attention in heads (Vaswani et al. 2017): y_i = sum over j at most i of p_ij v_j, p_i the softmax of q_i k_j / sqrt(size of a
/// head) over the tokens j up to i.
/// </summary>
/// <remarks>The weights p are kept for the backward pass, [image][head][token][token].</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class CausalAttention<T> : Layer<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _heads;
    private readonly RotaryAngles<T>? _angles;
    private readonly HeadProducts<T> _products;
    private readonly Frame _frame;
    private readonly Action<int, int> _forwardChunk, _backwardChunk;
    private T* _weights;
    private Pass<T> _pass = null!;

    internal CausalAttention(string name, Signal<T> queries, Signal<T> keys, Signal<T> values, int heads, bool isRotary)
        : base(name, [queries, keys, values])
    {
        var map = queries.Map;
        foreach (var read in Inputs)
            if (read.Map.Pixels != map.Pixels || read.Map.Channels != map.Channels)
                throw new ArgumentException(
                    $"layer '{name}' reads '{map.Name}' and '{read.Map.Name}', whose shapes differ; project them to one width",
                    nameof(keys));
        if (heads < 1 || map.Channels % heads != 0)
            throw new ArgumentException($"layer '{name}': {heads} heads do not divide {map.Channels} channels; choose a divisor",
                nameof(heads));
        _heads = heads;
        if (isRotary && Size(map) % 2 != 0)
            throw new ArgumentException(
                $"layer '{name}': rotary positions turn pairs of numbers, and a head of {Size(map)} has an odd one; choose other heads",
                nameof(heads));
        Map = new FeatureMap<T>(name, map.Height, map.Width, map.Channels, this);
        Output = new Signal<T>(Map);
        _angles = isRotary ? new RotaryAngles<T>(Tokens, HeadSize) : null;
        _products = new HeadProducts<T>(Tokens, HeadSize, Channels);
        _frame = Frame.Dense(Map.Height, Map.Width, Map.Channels);
        foreach (var read in Inputs) read.IsConsumedBy(this);
        (_forwardChunk, _backwardChunk) = (ForwardChunk, BackwardChunk);
    }

    /// <inheritdoc/>
    public override string Kind => "causal attention";

    /// <inheritdoc/>
    public override Signal<T> Output { get; }

    /// <inheritdoc/>
    public override long MultiplyAdds => (long)Tokens * (Tokens + 1) * Channels;

    /// <inheritdoc/>
    public override long BackwardMultiplyAdds => 2 * MultiplyAdds;

    private FeatureMap<T> Map { get; }

    private int Channels => Map.Channels;

    private int Tokens => Map.Pixels;

    private int HeadSize => Size(Map);

    private T Scale => T.CreateTruncating(1 / Math.Sqrt(HeadSize));

    internal override long ScratchLength => new Scratch(this, null).Length;

    private int Size(FeatureMap<T> map) => map.Channels / _heads;

    /// <summary>A worker's scratch: what is read, the gradient by the output, one head of queries, keys and that gradient, its pairs, and
    /// the gradients by what is read.</summary>
    private readonly struct Scratch
    {
        public readonly T* Queries, Keys, Values, Gradient, HeadQueries, HeadKeys, HeadGradient, Pairs, Products, Dense;
        public readonly long Length;

        public Scratch(CausalAttention<T> layer, T* begin)
        {
            int image = layer.Map.ImageLength, head = layer.Tokens * layer._products.HeadStep;
            long at = 0;
            Queries = Take(begin, ref at, image);
            Keys = Take(begin, ref at, image);
            Values = Take(begin, ref at, image);
            Gradient = Take(begin, ref at, image);
            HeadQueries = Take(begin, ref at, head);
            HeadKeys = Take(begin, ref at, head);
            HeadGradient = Take(begin, ref at, head);
            Pairs = Take(begin, ref at, layer.Tokens * layer._products.Step);
            Products = Take(begin, ref at, layer._products.ScratchLength);
            Dense = Take(begin, ref at, 3L * image);
            Length = at;
        }

        private static T* Take(T* begin, ref long at, long length)
        {
            T* taken = begin + at;
            at += (length + 15) / 16 * 16;
            return taken;
        }
    }

    internal override void Declare(NetworkLayout<T> layout)
    {
        Map.Declare(layout);
        _angles?.Declare(layout, Name);
        layout.Activation($"{Name}.weights", [layout.Images, _heads, Tokens, _products.Step], pointer => _weights = pointer);
    }

    private T* WeightsOf(int image, int head) => _weights + ((long)image * _heads + head) * Tokens * _products.Step;

    internal override SignalDegree DegreeOf(IReadOnlyList<SignalDegree> inputs, ScalingGroup group)
    {
        SignalDegree queries = inputs[0], keys = inputs[1], values = inputs[2];
        if ((queries.Shift ?? keys.Shift) is { } shift) return SignalDegree.Failed(shift);
        for (int begin = 0; begin < Channels; begin += HeadSize)
        {
            if (queries.Mix(Name, Inputs[0].Source, begin, begin + HeadSize) is { } mixed) return SignalDegree.Failed(mixed);
            if (keys.Mix(Name, Inputs[1].Source, begin, begin + HeadSize) is { } other) return SignalDegree.Failed(other);
            int degree = queries.Channels[begin] + keys.Channels[begin];
            if (degree != 0)
                return SignalDegree.Failed(new DegreeMismatch(
                    Name, $"{Inputs[0].Source} times {Inputs[1].Source}", degree, "what its softmax reads", 0));
        }
        // The weights of a token sum to 1, so a shift of the values goes along.
        return values;
    }

    internal override void Forward(Pass<T> pass)
    {
        _pass = pass;
        pass.RunChunks(_forwardChunk);
    }

    private void ForwardChunk(int chunk, int worker)
    {
        var (begin, end) = _pass.ImagesOf(chunk);
        var scratch = new Scratch(this, _pass.Scratch(worker));
        for (int image = begin; image < end; image++)
        {
            T* queries = Numbers(0, image, scratch.Queries), keys = Numbers(1, image, scratch.Keys),
                values = Numbers(2, image, scratch.Values);
            for (int head = 0, at = 0; head < _heads; head++, at += HeadSize)
            {
                T* pairs = WeightsOf(image, head);
                TakeHead(queries + at, isTurned: true, scratch.HeadQueries);
                TakeHead(keys + at, isTurned: true, scratch.HeadKeys);
                _products.Pair(scratch.HeadQueries, scratch.HeadKeys, _products.HeadStep, pairs, scratch.Products);
                for (int token = 0; token < Tokens; token++)
                    Softmax.Row(pairs + (long)token * _products.Step, token + 1, _products.Step, Scale);
                _products.Gather(pairs, values + at, Channels, Map.Image(image) + at, scratch.Products);
            }
            Map.Complete(image);
        }
    }

    // A plain input is read where it lies.
    private T* Numbers(int input, int image, T* scratch)
    {
        if (Inputs[input].IsPlain) return Inputs[input].Map.Image(image);
        Inputs[input].Load(image, _frame, scratch);
        return scratch;
    }

    // One head by itself, [tokens][head step], zeros behind its numbers.
    private void TakeHead(T* x, bool isTurned, T* to)
    {
        int step = _products.HeadStep;
        if (step > HeadSize) new Span<T>(to, Tokens * step).Clear();
        if (isTurned && _angles is not null) _angles.Turn(x, Channels, to, step, isBack: false);
        else
            for (int token = 0; token < Tokens; token++) Rows.Copy(x + (long)token * Channels, 1, HeadSize, HeadSize, to + token * step);
    }

    internal override void Backward(Pass<T> pass)
    {
        _pass = pass;
        pass.RunChunks(_backwardChunk);
    }

    /// <remarks>
    /// With g the gradient by y: dv_j = sum over i of p_ij g_i; dp_ij = g_i v_j; the softmax makes of it d_ij; dq_i = sum over j of d_ij
    /// k_j, dk_j = sum over i of d_ij q_i.
    /// </remarks>
    private void BackwardChunk(int chunk, int worker)
    {
        var (begin, end) = _pass.ImagesOf(chunk);
        var scratch = new Scratch(this, _pass.Scratch(worker));
        for (int image = begin; image < end; image++)
        {
            T* queries = Numbers(0, image, scratch.Queries), keys = Numbers(1, image, scratch.Keys),
                values = Numbers(2, image, scratch.Values);
            T* ofQueries = scratch.Dense, ofKeys = ofQueries + Map.ImageLength, ofValues = ofKeys + Map.ImageLength;
            Map.LoadGradient(image, _frame, scratch.Gradient);
            for (int head = 0, at = 0; head < _heads; head++, at += HeadSize)
            {
                T* weights = WeightsOf(image, head);
                TakeHead(queries + at, isTurned: true, scratch.HeadQueries);
                TakeHead(keys + at, isTurned: true, scratch.HeadKeys);
                TakeHead(scratch.Gradient + at, isTurned: false, scratch.HeadGradient);
                _products.Spread(weights, scratch.HeadGradient, ofValues + at, Channels, scratch.Products);
                _products.Pair(scratch.HeadGradient, values + at, Channels, scratch.Pairs, scratch.Products);
                for (int token = 0; token < Tokens; token++)
                {
                    long row = (long)token * _products.Step;
                    Softmax.RowGradient(weights + row, scratch.Pairs + row, token + 1, _products.Step, Scale);
                }
                _products.Gather(scratch.Pairs, scratch.HeadKeys, _products.HeadStep, ofQueries + at, scratch.Products);
                _products.Spread(scratch.Pairs, scratch.HeadQueries, ofKeys + at, Channels, scratch.Products);
                _angles?.Turn(ofQueries + at, Channels, ofQueries + at, Channels, isBack: true);
                _angles?.Turn(ofKeys + at, Channels, ofKeys + at, Channels, isBack: true);
            }
            for (int i = 0; i < Inputs.Count; i++) Contribute(Inputs[i], image, scratch.Dense + (long)i * Map.ImageLength);
        }
    }

    private void Contribute(Signal<T> input, int image, T* gradient)
    {
        if (!input.NeedsGradient) return;
        FrameCopy.Contribute(_frame, gradient, !input.IsFirstContribution(this), input.GradientOf(image));
        input.Contributed(this, image);
    }
}
