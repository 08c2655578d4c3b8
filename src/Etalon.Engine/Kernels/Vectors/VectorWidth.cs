using System.Runtime.Intrinsics;

namespace Etalon.Engine.Kernels.Vectors;

/// <summary>
/// The width that kernels compute with: 512 bits where the processor does that fast, else 256. It is chosen once per process, and no bit
/// of a result depends on it.
/// </summary>
/// <remarks>The environment variable <c>ETALON_VECTORS</c> says 256 to have narrow vectors on any processor.</remarks>
public static class VectorWidth
{
    /// <summary>The variable's name.</summary>
    public const string Variable = "ETALON_VECTORS";

    /// <summary>Bits in a vector: 256 or 512.</summary>
    public static int Bits => IsWide ? 512 : 256;

    // Read-only, so that the compiler drops the branch that is not taken.
    internal static readonly bool IsWide = Vector512.IsHardwareAccelerated && Environment.GetEnvironmentVariable(Variable) is not "256";
}
