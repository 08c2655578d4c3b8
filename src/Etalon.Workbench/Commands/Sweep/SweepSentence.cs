using Etalon.Lab.Sweeps;

namespace Etalon.Workbench.Commands;

/// <summary>What a sweep found, in one sentence.</summary>
internal static class SweepSentence
{
    /// <summary>The sentence.</summary>
    public static string Of(Sweep sweep, SweepTable table)
    {
        if (table.Rows.FirstOrDefault(row => row.Value is not null) is not { Value: { } value } first)
            return "No trial has trained to its end yet.";
        string spread = double.IsNaN(value.StandardDeviation) ? "" : $" ± {value.StandardDeviation:F4} over {value.Count} seeds";
        int beyond = table.Comparisons.Count(comparison => comparison.IsSignificant);
        string others = table.Comparisons.Count == 0 ? "" : beyond == table.Comparisons.Count
            ? ", better than every other beyond chance at 5 %"
            : $"; {table.Comparisons.Count - beyond} of {table.Comparisons.Count} others are not worse beyond chance at 5 %";
        return $"{sweep.Metric.Name} is best with {first.Configuration.Label}, {value.Mean:F4}{spread}{others}.";
    }
}
