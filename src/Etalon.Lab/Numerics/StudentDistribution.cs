using Etalon.Numerics;

namespace Etalon.Lab.Numerics;

/// <summary>Student's t distribution: of a mean's error in units of its own estimated deviation.</summary>
internal static class StudentDistribution
{
    private const int MostTerms = 300;

    /// <summary>P(|T| &gt; |t|) with so many degrees of freedom, above 0.</summary>
    public static double TwoSided(double t, double freedom) => IncompleteBeta(freedom / 2, 0.5, freedom / (freedom + t * t));

    /// <summary>The t above 0 with P(|T| &gt; t) = <paramref name="probability"/>: 2.776 for 0.05 with 4 degrees of freedom.</summary>
    /// <param name="probability">Above 0 and below 1.</param>
    /// <param name="freedom">Degrees of freedom, at least 1.</param>
    public static double Critical(double probability, double freedom)
    {
        // With one degree of freedom it is 1 / tan(pi p / 2), and less with more.
        double angle = Math.PI * probability / 2, low = 0, high = Elementary.Cos(angle) / Elementary.Sin(angle);
        for (int halving = 0; halving < 200 && low < high; halving++)
        {
            double middle = (low + high) / 2;
            // No number lies between: more halvings change nothing.
            if (middle <= low || middle >= high) break;
            if (TwoSided(middle, freedom) > probability) low = middle;
            else high = middle;
        }
        return high;
    }

    // I_x(a, b), by its continued fraction on the side where that converges quickly (Numerical Recipes, section 6.4).
    private static double IncompleteBeta(double a, double b, double x)
    {
        if (x <= 0) return 0;
        if (x >= 1) return 1;
        double front = Elementary.Exp(LogGamma(a + b) - LogGamma(a) - LogGamma(b) + a * Elementary.Log(x) + b * Elementary.Log(1 - x));
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
        for (; x < 10; x++) below += Elementary.Log(x);
        double inverse = 1 / (x * x);
        return (x - 0.5) * Elementary.Log(x) - x + 0.91893853320467274178
            + (1.0 / 12 - inverse * (1.0 / 360 - inverse * (1.0 / 1260 - inverse / 1680))) / x - below;
    }
}
