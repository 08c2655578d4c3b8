using System.Numerics;

namespace Etalon.Engine.Tests.Numerics;

/// <summary>
/// exp, ln and cosine in whole numbers of 2^-256, by series of their own: what the functions in float64 are measured against.
/// </summary>
internal static class ExactNumbers
{
    private const int Bits = 256;

    private static readonly BigInteger _one = BigInteger.One << Bits;
    private static readonly BigInteger _ln2 = 2 * AtanH(_one / 3);

    /// <summary>How far e^x is from what was computed, in units of its last place.</summary>
    public static double ErrorOfExp(double computed, double x) => ErrorOfExp(computed, Of(x));

    /// <summary>The same of x^y, for positive x.</summary>
    public static double ErrorOfPow(double computed, double x, double y) => ErrorOfExp(computed, Times(Log(x), Of(y)));

    /// <summary>The same of ln x.</summary>
    public static double ErrorOfLog(double computed, double x) => Error(computed, Log(x), 0);

    /// <summary>The same of cos x.</summary>
    public static double ErrorOfCos(double computed, double x)
    {
        BigInteger angle = Of(x), term = _one, sum = _one;
        for (int n = 2; !term.IsZero; n += 2) sum += term = -Times(Times(term, angle), angle) / (n * (n - 1));
        return Error(computed, sum, 0);
    }

    // e^x = 2^k e^r; r is halved eight times before the series, and the sum squared as often.
    private static double ErrorOfExp(double computed, BigInteger x)
    {
        int k = (int)BigInteger.Divide(x, _ln2);
        BigInteger rest = (x - k * _ln2) >> 8, term = _one, sum = _one;
        for (int n = 1; !term.IsZero; n++) sum += term = Times(term, rest) / n;
        for (int i = 0; i < 8; i++) sum = Times(sum, sum);
        return Error(computed, sum, k);
    }

    private static BigInteger Log(double x)
    {
        int exponent = Math.ILogB(x);
        BigInteger mantissa = Of(Math.ScaleB(x, -exponent));
        return exponent * _ln2 + 2 * AtanH(((mantissa - _one) << Bits) / (mantissa + _one));
    }

    private static BigInteger AtanH(BigInteger x)
    {
        BigInteger power = x, sum = x, square = Times(x, x);
        for (int n = 3; !power.IsZero; n += 2) sum += (power = Times(power, square)) / n;
        return sum;
    }

    private static double Error(double computed, BigInteger exact, int exponent)
    {
        double unit = Math.Max(Math.BitIncrement(Math.Abs(computed)) - Math.Abs(computed), double.Epsilon);
        return Math.Abs((double)(Of(Math.ScaleB(computed, -exponent)) - exact) / (double)_one) / Math.ScaleB(unit, -exponent);
    }

    private static BigInteger Times(BigInteger a, BigInteger b) => (a * b) >> Bits;

    // Exact for numbers of at least 2^-204.
    private static BigInteger Of(double x)
    {
        if (x == 0) return 0;
        int exponent = Math.ILogB(x) - 52;
        BigInteger digits = new(Math.ScaleB(x, -exponent));
        return exponent + Bits >= 0 ? digits << (exponent + Bits) : digits >> -(exponent + Bits);
    }
}
