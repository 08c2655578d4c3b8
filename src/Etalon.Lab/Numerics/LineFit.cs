namespace Etalon.Lab.Numerics;

/// <summary>A straight line through points by least squares.</summary>
internal static class LineFit
{
    /// <summary>Its slope.</summary>
    /// <param name="points">At least two with different x.</param>
    public static double Slope(IReadOnlyList<(double X, double Y)> points)
    {
        double x = points.Average(point => point.X), y = points.Average(point => point.Y);
        return points.Sum(point => (point.X - x) * (point.Y - y)) / points.Sum(point => (point.X - x) * (point.X - x));
    }
}
