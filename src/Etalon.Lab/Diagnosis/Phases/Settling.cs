namespace Etalon.Lab.Diagnosis.Phases;

/// <summary>Where a rate that an optimizer sets itself came to rest.</summary>
/// <param name="Value">The median over the last quarter of a run.</param>
/// <param name="Drift">The last value over that in the middle of the run: 1 where it has settled. NaN where there are fewer than three
/// values.</param>
internal readonly record struct Settling(double Value, double Drift)
{
    // As much as an angular update at equilibrium may be off before it is called so.
    private const double Rest = 0.05;

    /// <summary>Whether a drift is so near 1 that nothing moves.</summary>
    public static bool IsAtRest(double drift) => Math.Abs(drift - 1) < Rest;

    /// <summary>Of the values of a run, from its first update to its last.</summary>
    public static Settling Of(IReadOnlyList<double> values)
    {
        double[] last = [.. values.Skip(values.Count - Math.Max(1, values.Count / 4)).Order()];
        return new(last[last.Length / 2], values.Count < 3 ? double.NaN : values[^1] / values[(values.Count - 1) / 2]);
    }
}
