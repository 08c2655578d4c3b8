using System.Text.Json;
using Etalon.Lab.Numerics;
using Etalon.Lab.Sweeps;
using Etalon.Workbench.Json;

namespace Etalon.Workbench.Commands;

/// <summary>What a sweep found, as JSON, with the seeds behind it.</summary>
internal static class SweepTableJson
{
    /// <summary>The table.</summary>
    public static string Of(Sweep sweep, SweepFolder folder, SweepTable table)
    {
        var facts = new
        {
            Sweep = sweep.Name,
            folder.Path,
            Trials = Enum.GetValues<TrialStatus>().ToDictionary(status => status.ToString().ToLowerInvariant(), folder.Count),
            folder.NoLongerAskedFor,
            Metric = new
            {
                sweep.Metric.Name,
                At = sweep.Metric.Moment,
                Step = sweep.Metric.Moment == MetricMoment.Step ? sweep.Metric.Step : (long?)null,
                Goal = sweep.Metric.IsHigherBetter ? "max" : "min",
            },
            Configurations = table.Rows.Select(row => new
            {
                Changes = ChangesOf(row),
                Value = MeanOf(row.Value),
                Best = NumberOf(row.Best),
                Last = NumberOf(row.Last),
                row.StoppedAfter,
                row.Diverged,
                row.NotFinite,
                row.Missing,
                Seeds = row.Scores.Select(score => new
                {
                    score.Seed,
                    Trial = score.TrialId,
                    score.Value,
                    score.Best,
                    Last = JsonNumber.Of(score.Last),
                }),
            }),
            Comparisons = table.Comparisons.Select(comparison => new
            {
                One = ChangesOf(comparison.One),
                Other = ChangesOf(comparison.Other),
                Difference = MeanOf(comparison.Difference),
                P = JsonNumber.Of(comparison.PValue),
                CorrectedP = JsonNumber.Of(comparison.CorrectedPValue),
                comparison.IsSignificant,
            }),
        };
        return JsonSerializer.Serialize(facts, JsonFormat.Options);
    }

    private static Dictionary<string, string> ChangesOf(SweepRow row) => new(row.Configuration.Changes);

    private static double? NumberOf(SampleMean? mean) => mean is null ? null : JsonNumber.Of(mean.Mean);

    private static object? MeanOf(SampleMean? mean) => mean is null
        ? null
        : new
        {
            mean.Count,
            mean.Mean,
            StandardDeviation = JsonNumber.Of(mean.StandardDeviation),
            Low = JsonNumber.Of(mean.Low),
            High = JsonNumber.Of(mean.High),
        };
}
