using Etalon.Lab.Sweeps;
using Etalon.Workbench.Terminals;

namespace Etalon.Workbench.Commands;

/// <summary>What a sweep found, in one sentence.</summary>
internal static class SweepSentence
{
    /// <summary>The sentence.</summary>
    public static string Of(Sweep sweep, SweepTable table)
    {
        if (table.Rows.FirstOrDefault(row => row.Value is not null) is not { Value: { } value } first)
            return "No trial has trained to its end yet.";
        string spread = double.IsNaN(value.StandardDeviation)
            ? "" : $" ± {MetricText.Of(value.StandardDeviation)} over {value.Count} seeds";
        return $"{sweep.Metric.Name} is best with {first.Configuration.Label}, {MetricText.Of(value.Mean)}{spread}{Others(sweep, table)}.";
    }

    // The best mean may be of other seeds than those in common: what counts is that the others are worse on these.
    private static string Others(Sweep sweep, SweepTable table)
    {
        int compared = table.Comparisons.Count, all = table.Rows.Count - 1;
        if (compared == 0) return "";
        int worse = table.Comparisons.Count(comparison =>
            comparison.IsSignificant && comparison.Difference.Mean > 0 == sweep.Metric.IsHigherBetter);
        if (worse < compared) return $"; {compared - worse} of {compared} others are not worse beyond chance at 5 %";
        return compared == all ? ", better than every other beyond chance at 5 %"
            : $", better than {compared} of {all} others beyond chance at 5 %; the rest have fewer than two seeds in common with it";
    }
}
