using System.Diagnostics;

namespace Etalon.Engine;

/// <summary>The time spent in each layer, for reports of speed; nothing that computes reads it.</summary>
public sealed class LayerTimes(int layers)
{
    private readonly long[] _forward = new long[layers], _backward = new long[layers];
    private long _preparation;

    /// <summary>Seconds in the forward pass of a layer since the start.</summary>
    public double Forward(int layer) => (double)_forward[layer] / Stopwatch.Frequency;

    /// <summary>Seconds in the backward pass of a layer since the start.</summary>
    public double Backward(int layer) => (double)_backward[layer] / Stopwatch.Frequency;

    /// <summary>Seconds in laying out the weights of all layers since the start.</summary>
    public double Preparation => (double)_preparation / Stopwatch.Frequency;

    internal void AddForward(int layer, long begin) => _forward[layer] += Stopwatch.GetTimestamp() - begin;

    internal void AddBackward(int layer, long begin) => _backward[layer] += Stopwatch.GetTimestamp() - begin;

    internal void AddPreparation(long begin) => _preparation += Stopwatch.GetTimestamp() - begin;
}
