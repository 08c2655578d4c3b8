using System.Globalization;
using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.ScalarLogs;

namespace Etalon.Lab.LoggedSchedules;

/// <summary>
/// A log of another tool that has norms of weights under names of its own: what they mean is said, and it is read as a log with norms.
/// </summary>
internal static class MappedLog
{
    /// <summary>Whether a name is that of a column of a group of weights, such as norm/conv1.</summary>
    public static bool IsColumn(string name) => LogColumns.GroupOf(name) is not null;

    /// <summary>Whether a question maps such a column.</summary>
    public static bool IsAsked(LogQuestion question) => question.Map.Keys.Any(IsColumn);

    /// <summary>The log with the mapped columns.</summary>
    /// <param name="log">The log.</param>
    /// <param name="question">What is said beside it; a log without mapped columns has no groups.</param>
    /// <exception cref="InputException">A series that is named is not there, or the log has no rate.</exception>
    public static RunLog Of(ScalarLog log, LogQuestion question)
    {
        var schedule = LoggedSchedule.Of(log, question);
        long scale = log.IsByEpoch ? question.StepsPerEpoch!.Value : 1;
        var columns = question.Map.Where(pair => IsColumn(pair.Key)).ToDictionary(pair => pair.Key, pair => Values(log, pair, scale));
        // A log has at least the gradient of all parameters among its columns; nothing is said of it here.
        if (columns.Count == 0) columns.Add("grad_norm", []);
        var rates = schedule.Steps.Zip(schedule.Rates).ToDictionary(row => row.First + schedule.FirstStep, row => row.Second);
        var decays = schedule.Steps.Zip(schedule.Decays).ToDictionary(row => row.First + schedule.FirstStep, row => row.Second);
        string momentum = Text(question.Momentum ?? schedule.Rule?.Momentum), optimizer = question.Optimizer is { } kind ? $"{kind}" : "";
        var text = new StringWriter(CultureInfo.InvariantCulture);
        text.WriteLine(string.Join(',', ["step", "lr", "weight_decay", "momentum", "optimizer", .. columns.Keys]));
        foreach (long step in columns.Values.SelectMany(values => values.Keys).Concat(rates.Keys).Distinct().Order())
            text.WriteLine(string.Join(',',
                [$"{step}", At(rates, step), At(decays, step), momentum, optimizer, .. columns.Values.Select(values => At(values, step))]));
        return CsvLog.Read(new StringReader(text.ToString()), log.Source);
    }

    private static Dictionary<long, double> Values(ScalarLog log, KeyValuePair<string, string> pair, long scale) =>
        log.Series.TryGetValue(pair.Value, out var series)
            ? series.Points.ToDictionary(point => point.Step * scale, point => point.Value)
            : throw new InputException(
                $"--map {pair.Key}={pair.Value}: {log.Source} has no \"{pair.Value}\"; it has {SeriesNames.Names(log)}");

    private static string At(Dictionary<long, double> values, long step) =>
        values.TryGetValue(step, out double value) ? Text(value) : "";

    private static string Text(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";
}
