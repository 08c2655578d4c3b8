using System.Reflection;
using Etalon.Lab.Diagnosis.Logs;

namespace Etalon.Lab.Tests.Diagnosis;

/// <summary>A log of fewer rows than another: what a logger of a longer interval, or of a shorter run, would have written.</summary>
internal static class LogRows
{
    /// <summary>The rows whose update is asked for. For logs without sums between rows.</summary>
    public static RunLog Of(RunLog log, Func<long, bool> isWanted)
    {
        int[] rows = [.. Enumerable.Range(0, log.Steps.Length).Where(row => isWanted(log.Steps[row]))];
        var groups = log.Groups.Select(group => Copy(group, rows, log.Steps.Length)).ToList();
        return Copy(log, rows, log.Steps.Length) with { Groups = groups, Steps = [.. rows.Select(row => log.Steps[row])] };
    }

    // Every column of numbers is cut alike, those that are added later included.
    private static T Copy<T>(T record, int[] rows, int length) where T : class
    {
        var copy = (T)typeof(T).GetMethod("<Clone>$", BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)!
            .Invoke(record, null)!;
        foreach (var property in typeof(T).GetProperties().Where(each => each.PropertyType == typeof(double[]) && each.CanWrite))
        {
            var values = (double[])property.GetValue(record)!;
            if (values.Length == length) property.SetValue(copy, rows.Select(row => values[row]).ToArray());
        }
        return copy;
    }
}
