using Etalon.Lab.Numerics;

namespace Etalon.Lab.Sweeps;

/// <summary>
/// Two configurations, seed by seed: what seeds have in common, such as the order of the data, is no part of the difference.
/// </summary>
internal sealed record PairedComparison
{
    // Below it a spread is that of rounding: accuracies are counts, and their differences are often the same.
    private const double RoundingOfMean = 1e-9;

    /// <summary>The one.</summary>
    public required SweepRow One { get; init; }

    /// <summary>The other.</summary>
    public required SweepRow Other { get; init; }

    /// <summary>The one less the other, over the seeds that both have.</summary>
    public required SampleMean Difference { get; init; }

    /// <summary>
    /// The paired t test's two-sided probability; NaN where the differences are all the same and not 0, so that nothing tells how far
    /// chance moves them.
    /// </summary>
    public double PValue => PValueOf(Difference);

    /// <summary>The same, corrected by Holm for all comparisons of the table; one without a probability counts there too.</summary>
    public required double CorrectedPValue { get; init; }

    /// <summary>Whether the difference is larger than chance explains: the corrected probability is below 5 %.</summary>
    public bool IsSignificant => CorrectedPValue < 0.05;

    internal static IReadOnlyList<PairedComparison> OfFirst(IReadOnlyList<SweepRow> rows)
    {
        if (rows.Count == 0) return [];
        var pairs = rows.Skip(1).Select(row => (Row: row, Differences: Differences(rows[0], row)))
            .Where(pair => pair.Differences.Count >= 2)
            .Select(pair => (pair.Row, Difference: SampleMean.Of(pair.Differences))).ToList();
        double[] values = [.. pairs.Select(pair => PValueOf(pair.Difference))];
        var corrected = HolmCorrection.Of([.. values.Select(value => double.IsNaN(value) ? 1 : value)]);
        return
        [
            .. pairs.Select((pair, i) => new PairedComparison
            {
                One = rows[0],
                Other = pair.Row,
                Difference = pair.Difference,
                CorrectedPValue = double.IsNaN(values[i]) ? double.NaN : corrected[i],
            }),
        ];
    }

    private static double PValueOf(SampleMean difference) =>
        difference.Mean != 0 && difference.StandardDeviation <= RoundingOfMean * Math.Abs(difference.Mean)
            ? double.NaN : difference.PValue;

    private static List<double> Differences(SweepRow one, SweepRow other) =>
        [.. one.Scores.Join(other.Scores, score => score.Seed, score => score.Seed, (first, second) => first.Value - second.Value)];

    /// <inheritdoc/>
    public override string ToString() => RecordText.Of(nameof(PairedComparison), PrintMembers);
}
