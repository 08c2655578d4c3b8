using Etalon.Numerics;

namespace Etalon.Schedules.Equivalence;

/// <summary>A real number held by its sign and the logarithm of its magnitude, for what outgrows float64: x = Sign · exp(Log).</summary>
/// <remarks>The default is 0. Precision is that of the logarithm: about 1e-16 · max(1, |Log|), relative to x.</remarks>
public readonly record struct SignedLog
{
    private SignedLog(int sign, double log)
    {
        // A power too small for any logarithm is 0, so that equal numbers are equal records.
        (Sign, Log) = log == double.NegativeInfinity ? (0, 0) : (sign, log);
    }

    /// <summary>-1, 0 or 1.</summary>
    public int Sign { get; }

    /// <summary>ln |x|; 0, and without meaning, where the number is 0.</summary>
    public double Log { get; }

    /// <summary>The number itself; infinite, or 0, where float64 cannot hold it.</summary>
    public double Value => Sign == 0 ? 0 : Sign * Elementary.Exp(Log);

    /// <summary>The number <paramref name="value"/>.</summary>
    public static SignedLog Of(double value) => value == 0 ? default : new(Math.Sign(value), Elementary.Log(Math.Abs(value)));

    /// <summary>The positive number exp(<paramref name="log"/>); 0 for negative infinity.</summary>
    public static SignedLog Exp(double log) => new(1, log);

    /// <summary>The product.</summary>
    public static SignedLog operator *(SignedLog a, SignedLog b) => a.Sign * b.Sign == 0 ? default : new(a.Sign * b.Sign, a.Log + b.Log);

    /// <summary>The negative.</summary>
    public static SignedLog operator -(SignedLog a) => new(-a.Sign, a.Log);

    /// <summary>The difference.</summary>
    public static SignedLog operator -(SignedLog a, SignedLog b) => a + -b;

    /// <summary>The sum.</summary>
    public static SignedLog operator +(SignedLog a, SignedLog b)
    {
        if (a.Sign == 0) return b;
        if (b.Sign == 0) return a;
        var (large, small) = a.Log >= b.Log ? (a, b) : (b, a);
        var ratio = large.Sign * small.Sign * Elementary.Exp(small.Log - large.Log);
        return ratio == -1 ? default : new(large.Sign, large.Log + Elementary.Log1P(ratio));
    }

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(SignedLog), PrintMembers);
}
