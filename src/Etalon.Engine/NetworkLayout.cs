using System.Numerics;

namespace Etalon.Engine;

/// <summary>Where everything of a network lies: layers declare into it, then it is allocated once.</summary>
internal sealed unsafe class NetworkLayout<T>(int images) : IDisposable where T : unmanaged, IFloatingPointIeee754<T>
{
    private delegate void Bind();

    private readonly List<Bind> _bindings = [];
    private readonly List<(Tensor<T> Tensor, bool IsFree)> _gradientBuffers = [];

    /// <summary>The largest batch.</summary>
    public int Images { get; } = images;

    public Region<T> Parameters { get; } = new();

    public Region<T> Gradients { get; } = new();

    public Region<T> State { get; } = new();

    public Region<T> Activations { get; } = new();

    public delegate void Receive(T* pointer);

    /// <summary>Numbers that live for a step; the receiver gets them once allocated.</summary>
    public void Activation(string name, int[] shape, Receive receive)
    {
        var tensor = Activations.Declare(name, shape);
        _bindings.Add(() => receive(tensor.Pointer));
    }

    /// <summary>
    /// Gives each signal a buffer for its gradient. The layers are visited as the backward pass will: a buffer is taken at the first
    /// contribution and free again when the map's gradient has been read, so few are needed, and they stay in cache.
    /// </summary>
    public void ShareGradients(IReadOnlyList<Layer<T>> layers)
    {
        var held = new Dictionary<Signal<T>, int>();
        for (int i = layers.Count - 1; i >= 0; i--)
        {
            foreach (var input in layers[i].Inputs)
                if (input.NeedsGradient && input.Consumers.Contains(layers[i]) && !held.ContainsKey(input))
                    held[input] = TakeBuffer(input);
            if (layers[i].Output.Map.Producer != layers[i]) continue;
            foreach (var signal in layers[i].Output.Map.Read)
                if (held.TryGetValue(signal, out int buffer))
                    _gradientBuffers[buffer] = (_gradientBuffers[buffer].Tensor, true);
        }
    }

    private int TakeBuffer(Signal<T> signal)
    {
        long length = (long)Images * signal.Map.ImageLength;
        int best = -1;
        for (int i = 0; i < _gradientBuffers.Count; i++)
        {
            var (tensor, isFree) = _gradientBuffers[i];
            if (isFree && tensor.Length >= length && (best < 0 || tensor.Length < _gradientBuffers[best].Tensor.Length)) best = i;
        }
        if (best < 0)
        {
            best = _gradientBuffers.Count;
            _gradientBuffers.Add((Activations.Declare($"gradient {best}", Images, signal.Map.ImageLength), false));
        }
        var taken = _gradientBuffers[best].Tensor;
        _gradientBuffers[best] = (taken, false);
        _bindings.Add(() => signal.Gradient = taken.Pointer);
        return best;
    }

    public void Allocate()
    {
        Gradients.Mirror(Parameters);
        foreach (var region in Regions) region.Allocate();
        foreach (var bind in _bindings) bind();
    }

    private Region<T>[] Regions => [Parameters, Gradients, State, Activations];

    public void Dispose()
    {
        foreach (var region in Regions) region.Dispose();
    }
}
