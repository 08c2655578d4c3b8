using System.Numerics;
using Etalon.Engine;

namespace Etalon.Lab.Models;

/// <summary>
/// The head of a network: the linear layer whose outputs, with biases added or not, are what the loss reads. That of a transformer is one
/// for all tokens.
/// </summary>
internal static class ModelHead
{
    /// <summary>The linear layer; null where the loss reads something else.</summary>
    public static WeightedLayer<T>? Of<T>(IReadOnlyList<Layer<T>> layers) where T : unmanaged, IFloatingPointIeee754<T> =>
        Tail(layers).LastOrDefault() is WeightedLayer<T> { Inputs.Count: 1 } layer ? layer : null;

    /// <summary>The names of the head's trained tensors: the linear layer's weights and the biases behind them.</summary>
    public static IReadOnlyList<string> TrainedTensors<T>(IReadOnlyList<Layer<T>> layers) where T : unmanaged, IFloatingPointIeee754<T> =>
        Of(layers) is null ? [] : [.. Tail(layers).SelectMany(layer => layer.TrainedTensors).Select(tensor => tensor.Name)];

    // Back from the loss: its biases, then the layer that they are added to.
    private static List<Layer<T>> Tail<T>(IReadOnlyList<Layer<T>> layers) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var producers = layers.SkipLast(1).ToDictionary(layer => layer.Output);
        var tail = new List<Layer<T>>();
        for (var read = layers[^1].Inputs[0]; producers.TryGetValue(read, out var layer); read = layer.Inputs[0])
        {
            tail.Add(layer);
            if (layer is not Bias<T>) break;
        }
        return tail;
    }
}
