using Etalon.Engine;
using Etalon.Lab.Models;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Benchmarks;

/// <summary>How fast a model trains on this machine, and what limits it.</summary>
internal sealed record SpeedReport
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

    /// <summary>
    /// Whether a direct pass is faster than the peak, which it cannot be: then the peak was measured too low and no share means anything.
    /// </summary>
    /// <remarks>By a fifth: the machine may speed up between the two measurements of a round.</remarks>
    public bool IsPeakTooLow => Convolutions.Any(row => row.Algorithm == "direct" && row.PeakShare > 1.2);

    /// <summary>The time of each kind of layer, the largest first.</summary>
    public required IReadOnlyList<LayerKindSpeed> LayerKinds { get; init; }

    /// <summary>Each pass of each convolution of the model.</summary>
    public required IReadOnlyList<ConvolutionPassSpeed> Convolutions { get; init; }

    /// <summary>Bytes of native memory of the network.</summary>
    public required long NetworkBytes { get; init; }

    /// <summary>The process's largest resident size after the steps, in bytes, before the single convolutions were measured.</summary>
    public required long PeakBytes { get; init; }
}

/// <summary>
/// The speed of one pass of a convolution over a batch, as the operator of a framework: framing, laying out weights and sums included.
/// </summary>
/// <param name="Shape">The convolution.</param>
/// <param name="Pass">The pass.</param>
/// <param name="Algorithm">"direct" or "winograd".</param>
/// <param name="Seconds">The median of the rounds.</param>
/// <param name="Operations">Multiplications and additions, in the direct form.</param>
/// <param name="PeakShare">The median of the rounds' shares of the multiply-add peak of all threads, measured just before; Winograd's form
/// may exceed 1.</param>
internal sealed record ConvolutionPassSpeed(
    ConvolutionShape Shape, ConvolutionPass Pass, string Algorithm, double Seconds, double Operations, double PeakShare)
{
    /// <summary>GFLOP/s, in the direct form.</summary>
    public double Gflops => Operations / Seconds * 1e-9;
}

/// <summary>The time that the layers of one kind take in a training step.</summary>
/// <param name="Kind">The kind, as "convolution 3x3, winograd"; also "laying out weights" and "update", which are no layers.</param>
/// <param name="Layers">How many layers are of it.</param>
/// <param name="ForwardSeconds">Seconds of their forward passes in a step.</param>
/// <param name="BackwardSeconds">Seconds of their backward passes in a step.</param>
/// <param name="ForwardOperations">Multiplications and additions of their forward passes, in the direct form; 0 where memory, not
/// arithmetic, is the cost.</param>
/// <param name="BackwardOperations">The same of their backward passes.</param>
internal sealed record LayerKindSpeed(
    string Kind, int Layers, double ForwardSeconds, double BackwardSeconds, double ForwardOperations, double BackwardOperations)
{
    /// <summary>Seconds in a step.</summary>
    public double Seconds => ForwardSeconds + BackwardSeconds;
}

/// <summary>What the monitors of scale-invariant weights cost, at the intervals that a recipe has by default.</summary>
internal sealed record MonitorCost
{
    /// <summary>Seconds of a reading with its line.</summary>
    public required double ReadingSeconds { get; init; }

    /// <summary>Updates between two readings.</summary>
    public required long ReadingEvery { get; init; }

    /// <summary>Seconds of the two passes of a second batch, from which the noise is measured.</summary>
    public required double NoiseSeconds { get; init; }

    /// <summary>Updates between two of them.</summary>
    public required long NoiseEvery { get; init; }

    /// <summary>All of it as a share of the training time.</summary>
    public required double Share { get; init; }
}
