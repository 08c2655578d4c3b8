using Etalon.Lab;
using Etalon.Lab.Charts;
using Etalon.Lab.Numerics;
using Etalon.Lab.Sweeps;
using Etalon.Workbench.Terminals;

namespace Etalon.Workbench.Commands;

/// <summary>What a sweep found, as pictures.</summary>
internal static class SweepChart
{
    // More lines than colors are hard to tell apart.
    private const int MostCurves = 7;

    /// <summary>
    /// The metric against the key of the sweep, with the band of its 95 % interval; or of two keys a cell for each pair of values.
    /// </summary>
    /// <exception cref="InputException">The sweep has no key, or more than two, or a single one whose values are no numbers.</exception>
    public static void Write(Sweep sweep, SweepTable table, TextWriter output)
    {
        string[] keys = KeysOf(table);
        switch (keys.Length)
        {
            case 1: SvgChart.Write(AgainstKey(sweep, table, keys[0]), output); break;
            case 2: SvgHeatMap.Write(OfTwoKeys(sweep, table, keys), output); break;
            default:
                throw new InputException(
                    $"--svg draws a sweep with one or two keys that change, and {sweep.Name} has {keys.Length}; take --curves, or --csv "
                    + "and a program of your own");
        }
    }

    /// <summary>The metric over the updates, for the best configurations, with the bands of their 95 % intervals over seeds.</summary>
    public static Chart Curves(Sweep sweep, SweepTable table)
    {
        var shown = table.Rows.Where(row => row.Scores.Count > 0).Take(MostCurves).ToList();
        var curves = shown.Select(row => SweepCurve.Of(sweep.Metric, row)).ToList();
        string[] keys = KeysOf(table);
        string title = $"{sweep.Name}: {sweep.Metric.Name}, mean over seeds with its 95 % interval"
            + (table.Rows.Count > shown.Count ? $", the best {shown.Count} of {table.Rows.Count}" : "");
        var lines = curves.Select((curve, i) => new ChartLine(LabelOf(shown[i], keys), curve.Updates, [.. curve.Means.Select(MeanOf)])
        {
            Color = i,
            Band = [.. curve.Means.Select(BandOf)],
        });
        return new Chart(title, "update", [new(sweep.Metric.Name, [.. lines]) { Height = 340 }])
        {
            Legend = [.. shown.Select(row => LabelOf(row, keys))],
        };
    }

    /// <summary>The metric against one key, with the band of its 95 % interval.</summary>
    internal static Chart AgainstKey(Sweep sweep, SweepTable table, string key)
    {
        var points = table.Rows.Where(row => row.Value is not null).Select(row => (X: NumberOf(row, key), Value: row.Value!))
            .OrderBy(point => point.X).ToList();
        double[] xs = [.. points.Select(point => point.X)];
        double[] crosses = [.. table.Rows.Where(row => row.Value is null && row.Diverged > 0).Select(row => NumberOf(row, key))];
        var line = new ChartLine(key, xs, [.. points.Select(point => point.Value.Mean)])
        {
            Band = [.. points.Select(point => BandOf(point.Value))],
            Crosses = crosses,
        };
        return new Chart(TitleOf(sweep), key, [new(sweep.Metric.Name, [line]) { Height = 320 }])
        {
            IsXLogarithmic = xs.Length > 1 && xs[0] > 0 && xs[^1] >= 10 * xs[0] && crosses.All(cross => cross > 0),
        };
    }

    /// <summary>A cell for each pair of values of two keys.</summary>
    internal static HeatMap OfTwoKeys(Sweep sweep, SweepTable table, string[] keys)
    {
        string[] rows = Values(table, keys[0]), columns = Values(table, keys[1]);
        var cells = new HeatCell?[rows.Length, columns.Length];
        foreach (var row in table.Rows)
        {
            int down = Array.IndexOf(rows, TextOf(row, keys[0])), across = Array.IndexOf(columns, TextOf(row, keys[1]));
            cells[down, across] = row.Value is { } value
                ? new HeatCell(value.Mean, double.IsNaN(value.StandardDeviation)
                    ? [MetricText.Of(value.Mean)] : [MetricText.Of(value.Mean), $"± {MetricText.Of(value.StandardDeviation)}"])
                : new HeatCell(double.NaN, [row.Diverged > 0 ? "diverged" : "missing"]);
        }
        return new HeatMap(TitleOf(sweep), keys[1], keys[0], columns, rows, cells);
    }

    private static string LabelOf(SweepRow row, string[] keys) => keys.Length == 0
        ? row.Configuration.Label : string.Join(' ', keys.Select(key => $"{key}={TextOf(row, key)}"));

    private static string TitleOf(Sweep sweep) =>
        $"{sweep.Name}: {sweep.Metric.Name}, {MomentOf(sweep.Metric)}, mean over seeds";

    private static string MomentOf(SweepMetric metric) => metric.Moment switch
    {
        MetricMoment.Last => "last",
        MetricMoment.Best => "best",
        _ => $"after {metric.Step:N0} updates",
    };

    /// <summary>Whether all values of a key are numbers, so that it can be an axis.</summary>
    internal static bool IsNumeric(SweepTable table, string key) =>
        table.Rows.All(row => NumberText.TryRead(TextOf(row, key), out _, out _));

    /// <summary>The keys that change: one with a single value for all, such as a shorter duration, is no axis.</summary>
    internal static string[] KeysOf(SweepTable table) =>
        [.. table.Rows[0].Configuration.Changes.Select(change => change.Key).Where(key => Values(table, key).Length > 1)];

    // Numbers by their size; words in the order of their first place in the file cannot be had from a sorted table, so by the alphabet.
    private static string[] Values(SweepTable table, string key) =>
        [.. table.Rows.Select(row => TextOf(row, key)).Distinct()
            .OrderBy(text => NumberText.TryRead(text, out double number, out _) ? number : double.PositiveInfinity)
            .ThenBy(text => text, StringComparer.Ordinal)];

    private static string TextOf(SweepRow row, string key) => row.Configuration.Changes.First(change => change.Key == key).Value;

    private static double NumberOf(SweepRow row, string key) => NumberText.TryRead(TextOf(row, key), out double value, out _)
        ? value
        : throw new InputException($"--svg draws one key against its numbers, and {key} = {TextOf(row, key)} is none; take --curves");

    private static double MeanOf(SampleMean mean) => mean.Mean;

    private static (double Low, double High) BandOf(SampleMean mean) => (mean.Low, mean.High);
}
