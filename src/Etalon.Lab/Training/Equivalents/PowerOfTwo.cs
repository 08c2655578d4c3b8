using Etalon.Numerics;

namespace Etalon.Lab.Training;

/// <summary>
/// A positive number m 2^e from its logarithm, with m in [1, 2): the same m whatever power of two it is multiplied by, so that a run that
/// re-centres often has the bits of one that never does.
/// </summary>
/// <param name="Mantissa">m; 0 for the number 0.</param>
/// <param name="Exponent">e.</param>
internal readonly record struct PowerOfTwo(double Mantissa, int Exponent)
{
    private const double Ln2 = 0.693147180559945309417;

    public static PowerOfTwo Exp(double log)
    {
        if (double.IsNegativeInfinity(log)) return default;
        int exponent = checked((int)Math.Floor(log / Ln2));
        return new(Elementary.Exp(log - exponent * Ln2), exponent);
    }

    /// <summary>The number times 2^<paramref name="power"/>.</summary>
    public double Times(int power) => Math.ScaleB(Mantissa, Exponent + power);
}
