namespace Etalon.Lab.Diagnosis.Phases;

/// <summary>
/// The part of a gradient that points along the weights: cos(g, w) = g.w / (|g| |w|), which is 0 where the weights are scale-invariant.
/// </summary>
internal static class RadialCosine
{
    /// <summary>
    /// The largest root mean square that counts as 0: an epsilon of 1e-5 leaves up to about 1e-3 in float32; a layer without a
    /// normalization has 0.1.
    /// </summary>
    public const double Largest = 1e-2;

    /// <summary>Its root mean square over the rows that have all three; NaN where none has.</summary>
    /// <param name="dot">g.w of each row.</param>
    /// <param name="square">|g|^2.</param>
    /// <param name="norm">|w|.</param>
    public static double RootMeanSquare(IReadOnlyList<double> dot, IReadOnlyList<double> square, IReadOnlyList<double> norm)
    {
        double[] cosines = [.. dot.Select((value, row) => value * value / (square[row] * norm[row] * norm[row])).Where(double.IsFinite)];
        return cosines.Length == 0 ? double.NaN : Math.Sqrt(cosines.Average());
    }
}
