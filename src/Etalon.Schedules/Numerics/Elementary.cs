namespace Etalon.Numerics;

/// <summary>
/// exp, ln, powers, sine, cosine and the angle of a point, of our own: the C library's differ between machines in the last bit, and with
/// them whole training runs.
/// </summary>
/// <remarks>
/// <para>
/// Each is a Taylor series after an exact reduction of its argument, the leading terms in <see cref="DoubleDouble"/>: additions,
/// multiplications, divisions, square roots and powers of two, which IEEE 754 fixes. The largest error measured is 0.502 units in the last
/// place (of <see cref="ExpM1"/>; of the others 0.501), against 300-bit numbers at 150,000 arguments for each function and range, results
/// below the normal numbers included; 0.5 would be perfect.
/// </para>
/// <para>
/// This file is compiled into Etalon.Schedules, Etalon.Engine and Etalon.Lab, each for itself, because the first two reference nothing.
/// Exported modules repeat it in Python, operation by operation (<c>Export/PythonElementary.cs</c>). Whoever changes a bit here changes
/// both, and the version of the arithmetic.
/// </para>
/// </remarks>
internal static class Elementary
{
    // ln 2 in three parts and π/2 in four. Whole multiples of all but the last are exact, for |k| < 2^11 and |k| < 2^20.
    private const double Ln2A = 0.6931471805598903, Ln2B = 5.4979230187085024e-14, Ln2C = -1.3124698417785255e-27,
        Ln2Rest = 5.497923018708371e-14;
    private const double HalfPiA = 1.5707963267341256, HalfPiB = 6.077100506303966e-11, HalfPiC = 2.0222662487959506e-21,
        HalfPiD = 1.0085854035872483e-37;
    private const double LargestExponent = 709.8, SmallestExponent = -745.2, LargestAngle = 1 << 20;

    private const double RootOfHalf = 0.7071067811865476;

    private static readonly DoubleDouble _third = new(0.3333333333333333, 1.850371707708594e-17);
    private static readonly DoubleDouble _fifth = new(0.2, -1.1102230246251566e-17);
    private static readonly DoubleDouble _sixth = new(0.16666666666666666, 9.25185853854297e-18);
    private static readonly DoubleDouble _seventh = new(0.14285714285714285, 7.93016446160826e-18);
    private static readonly DoubleDouble _24th = new(0.041666666666666664, 2.3129646346357427e-18);
    private static readonly DoubleDouble _120th = new(0.008333333333333333, 1.1564823173178714e-19);
    private static readonly DoubleDouble _halfPi = new(1.5707963267948966, 6.123233995736766e-17);
    private static readonly DoubleDouble _pi = new(3.141592653589793, 1.2246467991473532e-16);
    private static readonly DoubleDouble _perLn2 = new(1.4426950408889634, 2.0355273740931033e-17);
    private static readonly DoubleDouble _perLn10 = new(0.4342944819032518, 1.098319650216765e-17);

    // What is left of each series, highest power first. Factorials up to 22! are exact in float64, so each coefficient is rounded once.
    private static readonly double[] _exp = [.. Descending(16, 4, 1).Select(n => 1 / Factorial(n))];
    private static readonly double[] _log = [.. Descending(29, 9, 2).Select(n => 1.0 / n)];
    private static readonly double[] _sin = [.. Descending(21, 7, 2).Select(n => (n % 4 == 1 ? 1 : -1) / Factorial(n))];
    private static readonly double[] _cos = [.. Descending(22, 6, 2).Select(n => (n % 4 == 0 ? 1 : -1) / Factorial(n))];
    private static readonly double[] _atan = [.. Descending(15, 3, 2).Select(n => (n % 4 == 1 ? 1.0 : -1.0) / n)];

    /// <summary>e^x; 0 below -745.2, infinity above 709.8.</summary>
    public static double Exp(double x) => double.IsNaN(x) ? x : Exp((DoubleDouble)x);

    /// <summary>e^x - 1, with all its digits near 0.</summary>
    public static double ExpM1(double x)
    {
        if (double.IsNaN(x) || Math.Abs(x) < 1e-280) return x;
        if (x > LargestExponent) return double.PositiveInfinity;
        if (x < -40) return -1;
        var (k, growth) = Growth(x);
        if (k == 0) return growth.Value;
        if (k > 60) return Scaled(k, growth);
        double power = Math.ScaleB(1, k);
        return (DoubleDouble.Sum(power, -1) + new DoubleDouble(power * growth.High, power * growth.Low)).Value;
    }

    /// <summary>ln x; -infinity at 0, NaN below.</summary>
    public static double Log(double x) => IsOrdinary(x) ? Logarithm(x).Value : EdgeOfLog(x);

    /// <summary>ln(1 + x), with all its digits near 0; -infinity at -1, NaN below.</summary>
    public static double Log1P(double x)
    {
        if (Math.Abs(x) < 1e-280) return x;
        if (!IsOrdinary(1 + x)) return EdgeOfLog(1 + x);
        if (x is > -0.29 and < 0.41) return LogOfRatio(x, 0).Value;
        DoubleDouble sum = DoubleDouble.Sum(1, x);
        var (mantissa, exponent) = Parts(sum.High);
        return LogOfRatio(DoubleDouble.SumOfOrdered(mantissa - 1, Math.ScaleB(sum.Low, -exponent)), exponent).Value;
    }

    /// <summary>The logarithm to the base of 10, exact for the float64 nearest to a power of 10; -infinity at 0, NaN below.</summary>
    public static double Log10(double x) => IsOrdinary(x) ? (Logarithm(x) * _perLn10).Value : EdgeOfLog(x);

    /// <summary>The logarithm to the base of 2, exact for powers of 2; -infinity at 0, NaN below.</summary>
    public static double Log2(double x) => IsOrdinary(x) ? (Logarithm(x) * _perLn2).Value : EdgeOfLog(x);

    /// <summary>x^y; of a negative x for a whole y, otherwise NaN. Exact wherever float64 holds the power, such as 10^22.</summary>
    public static double Pow(double x, double y)
    {
        if (y == 0 || x == 1) return 1;
        if (double.IsNaN(x) || double.IsNaN(y) || (x < 0 && !double.IsInteger(y))) return double.NaN;
        double power = x == 0 || double.IsInfinity(x) ? (x == 0) == (y < 0) ? double.PositiveInfinity : 0 : PowOfPositive(Math.Abs(x), y);
        return x < 0 && double.IsOddInteger(y) ? -power : power;
    }

    /// <summary>sin x; NaN at infinity.</summary>
    public static double Sin(double x)
    {
        if (Math.Abs(x) < 1e-150) return x;
        if (!double.IsFinite(x)) return double.NaN;
        var (quarters, rest) = Math.Abs(x) <= LargestAngle ? Turn(x) : LargeAngle.Turn(x);
        double value = ((quarters & 1) == 0 ? Sine(rest) : Cosine(rest)).Value;
        return (quarters & 3) >= 2 ? -value : value;
    }

    /// <summary>cos x; NaN at infinity.</summary>
    public static double Cos(double x)
    {
        if (!double.IsFinite(x)) return double.NaN;
        var (quarters, rest) = Math.Abs(x) <= LargestAngle ? Turn(x) : LargeAngle.Turn(x);
        double value = ((quarters & 1) == 0 ? Cosine(rest) : Sine(rest)).Value;
        return (quarters & 3) is 1 or 2 ? -value : value;
    }

    /// <summary>The angle of the point (x, y), from -π to π; 0 at the origin, NaN unless both are finite.</summary>
    public static double Atan2(double y, double x)
    {
        if (!double.IsFinite(y) || !double.IsFinite(x)) return double.NaN;
        double across = Math.Abs(y), along = Math.Abs(x);
        DoubleDouble angle = across > along ? _halfPi - AngleBelowEighth(along, across) : AngleBelowEighth(across, along);
        if (x < 0) angle = _pi - angle;
        return y < 0 ? -angle.Value : angle.Value;
    }

    private static double PowOfPositive(double x, double y)
    {
        DoubleDouble log = Logarithm(x);
        double exponent = y * log.High;
        if (exponent > LargestExponent) return double.PositiveInfinity;
        if (exponent < SmallestExponent) return 0;
        DoubleDouble product = DoubleDouble.Product(y, log.High);
        return Exp(DoubleDouble.SumOfOrdered(product.High, product.Low + y * log.Low));
    }

    private static double Exp(DoubleDouble x)
    {
        if (x.High > LargestExponent) return double.PositiveInfinity;
        if (x.High < SmallestExponent) return 0;
        var (k, growth) = Growth(x);
        return Scaled(k, growth);
    }

    /// <summary>k and q with e^x = 2^k (1 + q), where |ln(1 + q)| is at most ln(2)/2.</summary>
    private static (int K, DoubleDouble Growth) Growth(DoubleDouble x)
    {
        double k = Math.Floor(x.High * 1.4426950408889634 + 0.5);
        DoubleDouble rest = DoubleDouble.Sum(x.High - k * Ln2A, -k * Ln2B);
        rest = DoubleDouble.SumOfOrdered(rest.High, rest.Low + (x.Low - k * Ln2C));
        DoubleDouble sum = _sixth + rest.High * Series(_exp, rest.High);
        sum = (DoubleDouble)0.5 + rest * sum;
        return ((int)k, rest + rest * rest * sum);
    }

    /// <summary>2^k (1 + q), rounded once, also where it is below the normal numbers.</summary>
    private static double Scaled(int k, DoubleDouble growth)
    {
        DoubleDouble sum = DoubleDouble.Sum(1, growth.High);
        double rest = sum.Low + growth.Low;
        if (k > 0) return Math.ScaleB(sum.High + rest, k - 1) * 2;
        if (k > -1022 || (k == -1022 && sum.High >= 1)) return Math.ScaleB(sum.High + rest, k);
        // Added to a number whose last place is that of the result: the rounding happens here, and the scaling is exact.
        double large = Math.ScaleB(1, -1022 - k);
        DoubleDouble rounded = DoubleDouble.SumOfOrdered(large, sum.High);
        return Math.ScaleB(rounded.High + (rounded.Low + rest) - large, k);
    }

    private static DoubleDouble Logarithm(double x)
    {
        var (mantissa, exponent) = Parts(x);
        return LogOfRatio(mantissa - 1, exponent);
    }

    /// <summary>ln((1 + f) 2^exponent) = exponent ln 2 + 2(s + s³/3 + s⁵/5 + ...) with s = f/(2 + f).</summary>
    private static DoubleDouble LogOfRatio(DoubleDouble f, int exponent)
    {
        DoubleDouble s = f / ((DoubleDouble)2 + f), square = s * s;
        DoubleDouble sum = _seventh + square.High * Series(_log, square.High);
        sum = _third + square * (_fifth + square * sum);
        sum = s + s * (square * sum);
        var log = new DoubleDouble(2 * sum.High, 2 * sum.Low);
        return exponent == 0 ? log : DoubleDouble.Sum(exponent * Ln2A, exponent * Ln2Rest) + log;
    }

    /// <summary>The quarter turns nearest to x, and what is left of it, at most π/4.</summary>
    private static (int Quarters, DoubleDouble Left) Turn(double x)
    {
        double n = Math.Floor(x * 0.6366197723675814 + 0.5);
        DoubleDouble rest = DoubleDouble.Sum(x - n * HalfPiA, -n * HalfPiB), taken = DoubleDouble.Product(n, HalfPiC);
        DoubleDouble last = DoubleDouble.Sum(rest.High, -taken.High);
        return ((int)n, DoubleDouble.SumOfOrdered(last.High, last.Low + (rest.Low - (taken.Low + n * HalfPiD))));
    }

    private static DoubleDouble Sine(DoubleDouble x)
    {
        DoubleDouble square = x * x;
        DoubleDouble sum = _120th + square.High * Series(_sin, square.High);
        sum = square * sum - _sixth;
        return x + x * (square * sum);
    }

    private static DoubleDouble Cosine(DoubleDouble x)
    {
        DoubleDouble square = x * x;
        DoubleDouble sum = _24th + square.High * Series(_cos, square.High);
        sum = square * sum - (DoubleDouble)0.5;
        return (DoubleDouble)1 + square * sum;
    }

    /// <summary>
    /// atan(a/b) for 0 ≤ a ≤ b: a guess g of 44 bits by halving the angle twice, and one turn of the point by -g, which leaves a tiny
    /// angle.
    /// </summary>
    private static DoubleDouble AngleBelowEighth(double a, double b)
    {
        if (a == 0) return 0;
        double slope = a / b;
        if (slope < 1e-250) return slope;
        int exponent = Math.ILogB(b) + 1;
        (a, b) = (Math.ScaleB(a, -exponent), Math.ScaleB(b, -exponent));
        double half = slope / (1 + Math.Sqrt(1 + slope * slope)), quarter = half / (1 + Math.Sqrt(1 + half * half));
        double guess = 4 * (quarter + quarter * (quarter * quarter * Series(_atan, quarter * quarter)));
        DoubleDouble sine = Sine(guess), cosine = Cosine(guess), x = b, y = a;
        DoubleDouble left = (y * cosine - x * sine) / (x * cosine + y * sine);
        DoubleDouble angle = DoubleDouble.SumOfOrdered(guess, left.High);
        return angle with { Low = angle.Low + left.Low };
    }

    /// <summary>m and e with x = m 2^e and m from √½ up to √2.</summary>
    private static (double Mantissa, int Exponent) Parts(double x)
    {
        int exponent = Math.ILogB(x) + 1;
        double mantissa = Math.ScaleB(x, -exponent);
        return mantissa < RootOfHalf ? (2 * mantissa, exponent - 1) : (mantissa, exponent);
    }

    private static bool IsOrdinary(double x) => x > 0 && x < double.PositiveInfinity;

    private static double EdgeOfLog(double x) => x == 0 ? double.NegativeInfinity : double.IsPositiveInfinity(x) ? x : double.NaN;

    private static double Series(double[] coefficients, double x)
    {
        double sum = 0;
        foreach (double coefficient in coefficients) sum = sum * x + coefficient;
        return sum;
    }

    private static IEnumerable<int> Descending(int from, int to, int step)
    {
        for (int n = from; n >= to; n -= step) yield return n;
    }

    private static double Factorial(int n) => n < 2 ? 1 : n * Factorial(n - 1);
}
