using Etalon.Lab.Numerics;

namespace Etalon.Lab.Sweeps;

/// <summary>
/// Two configurations, seed by seed: what seeds have in common, such as the order of the data, is no part of the difference.
/// </summary>
internal sealed record PairedComparison
{
    /// <summary>The one.</summary>
    public required SweepRow One { get; init; }

    /// <summary>The other.</summary>
    public required SweepRow Other { get; init; }

    /// <summary>The one less the other, over the seeds that both have.</summary>
    public required SampleMean Difference { get; init; }

    /// <summary>The paired t test's two-sided probability, corrected by Holm for all comparisons of the table.</summary>
    public required double CorrectedPValue { get; init; }

    /// <summary>Whether the difference is larger than chance explains: the corrected probability is below 5 %.</summary>
    public bool IsSignificant => CorrectedPValue < 0.05;

    internal static IReadOnlyList<PairedComparison> OfFirst(IReadOnlyList<SweepRow> rows)
    {
        if (rows.Count == 0) return [];
        var pairs = rows.Skip(1).Select(row => (Row: row, Differences: Differences(rows[0], row)))
            .Where(pair => pair.Differences.Count >= 2)
            .Select(pair => (pair.Row, Difference: SampleMean.Of(pair.Differences))).ToList();
        var corrected = HolmCorrection.Of([.. pairs.Select(pair => pair.Difference.PValue)]);
        return
        [
            .. pairs.Select((pair, i) =>
                new PairedComparison { One = rows[0], Other = pair.Row, Difference = pair.Difference, CorrectedPValue = corrected[i] }),
        ];
    }

    private static List<double> Differences(SweepRow one, SweepRow other) =>
        [.. one.Scores.Join(other.Scores, score => score.Seed, score => score.Seed, (first, second) => first.Value - second.Value)];

    /// <inheritdoc/>
    public override string ToString() => RecordText.Of(nameof(PairedComparison), PrintMembers);
}
