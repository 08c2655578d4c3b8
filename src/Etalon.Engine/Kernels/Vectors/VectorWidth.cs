using System.Runtime.Intrinsics;

namespace Etalon.Engine;

/// <summary>
/// The width that kernels compute with: 512 bits where the processor does that fast, else 256. It is chosen once per process, and no bit
/// of a result depends on it.
/// </summary>
/// <remarks>The environment variable <c>ETALON_VECTORS</c> asks for 256 or 512 on any processor.</remarks>
public static class VectorWidth
{
    /// <summary>The variable's name.</summary>
    public const string Variable = "ETALON_VECTORS";

    /// <summary>Bits in a vector: 256 or 512.</summary>
    public static int Bits => IsWide ? 512 : 256;

    // Read-only, so that the compiler drops the branch that is not taken.
    internal static bool IsWide => Chosen.IsWide;

    /// <summary>Asks for a width before anything has computed.</summary>
    /// <param name="bits">256 or 512; 512 on a processor without such vectors is computed in halves, slowly.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is another number.</exception>
    /// <exception cref="InvalidOperationException">Kernels of this process compute with the other width already.</exception>
    public static void Choose(int bits)
    {
        if (bits is not (256 or 512)) throw new ArgumentOutOfRangeException(nameof(bits), bits, "must be 256 or 512");
        Environment.SetEnvironmentVariable(Variable, bits == 256 ? "256" : "512");
        if (Bits != bits)
            throw new InvalidOperationException(
                $"kernels compute with {Bits} bits already; choose the width before the first network is built");
    }

    private static class Chosen
    {
        public static readonly bool IsWide = Environment.GetEnvironmentVariable(Variable) switch
        {
            "256" => false,
            "512" => true,
            _ => Vector512.IsHardwareAccelerated,
        };
    }
}
