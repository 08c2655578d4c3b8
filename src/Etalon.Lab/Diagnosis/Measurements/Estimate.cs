namespace Etalon.Lab.Diagnosis.Measurements;

/// <summary>A mean and its standard error.</summary>
/// <param name="Mean">The mean; NaN where there was nothing to take it of.</param>
/// <param name="Error">The standard error of the mean.</param>
internal readonly record struct Estimate(double Mean, double Error)
{
    /// <summary>Nothing is known.</summary>
    public static Estimate None { get; } = new(double.NaN, double.NaN);

    /// <summary>Whether there is a number.</summary>
    public bool IsKnown => double.IsFinite(Mean) && double.IsFinite(Error);

    /// <summary>The error over the mean.</summary>
    public double RelativeError => Error / Math.Abs(Mean);

    /// <summary>How many standard errors the mean is away from a value.</summary>
    public double Away(double value) => Error > 0 ? Math.Abs(Mean - value) / Error : Mean == value ? 0 : double.PositiveInfinity;

    /// <summary>
    /// The mean of values of which some may be missing. Values closer than <paramref name="correlation"/> count as one, and what follows a straight line is no noise: the
    /// error is that of the scatter around it.
    /// </summary>
    /// <param name="values">The values; NaN where one is missing.</param>
    /// <param name="steps">The update of each, ascending.</param>
    /// <param name="correlation">Updates over which values remember each other, at least 1.</param>
    public static Estimate Of(IReadOnlyList<double> values, IReadOnlyList<long> steps, double correlation)
    {
        var (count, mean, middle) = (0, 0.0, 0.0);
        for (int i = 0; i < values.Count; i++)
        {
            if (double.IsNaN(values[i])) continue;
            count++;
            mean += (values[i] - mean) / count;
            middle += (steps[i] - middle) / count;
        }
        // Two points lie on a line, so the scatter around it is known from the third on.
        if (count < 3) return count == 0 ? None : new(mean, double.NaN);
        var (xx, xy, yy, first, last) = (0.0, 0.0, 0.0, long.MaxValue, 0L);
        for (int i = 0; i < values.Count; i++)
        {
            if (double.IsNaN(values[i])) continue;
            var (x, y) = (steps[i] - middle, values[i] - mean);
            xx += x * x;
            xy += x * y;
            yy += y * y;
            (first, last) = (Math.Min(first, steps[i]), steps[i]);
        }
        double scatter = Math.Max(0, yy - xy * xy / xx) / (count - 2);
        double independent = Math.Clamp((last - first) / correlation + 1, 1, count);
        return new(mean, Math.Sqrt(scatter / independent));
    }
}
