using Etalon.Engine.Kernels.Convolution;
using Etalon.Engine.Speed;

namespace Etalon.Lab.Speed;

/// <summary>The speed of one pass of a convolution over a batch, as the operator of a framework: framing, laying out weights and sums included.</summary>
/// <param name="Shape">The convolution.</param>
/// <param name="Pass">The pass.</param>
/// <param name="Algorithm">"direct" or "winograd".</param>
/// <param name="Seconds">The median of the rounds.</param>
/// <param name="Operations">Multiplications and additions, in the direct form.</param>
/// <param name="PeakShare">The median of the rounds' shares of the multiply-add peak of all threads, measured just before; Winograd's form may exceed 1.</param>
public sealed record ConvolutionPassSpeed(
    ConvolutionShape Shape, ConvolutionPass Pass, string Algorithm, double Seconds, double Operations, double PeakShare)
{
    /// <summary>GFLOP/s, in the direct form.</summary>
    public double Gflops => Operations / Seconds * 1e-9;
}
