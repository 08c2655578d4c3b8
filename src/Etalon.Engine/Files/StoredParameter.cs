using System.Numerics;

namespace Etalon.Engine.Files;

/// <summary>A tensor of a network under the name, in the shape and in the order that a file has it.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class StoredParameter<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly (string Etalon, string PyTorch)[] _endings =
        [(".scale", ".weight"), (".shift", ".bias"), (".running_variance", ".running_var")];

    private readonly Tensor<T> _tensor;

    // Weights [pixel][in][out], which PyTorch holds as [out][in][pixel]; null where the order is the same.
    private readonly (int Pixels, int Inputs, int Outputs)? _turned;

    private StoredParameter(Tensor<T> tensor, string name, IEnumerable<long> shape, (int Pixels, int Inputs, int Outputs)? turned) =>
        (_tensor, Name, Shape, _turned) = (tensor, name, [.. shape], turned);

    /// <summary>Its name in the file.</summary>
    public string Name { get; }

    /// <summary>Its shape in the file.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>How many numbers it holds.</summary>
    public long Length => _tensor.Length;

    /// <summary>All tensors of a network.</summary>
    public static List<StoredParameter<T>> Of(Network<T> network, TensorLayout layout)
    {
        var weighted = network.Layers.OfType<WeightedLayer<T>>().ToDictionary(layer => $"{layer.Name}.weight");
        return
        [
            .. network.Parameters.Tensors.Concat(network.State.Tensors).Select(tensor => layout == TensorLayout.Etalon
                ? new StoredParameter<T>(tensor, tensor.Name, tensor.Shape.Select(size => (long)size), null)
                : weighted.TryGetValue(tensor.Name, out var layer) ? OfWeights(tensor, layer) : OfRow(tensor)),
        ];
    }

    private static StoredParameter<T> OfWeights(Tensor<T> tensor, WeightedLayer<T> layer)
    {
        var shape = layer.Shape;
        if (layer is Convolution<T>)
            return new(tensor, tensor.Name, [shape.OutputChannels, shape.InputChannels, shape.KernelHeight, shape.KernelWidth],
                (shape.KernelHeight * shape.KernelWidth, shape.InputChannels, shape.OutputChannels));
        // A layer that reads token by token has rows for the channels of one.
        int rows = tensor.Shape[0], columns = tensor.Shape[1], channels = layer.Inputs[0].Map.Channels;
        return new(tensor, tensor.Name, [columns, rows], (rows / channels, channels, columns));
    }

    private static StoredParameter<T> OfRow(Tensor<T> tensor)
    {
        string name = tensor.Name;
        foreach (var (etalon, pyTorch) in _endings)
            if (name.EndsWith(etalon, StringComparison.Ordinal)) name = name[..^etalon.Length] + pyTorch;
        return new(tensor, name, tensor.Shape.Select(size => (long)size), null);
    }

    /// <summary>Copies the network's numbers out, in the file's order.</summary>
    public void CopyTo(Span<T> numbers)
    {
        var own = _tensor.Span;
        if (_turned is null) own.CopyTo(numbers);
        else for (int i = 0; i < numbers.Length; i++) numbers[i] = own[PlaceOf(i)];
    }

    /// <summary>Copies numbers in the file's order into the network.</summary>
    public void CopyFrom(ReadOnlySpan<T> numbers)
    {
        var own = _tensor.Span;
        if (_turned is null) numbers.CopyTo(own);
        else for (int i = 0; i < numbers.Length; i++) own[PlaceOf(i)] = numbers[i];
    }

    private int PlaceOf(int inFile)
    {
        var (pixels, inputs, outputs) = _turned!.Value;
        int pixel = inFile % pixels, input = inFile / pixels % inputs, output = inFile / pixels / inputs;
        return (pixel * inputs + input) * outputs + output;
    }
}
