namespace Etalon.Lab.Numerics;

/// <summary>The root of the mean of the squares.</summary>
internal static class RootMeanSquare
{
    /// <summary>Of those values that are finite; NaN where none is.</summary>
    public static double Of(IEnumerable<double> values)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        return finite.Length == 0 ? double.NaN : Math.Sqrt(finite.Average(value => value * value));
    }
}
