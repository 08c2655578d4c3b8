using System.Numerics;
using Etalon.Engine.Kernels;
using Etalon.Engine.Ranks;
using Etalon.Engine.Symmetry;

namespace Etalon.Engine;

/// <summary>
/// A row of weights for each symbol of a text: y [tokens][width] = e [symbol][width], to which a row for the token's place may be added.
/// The network's input holds the symbols as whole numbers.
/// </summary>
/// <remarks>The gradient of a row is summed token by token in the order of the batch; threads take columns.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class Embedding<T> : Layer<T>, IOrderedSum where T : unmanaged, IFloatingPointIeee754<T>
{
    // Columns of a task: a line of memory of float32.
    private const int SliceWidth = 16;

    private readonly bool _hasPlaces;
    private readonly Frame _frame;
    private readonly Action<int, int> _forwardChunk, _loadGradients, _sumSlice;
    private Tensor<T>? _places;
    private Region<T> _gradients = null!;
    private TiedWeights<T>? _tied;
    private int[] _symbols = [];
    private int _missingSums = 1;
    private T* _outputGradients;
    private Pass<T> _pass = null!;

    internal Embedding(string name, Signal<T> input, int symbols, int width, bool hasPlaces) : base(name, [input])
    {
        if (input.Map.Channels != 1 || input.Map.Producer is not null || !input.IsPlain)
            throw new ArgumentException($"layer '{name}' reads the symbols of the network's input, one for each token", nameof(input));
        (Symbols, _hasPlaces) = (symbols, hasPlaces);
        Map = new FeatureMap<T>(name, input.Map.Height, input.Map.Width, width, this);
        Output = new Signal<T>(Map);
        _frame = Frame.Dense(Map.Height, Map.Width, width);
        input.IsConsumedBy(this);
        (_forwardChunk, _loadGradients, _sumSlice) = (ForwardChunk, LoadGradients, SumSlice);
    }

    /// <inheritdoc/>
    public override string Kind => "embedding";

    /// <summary>How many symbols there are: the input holds 0 .. symbols - 1.</summary>
    public int Symbols { get; }

    /// <summary>Numbers of a row.</summary>
    public int Width => Map.Channels;

    /// <inheritdoc/>
    public override Signal<T> Output { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor<T>> TrainedTensors => _places is null ? [Weight] : [Weight, _places];

    internal Tensor<T> Weight { get; private set; } = null!;

    private FeatureMap<T> Map { get; }

    private int Tokens => Map.Pixels;

    // That make up the gradient: its own, and that of the layer that it is tied to.
    private int Sums => _tied is null ? 1 : 2;

    internal override void Declare(NetworkLayout<T> layout)
    {
        Weight = layout.Parameters.Declare($"{Name}.weight", Symbols, Width);
        if (_hasPlaces) _places = layout.Parameters.Declare($"{Name}.places", Tokens, Width);
        _gradients = layout.Gradients;
        Map.Declare(layout);
        layout.Activation($"{Name}.gradients", [layout.Images, Tokens, Width], pointer => _outputGradients = pointer);
        _symbols = new int[layout.Images * Tokens];
    }

    internal override SignalDegree DegreeOf(IReadOnlyList<SignalDegree> inputs, ScalingGroup group)
    {
        int[] degrees = new int[Width];
        for (int c = 0; c < Width; c++)
        {
            degrees[c] = group.ExponentOf(Weight.Name, c);
            if (_places is not null && group.ExponentOf(_places.Name, c) is var ofPlaces && ofPlaces != degrees[c])
                return SignalDegree.Failed(new DegreeMismatch(Name, Weight.Name, degrees[c], _places.Name, ofPlaces));
        }
        return new SignalDegree([.. degrees]);
    }

    /// <remarks>Normal with mean 0 and standard deviation 1 / sqrt(width): rows of length 1 on average.</remarks>
    internal override void Initialize(ulong seed, Initialization initialization)
    {
        foreach (var tensor in TrainedTensors)
        {
            var stream = new CounterStream(seed, $"init/{tensor.Name}");
            double deviation = 1 / Math.Sqrt(Width);
            foreach (ref T weight in tensor.Span) weight = T.CreateTruncating(deviation * stream.NextNormal());
        }
    }

    /// <summary>Lets another layer compute with these weights too; its gradient is added to theirs.</summary>
    internal void TieTo(TiedWeights<T> other)
    {
        if (_tied is not null)
            throw new InvalidOperationException($"the weights of layer '{Name}' are tied to those of another layer already");
        _tied = other;
        _missingSums = Sums;
    }

    internal override void Forward(Pass<T> pass)
    {
        _pass = pass;
        pass.RunChunks(_forwardChunk);
    }

    private void ForwardChunk(int chunk, int worker)
    {
        var (begin, end) = _pass.ImagesOf(chunk);
        for (int image = begin; image < end; image++)
        {
            T* from = Inputs[0].Map.Image(image), to = Map.Image(image);
            for (int token = 0; token < Tokens; token++, to += Width)
            {
                int symbol = SymbolOf(from[token]);
                _symbols[image * Tokens + token] = symbol;
                Rows.Copy(Weight.Pointer + (long)symbol * Width, 1, Width, Width, to);
                if (_places is not null) Rows.Add(_places.Pointer + (long)token * Width, Width, to);
            }
            Map.Complete(image);
        }
    }

    private int SymbolOf(T number)
    {
        int symbol = int.CreateSaturating(number);
        return (uint)symbol < (uint)Symbols && T.CreateTruncating(symbol) == number
            ? symbol
            : throw new ArgumentException(
                $"layer '{Name}' was given the symbol {double.CreateTruncating(number)}; it knows 0 to {Symbols - 1}");
    }

    internal override void Backward(Pass<T> pass)
    {
        _pass = pass;
        pass.RunChunks(_loadGradients);
        pass.Sum(this);
    }

    private void LoadGradients(int chunk, int worker)
    {
        var (begin, end) = _pass.ImagesOf(chunk);
        for (int image = begin; image < end; image++)
            Map.LoadGradient(image, _frame, _outputGradients + (long)image * Map.ImageLength);
    }

    internal override IOrderedSum? GradientSum => this;

    byte* IOrderedSum.Data => (byte*)GradientOf(Weight);

    // Places follow the weights in memory.
    long IOrderedSum.Bytes
    {
        get
        {
            var last = _places ?? Weight;
            return (last.Offset + last.Length - Weight.Offset) * sizeof(T);
        }
    }

    void IOrderedSum.AddOwn() => _pass.Workers.Run((Width + SliceWidth - 1) / SliceWidth, _sumSlice);

    private void SumSlice(int slice, int worker)
    {
        int begin = slice * SliceWidth, length = Math.Min(SliceWidth, Width - begin);
        T* weight = GradientOf(Weight) + begin, places = _places is null ? null : GradientOf(_places) + begin;
        if (_pass.IsFirst)
        {
            for (int symbol = 0; symbol < Symbols; symbol++) new Span<T>(weight + (long)symbol * Width, length).Clear();
            for (int token = 0; token < Tokens && places != null; token++) new Span<T>(places + (long)token * Width, length).Clear();
        }
        for (int image = _pass.FirstImage; image < _pass.EndImage; image++)
        {
            T* gradient = _outputGradients + (long)image * Map.ImageLength + begin;
            for (int token = 0; token < Tokens; token++, gradient += Width)
            {
                Rows.Add(gradient, length, weight + (long)_symbols[image * Tokens + token] * Width);
                if (places != null) Rows.Add(gradient, length, places + (long)token * Width);
            }
        }
    }

    void IOrderedSum.Complete() => CompleteSum();

    /// <summary>Called when one of the sums that make up the gradient is that of the whole batch.</summary>
    internal void CompleteSum()
    {
        if (--_missingSums > 0) return;
        _missingSums = Sums;
        _tied?.AddTo(GradientOf(Weight));
    }

    private T* GradientOf(Tensor<T> tensor) => _gradients.Pointer + tensor.Offset;
}
