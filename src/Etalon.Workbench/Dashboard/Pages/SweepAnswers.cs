using System.Collections.Concurrent;
using Etalon.Lab;
using Etalon.Lab.Sweeps;
using Etalon.Workbench.Commands;
using Microsoft.AspNetCore.Http;

namespace Etalon.Workbench.Dashboard;

/// <summary>The answers about sweeps: which there are, and what one found.</summary>
/// <param name="store">The runs.</param>
internal sealed class SweepAnswers(RunStore store)
{
    private readonly ConcurrentDictionary<(string Id, string Hash), Trial> _trials = [];

    /// <summary>All sweeps.</summary>
    public Task ListAsync(HttpContext context) => ApiAnswer.JsonAsync(context.Response, new
    {
        Sweeps = store.All().Where(FolderSweep.IsTrial).GroupBy(run => run.Group).Select(sweep => new
        {
            Name = sweep.Key,
            Trials = sweep.Count(),
            States = sweep.GroupBy(run => run.State).ToDictionary(state => state.Key.ToString().ToLowerInvariant(), state => state.Count()),
        }),
    });

    /// <summary>One sweep: its table, its pictures, its comparisons in words.</summary>
    public Task ShowAsync(HttpContext context)
    {
        var query = new QueryReader(context.Request.Query);
        string name = query.Text("name") ?? "";
        var runs = store.All().Where(run => run.Group == name && FolderSweep.IsTrial(run)).ToList();
        if (runs.Count == 0) throw new InputException($"there is no sweep \"{name}\" in {store.Root}");
        string metric = query.Text("metric") ?? SweepMetric.TestAccuracy;
        var (sweep, folder) = FolderSweep.Of(name, store.Root, [.. runs.Where(run => run.State != RunState.Damaged)], new SweepMetric
        {
            Name = metric,
            IsHigherBetter = SweepMetric.IsUsuallyHigherBetter(metric),
            Moment = query.Flag("best") ? MetricMoment.Best : MetricMoment.Last,
        }, run => _trials.GetOrAdd((run.Id, run.RecipeHash ?? ""), _ => FolderSweep.Read(run)));
        var table = SweepTable.Of(sweep, folder);
        string[] keys = SweepChart.KeysOf(table);
        return ApiAnswer.JsonAsync(context.Response, new
        {
            Name = name,
            Metric = metric,
            Keys = keys,
            Sentence = SweepSentence.Of(sweep, table),
            States = Enum.GetValues<TrialStatus>().ToDictionary(status => status.ToString().ToLowerInvariant(), folder.Count),
            Damaged = runs.Where(run => run.State == RunState.Damaged).Select(run => new { run.Id, run.Fault }),
            Rows = table.Rows.Select(row => RowOf(row, keys, folder)),
            Comparisons = table.Comparisons.Take(SweepTableText.MostComparisons)
                .Select(comparison => SweepTableText.Sentence(comparison, SweepTableText.RowOf(comparison.Other, table)).Trim()),
            Heat = keys.Length == 2 ? HeatOf(SweepChart.OfTwoKeys(sweep, table, keys)) : null,
            AgainstKey = keys.Length == 1 && SweepChart.IsNumeric(table, keys[0])
                ? ChartJson.Of(SweepChart.AgainstKey(sweep, table, keys[0]), SweepSentence.Of(sweep, table)) : null,
            Curves = table.Rows.Any(row => row.Scores.Count > 0) ? ChartJson.Of(SweepChart.Curves(sweep, table)) : null,
        });
    }

    private static object RowOf(SweepRow row, string[] keys, SweepFolder folder) => new
    {
        Values = keys.Select(key => row.Configuration.Changes.First(change => change.Key == key).Value),
        row.Value?.Count,
        row.Value?.Mean,
        Deviation = Finite(row.Value?.StandardDeviation),
        Low = Finite(row.Value?.Low),
        High = Finite(row.Value?.High),
        Best = row.Best?.Mean,
        Last = row.Last?.Mean,
        row.Diverged,
        row.Missing,
        Runs = row.Configuration.Trials.Select(trial => $"{Path.GetFileName(folder.Path)}/{trial.Id}"),
    };

    private static object HeatOf(Lab.Charts.HeatMap map) => new
    {
        map.Title,
        map.XLabel,
        map.YLabel,
        map.Columns,
        map.Rows,
        Cells = Enumerable.Range(0, map.Rows.Count).Select(row => Enumerable.Range(0, map.Columns.Count)
            .Select(column => map.Cells[row, column] is { } cell ? new { Value = Finite(cell.Value), cell.Lines } : null)),
    };

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}
