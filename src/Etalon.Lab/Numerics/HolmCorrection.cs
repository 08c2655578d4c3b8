namespace Etalon.Lab.Numerics;

/// <summary>
/// Holm's correction of several tests made together (Holm 1979): the chance that any of them finds a difference where there is
/// none stays below the level.
/// </summary>
internal static class HolmCorrection
{
    /// <summary>
    /// The corrected probabilities, in the order given: of m,
    /// the i-th smallest (i from 0) becomes the largest of min(1, (m - j) p_j) for j up to i.
    /// </summary>
    public static IReadOnlyList<double> Of(IReadOnlyList<double> probabilities)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        double[] corrected = new double[probabilities.Count];
        double largest = 0;
        foreach (var (rank, (index, probability)) in probabilities.Index().OrderBy(pair => pair.Item).Index())
        {
            largest = Math.Max(largest, Math.Min(1, (probabilities.Count - rank) * probability));
            corrected[index] = largest;
        }
        return corrected;
    }
}
