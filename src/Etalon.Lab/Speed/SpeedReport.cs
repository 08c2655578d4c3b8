using Etalon.Lab.RunSpecs;

namespace Etalon.Lab.Speed;

/// <summary>How fast a model trains on this machine, and what limits it.</summary>
public sealed record SpeedReport
{
    /// <summary>The model.</summary>
    public required ModelSpec Model { get; init; }

    /// <summary>The number type.</summary>
    public required Precision Precision { get; init; }

    /// <summary>Images in a step.</summary>
    public required int Batch { get; init; }

    /// <summary>Threads that compute.</summary>
    public required int Threads { get; init; }

    /// <summary>How often each figure was measured; medians are reported.</summary>
    public required int Rounds { get; init; }

    /// <summary>Seconds of a training step.</summary>
    public required double StepSeconds { get; init; }

    /// <summary>Multiplications and additions of a training step, in the direct form.</summary>
    public required double StepOperations { get; init; }

    /// <summary>Images a second.</summary>
    public double ImagesPerSecond => Batch / StepSeconds;

    /// <summary>What the monitors add to that; null where the model has no weights for them.</summary>
    public required MonitorCost? Monitors { get; init; }

    /// <summary>Seconds of the forward pass of an evaluation over a batch.</summary>
    public required double EvaluationSeconds { get; init; }

    /// <summary>Bits of the vectors that kernels compute with: 256 or 512.</summary>
    public required int VectorBits { get; init; }

    /// <summary>The processor's caches as the system tells them, such as "L1 48 kB"; empty where it does not.</summary>
    public required IReadOnlyList<string> Caches { get; init; }

    /// <summary>The multiply-add peak of one core with vectors of that width, GFLOP/s.</summary>
    public required double OneCorePeak { get; init; }

    /// <summary>The multiply-add peak of all threads together, GFLOP/s.</summary>
    public required double Peak { get; init; }

    /// <summary>The time of each kind of layer, the largest first.</summary>
    public required IReadOnlyList<LayerKindSpeed> LayerKinds { get; init; }

    /// <summary>Each pass of each convolution of the model.</summary>
    public required IReadOnlyList<ConvolutionPassSpeed> Convolutions { get; init; }

    /// <summary>Bytes of native memory of the network.</summary>
    public required long NetworkBytes { get; init; }

    /// <summary>The process's largest resident size after the steps, in bytes, before the single convolutions were measured.</summary>
    public required long PeakBytes { get; init; }
}
