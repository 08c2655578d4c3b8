namespace Etalon.Lab.Training;

/// <summary>Welch's test of whether two samples have the same mean, without taking their variances to be equal (Welch 1947).</summary>
internal static class WelchTest
{
    private const int MostTerms = 300;

    /// <summary>The two-sided probability of so large a difference if the means were the same; 1 where both samples are one constant.</summary>
    /// <param name="one">At least 2 values.</param>
    /// <param name="two">At least 2 values.</param>
    public static double PValue(ReadOnlySpan<double> one, ReadOnlySpan<double> two)
    {
        var (meanOne, errorOne) = MeanAndError(one);
        var (meanTwo, errorTwo) = MeanAndError(two);
        double error = errorOne + errorTwo, difference = meanOne - meanTwo;
        if (error == 0) return difference == 0 ? 1 : 0;
        double freedom = error * error / (errorOne * errorOne / (one.Length - 1) + errorTwo * errorTwo / (two.Length - 1));
        double t = difference * difference / error;
        return IncompleteBeta(freedom / 2, 0.5, freedom / (freedom + t));
    }

    // The mean, and the squared standard error of it.
    private static (double Mean, double SquaredError) MeanAndError(ReadOnlySpan<double> values)
    {
        double mean = 0, squares = 0;
        foreach (double value in values) mean += value / values.Length;
        foreach (double value in values) squares += (value - mean) * (value - mean);
        return (mean, squares / (values.Length - 1) / values.Length);
    }

    // I_x(a, b), by its continued fraction on the side where that converges quickly (Numerical Recipes, section 6.4).
    private static double IncompleteBeta(double a, double b, double x)
    {
        if (x <= 0) return 0;
        if (x >= 1) return 1;
        double front = Math.Exp(LogGamma(a + b) - LogGamma(a) - LogGamma(b) + a * Math.Log(x) + b * Math.Log(1 - x));
        return x < (a + 1) / (a + b + 2) ? front * Fraction(a, b, x) / a : 1 - front * Fraction(b, a, 1 - x) / b;
    }

    // Lentz's method.
    private static double Fraction(double a, double b, double x)
    {
        const double Tiny = 1e-300;
        double c = 1, d = 1 / NotZero(1 - (a + b) * x / (a + 1)), value = d;
        for (int m = 1; m <= MostTerms; m++)
        {
            double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 / NotZero(1 + even * d);
            c = NotZero(1 + even / c);
            value *= d * c;
            double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 / NotZero(1 + odd * d);
            c = NotZero(1 + odd / c);
            value *= d * c;
            if (Math.Abs(d * c - 1) < 1e-15) break;
        }
        return value;

        static double NotZero(double number) => Math.Abs(number) < Tiny ? Tiny : number;
    }

    // ln Gamma(x) for x > 0: Stirling's series after the argument was raised above 10, where it is good to 1e-14.
    private static double LogGamma(double x)
    {
        double below = 0;
        for (; x < 10; x++) below += Math.Log(x);
        double inverse = 1 / (x * x);
        return (x - 0.5) * Math.Log(x) - x + 0.91893853320467274178 + (1.0 / 12 - inverse * (1.0 / 360 - inverse * (1.0 / 1260 - inverse / 1680))) / x - below;
    }
}
