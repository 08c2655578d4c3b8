namespace Etalon.Lab.Numerics;

/// <summary>Welch's test of whether two samples have the same mean, without taking their variances to be equal (Welch 1947).</summary>
internal static class WelchTest
{
    /// <summary>
    /// The two-sided probability of so large a difference if the means were the same; 1 where both samples are one constant.
    /// </summary>
    /// <param name="one">At least 2 values.</param>
    /// <param name="two">At least 2 values.</param>
    public static double PValue(ReadOnlySpan<double> one, ReadOnlySpan<double> two)
    {
        var (meanOne, errorOne) = MeanAndError(one);
        var (meanTwo, errorTwo) = MeanAndError(two);
        double error = errorOne + errorTwo, difference = meanOne - meanTwo;
        if (error == 0) return difference == 0 ? 1 : 0;
        double freedom = error * error / (errorOne * errorOne / (one.Length - 1) + errorTwo * errorTwo / (two.Length - 1));
        return StudentDistribution.TwoSided(difference / Math.Sqrt(error), freedom);
    }

    // The mean, and the squared standard error of it.
    private static (double Mean, double SquaredError) MeanAndError(ReadOnlySpan<double> values)
    {
        double mean = 0, squares = 0;
        foreach (double value in values) mean += value / values.Length;
        foreach (double value in values) squares += (value - mean) * (value - mean);
        return (mean, squares / (values.Length - 1) / values.Length);
    }
}
