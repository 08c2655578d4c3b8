using Etalon.Lab;
using Etalon.Lab.Charts;
using Etalon.Lab.Diagnosis;
using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.LoggedSchedules;
using Etalon.Lab.ScalarLogs;
using Etalon.Workbench.Commands;
using Microsoft.AspNetCore.Http;

namespace Etalon.Workbench.Dashboard;

/// <summary>The answer about a log that was dropped on the page: what <c>diagnose</c> says of it. It is kept only while it is
/// read.</summary>
internal static class LogAnswers
{
    private const int Columns = 100, LongestName = 60, Points = 2000;

    /// <summary>Reads the log in a request.</summary>
    public static async Task ReadAsync(HttpContext context)
    {
        string name = NameOf(new QueryReader(context.Request.Query).Text("name"));
        var folder = Directory.CreateTempSubdirectory("etalon-log-");
        try
        {
            string path = Path.Combine(folder.FullName, name);
            await using (var file = File.Create(path)) await context.Request.Body.CopyToAsync(file, context.RequestAborted);
            object answer = await Task.Run(() => AnswerOf(path, name), context.RequestAborted);
            await ApiAnswer.JsonAsync(context.Response, answer);
        }
        catch (InputException exception)
        {
            // As above: by the name that the user knows.
            throw new InputException([.. exception.Problems.Select(problem =>
                problem.Replace(folder.FullName + Path.DirectorySeparatorChar, "", StringComparison.Ordinal))]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static object AnswerOf(string path, string name)
    {
        if (ForeignLog.Is(path))
        {
            var scalars = LogFormat.ReadAny(path, null);
            // The user knows the name of the file, and not where it was put for a moment.
            scalars.Source = name;
            var schedule = LoggedSchedule.Of(scalars, new LogQuestion());
            var warnings = scalars.Warnings.SelectMany(warning =>
                WrappedText.Lines("", $"warning: {warning.Replace(path, name, StringComparison.Ordinal)}", Columns, indentation: 2));
            return new
            {
                Name = name,
                Diagnosis = new
                {
                    Verdict = "This log has no norms of weights; its schedule is told.",
                    Lines = warnings.Concat(LoggedScheduleText.Of(schedule, SchedulePieces.Of(schedule), Columns)),
                },
            };
        }
        var log = RunDiagnosis.ReadLog(path) with { Source = name };
        return new
        {
            Name = name,
            Schedule = ChartJson.Of(ScheduleOf(log)),
            Diagnosis = DiagnosisAnswers.AnswerOf(RunDiagnosis.Of(log), null),
        };
    }

    private static Chart ScheduleOf(RunLog log)
    {
        int stride = Math.Max(1, log.Steps.Length / Points);
        double[] x = Every([.. log.Steps.Select(step => step + 1.0)], stride);
        return new Chart(log.Source, "updates",
        [
            new ChartPanel("learning rate", [new ChartLine("learning rate", x, Every(log.Rate, stride))]),
            new ChartPanel("weight decay", [new ChartLine("weight decay", x, Every(log.WeightDecay, stride))]),
            new ChartPanel("momentum", [new ChartLine("momentum", x, Every(log.Momentum, stride))]),
        ]);
    }

    private static double[] Every(double[] values, int stride) => stride == 1 ? values : [.. values.Where((_, i) => i % stride == 0)];

    // A browser's name for it may be anything.
    private static string NameOf(string? name)
    {
        string kept = string.Concat((name ?? "").Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')).TrimStart('.');
        if (kept.Length > LongestName) kept = kept[^LongestName..].TrimStart('.');
        return kept.Length == 0 ? "log.csv" : kept;
    }
}
