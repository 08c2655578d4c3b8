using Etalon.Lab.Numerics;
using Etalon.Lab.Sweeps;
using Etalon.Workbench.Terminals;

namespace Etalon.Workbench.Commands;

/// <summary>What a sweep found, in words.</summary>
internal static class SweepTableText
{
    // Of hundreds of comparisons the first tell which configurations are as good as the best.
    internal const int MostComparisons = 20;

    /// <summary>The table, and the comparisons below it.</summary>
    public static void Write(Sweep sweep, SweepFolder folder, SweepTable table, TextWriter output)
    {
        output.WriteLine($"{folder.Path}: {SweepText.Counts(folder)}");
        if (SweepText.NoLongerAskedFor(folder) is { } kept) output.WriteLine(kept);
        output.WriteLine($"{Words(sweep.Metric)}, mean over seeds; ± is the standard deviation");
        output.WriteLine();
        string[] header = Header(table);
        string[][] rows = [header, .. table.Rows.Select((row, i) => Cells(row, i + 1))];
        foreach (string line in TextTable.Aligned(rows, left: header.Length - 1)) output.WriteLine(line);
        if (table.Comparisons.Count == 0) return;
        output.WriteLine();
        output.WriteLine("Row 1 less the others, seed by seed (paired t test, p corrected by Holm for all of them):");
        foreach (var comparison in table.Comparisons.Take(MostComparisons))
            output.WriteLine(Sentence(comparison, RowOf(comparison.Other, table)));
        if (table.Comparisons.Count > MostComparisons)
            output.WriteLine($"... and {table.Comparisons.Count - MostComparisons} more with --json");
    }

    internal static string Words(SweepMetric metric)
    {
        string moment = metric.Moment switch
        {
            MetricMoment.Last => "the last value",
            MetricMoment.Best => "the best value",
            _ => $"the value after {metric.Step:N0} updates",
        };
        return $"{metric.Name}, {moment}, {(metric.IsHigherBetter ? "highest" : "lowest")} first";
    }

    internal static int RowOf(SweepRow row, SweepTable table) => table.Rows.Index().First(pair => ReferenceEquals(pair.Item, row)).Index
        + 1;

    internal static string Sentence(PairedComparison comparison, int row)
    {
        var difference = comparison.Difference;
        if (double.IsNaN(comparison.CorrectedPValue))
            return $"  row {row}: {MetricText.Of(difference.Mean)} in each of {difference.Count} seeds: the test needs differences that "
                + "vary";
        string interval = $"95 % interval {MetricText.Of(difference.Low)} to {MetricText.Of(difference.High)}, {difference.Count} seeds";
        string verdict = comparison.IsSignificant ? "beyond chance at 5 %" : "not beyond chance at 5 %";
        return $"  row {row}: {MetricText.Of(difference.Mean)}, {interval}, p = {comparison.CorrectedPValue:G2}: {verdict}";
    }

    internal static string[] Header(SweepTable table) =>
        ["row", .. table.Rows[0].Configuration.Changes.Select(change => change.Key),
            "n", "mean", "±", "95 % interval", "best", "last", ""];

    internal static string[] Cells(SweepRow row, int number)
    {
        string[] changes = [$"{number}", .. row.Configuration.Changes.Select(change => change.Value)];
        string[] notes =
        [
            row.StoppedAfter is { } rung ? $"stopped after {rung:N0}" : "",
            row.Diverged > 0 ? $"{row.Diverged} diverged" : "",
            row.NotFinite > 0 ? $"{row.NotFinite} not finite" : "",
            row.Missing > 0 && row.StoppedAfter is null ? $"{row.Missing} missing" : "",
        ];
        string note = string.Join(", ", notes.Where(text => text.Length > 0));
        return row.Value is { } value
            ? [.. changes, $"{value.Count}", MetricText.Of(value.Mean), MetricText.Of(value.StandardDeviation), Interval(value),
                MetricText.Of(row.Best!.Mean), MetricText.Of(row.Last!.Mean), note]
            : [.. changes, "0", "", "", "", "", "", note];
    }

    private static string Interval(SampleMean mean) => double.IsNaN(mean.Margin)
        ? "" : $"{MetricText.Of(mean.Low)} to {MetricText.Of(mean.High)}";
}
