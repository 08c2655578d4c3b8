namespace Etalon.Lab.ScalarLogs;

/// <summary>
/// Exports of W&amp;B: a chart's CSV, with a column "RUN - METRIC" and its smallest and largest value for each run, or a run's history,
/// with <c>_step</c> and a column for each metric.
/// </summary>
internal sealed class WandbFormat : LogFormat
{
    private const string Smallest = "__MIN", Largest = "__MAX", Between = " - ";

    // Updates by their own name come first: _step counts calls of wandb.log.
    private static readonly string[] _steps = ["train/global_step", "trainer/global_step", "global_step", "_step"];

    private static readonly string[] _ofHistory = ["_step", "_runtime", "_timestamp"];

    /// <inheritdoc/>
    public override string Words => "an export of W&B";

    /// <inheritdoc/>
    public override bool HasRuns => true;

    /// <inheritdoc/>
    public override bool Recognizes(string path, string head)
    {
        var header = QuotedRows.Header(head);
        return IsChart(header) || IsHistory(header) || IsTableOfRuns(header);
    }

    /// <inheritdoc/>
    public override ScalarLog Read(string path, string? run)
    {
        var header = QuotedRows.Header(LogText.Head(path));
        if (IsTableOfRuns(header))
            throw new InputException(
                $"{path}: is the table of runs, with a row for each run, and no log; export a chart of learning_rate as CSV, or a run's "
                + $"history");
        var log = new ScalarLog(path, Words);
        if (run is not null && !IsChart(header))
            throw new InputException($"--run {run}: {path} is the history of one run; leave the option out");
        return IsChart(header) ? ReadChart(path, header, run, log) : ReadHistory(path, header, log);
    }

    private static bool IsChart(IReadOnlyList<string> header) => header.Any(name => name.EndsWith(Smallest, StringComparison.Ordinal));

    private static bool IsHistory(IReadOnlyList<string> header) => header.Contains("_step") && header.Intersect(_ofHistory).Count() > 1;

    private static bool IsTableOfRuns(IReadOnlyList<string> header) =>
        header.Contains("Name") && header.Contains("State") && header.Contains("Created");

    private static ScalarLog ReadChart(string path, IReadOnlyList<string> header, string? run, ScalarLog log)
    {
        string axis = header[0];
        if (axis is not "Step" && !_steps.Contains(axis))
            throw new InputException(
                $"{path}: is by \"{axis}\", and a schedule is by updates; choose Step or train/global_step for the x axis, and export "
                + $"again");
        var runs = header.Skip(1)
            .Where(name => !name.Contains(Smallest, StringComparison.Ordinal) && !name.Contains(Largest, StringComparison.Ordinal))
            .Select(RunOf).Distinct().ToList();
        if (run is null && runs.Count > 1)
            throw new InputException($"{path}: has {runs.Count} runs; choose one by --run: {string.Join(", ", runs.Take(8))}");
        run ??= runs.FirstOrDefault() ?? "";
        if (!runs.Contains(run))
            throw new InputException($"{path}: has no run \"{run}\"; it has {string.Join(", ", runs.Take(8))}");
        var columns = QuotedRows.Columns(path, header, 0, log).Where(column => RunOf(header[column]) == run).ToList();
        var places = columns.ToDictionary(column => header[column]);
        var bounds = columns.Where(column => IsBound(header[column]))
            .Select(column => (Bound: column, Of: places.GetValueOrDefault(header[column][..^Smallest.Length]))).Where(pair => pair.Of > 0)
            .ToList();
        var values = columns.Where(column => !IsBound(header[column]))
            .Select(column => (Column: column, Name: header[column][(run.Length > 0 ? run.Length + Between.Length : 0)..])).ToList();
        long grouped = 0;
        foreach (var (_, cells) in QuotedRows.Read(path, log, header.Count))
        {
            if (QuotedRows.Step(cells[0]) is not { } step) continue;
            foreach (var (column, name) in values)
                if (QuotedRows.Number(cells[column]) is { } value) log.Add(name, step, value);
            grouped += bounds.Count(pair => QuotedRows.Number(cells[pair.Bound]) is { } bound
                && QuotedRows.Number(cells[pair.Of]) is { } mean && !mean.Equals(bound));
        }
        if (grouped > 0)
            log.Warnings.Add(
                $"{path}: the smallest or the largest value differs from the value in {grouped} cell{(grouped == 1 ? "" : "s")}: the "
                + "chart was sampled or grouped, so that its numbers are means");
        return log;
    }

    private static ScalarLog ReadHistory(string path, IReadOnlyList<string> header, ScalarLog log)
    {
        int axis = _steps.Select(name => header.ToList().IndexOf(name)).First(place => place >= 0);
        var columns = QuotedRows.Columns(path, header, axis, log).Where(column => !_ofHistory.Contains(header[column])).ToList();
        foreach (var (_, cells) in QuotedRows.Read(path, log, header.Count))
        {
            if (QuotedRows.Step(cells[axis]) is not { } step) continue;
            foreach (int column in columns)
                if (QuotedRows.Number(cells[column]) is { } value) log.Add(header[column], step, value);
        }
        if (header[axis] == "_step")
            log.Warnings.Add($"{path}: _step counts calls of wandb.log; where those are not one per update, log a global_step beside them");
        return log;
    }

    private static bool IsBound(string name) =>
        name.EndsWith(Smallest, StringComparison.Ordinal) || name.EndsWith(Largest, StringComparison.Ordinal);

    // The last " - " counts: a run's name may have one too.
    private static string RunOf(string column) =>
        column.LastIndexOf(Between, StringComparison.Ordinal) is >= 0 and var place ? column[..place] : "";
}
