using Etalon.Lab;
using Etalon.Lab.Charts;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;

namespace Etalon.Workbench.Commands;

/// <summary>A metric of runs over their updates.</summary>
internal static class RunCurves
{
    private const int MostNamed = 20, Points = 1000;

    /// <summary>A line for each run, in their order.</summary>
    /// <param name="runs">The runs.</param>
    /// <param name="metric">The metric's name.</param>
    /// <exception cref="InputException">A run has no such metric.</exception>
    public static IReadOnlyList<ChartLine> Of(IReadOnlyList<RunSummary> runs, string metric) =>
        [.. runs.Select((run, i) => TryOf(run, metric) is { } line ? line with { Color = i } : throw Unknown(run, metric))];

    /// <summary>The line of a run; null where it does not have the metric.</summary>
    public static ChartLine? TryOf(RunSummary run, string metric)
    {
        ArgumentNullException.ThrowIfNull(run);
        var lines = run.MetricsWith(metric);
        return lines.Count == 0 ? null
            : new ChartLine(run.Name, [.. lines.Select(line => line["step"] + 1)], [.. lines.Select(line => line[metric])]);
    }

    /// <summary>A line with so many points between each two of its own that characters draw it without gaps.</summary>
    public static ChartLine Joined(ChartLine line)
    {
        ArgumentNullException.ThrowIfNull(line);
        int between = Math.Max(1, Points / line.X.Count);
        List<double> x = [line.X[0]], y = [line.Y[0]];
        for (int i = 1; i < line.X.Count; i++)
        {
            for (int j = 1; j <= between; j++)
            {
                double share = j / (double)between;
                x.Add(line.X[i - 1] + (line.X[i] - line.X[i - 1]) * share);
                y.Add(line.Y[i - 1] + (line.Y[i] - line.Y[i - 1]) * share);
            }
        }
        return line with { X = x, Y = y };
    }

    private static InputException Unknown(RunSummary run, string metric)
    {
        var names = MetricNames.In(run.Metrics);
        if (names.Count == 0) return new InputException($"{run.Path} has no metrics yet");
        string remedy = Suggestion.To(metric, names) is { } near ? $"did you mean {near}?"
            : $"it has {string.Join(", ", names.Take(MostNamed))}{(names.Count > MostNamed ? ", ..." : "")}";
        return new InputException($"--metric: {run.Path} has no {metric}; {remedy}");
    }
}
