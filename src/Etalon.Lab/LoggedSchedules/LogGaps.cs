using Etalon.Lab.ScalarLogs;

namespace Etalon.Lab.LoggedSchedules;

/// <summary>What a log leaves out or cannot say of its numbers, with the place, a sentence each.</summary>
internal static class LogGaps
{
    // A hole is an interval that is so many times as long as the usual one.
    private const long Hole = 10;

    private const int MostNamed = 3;

    /// <summary>Rows whose number is none.</summary>
    /// <param name="what">The number, such as "the loss".</param>
    /// <param name="series">Its series; null for none.</param>
    /// <param name="scale">Updates of a step.</param>
    public static IEnumerable<string> NotFinite(string what, ScalarSeries? series, long scale)
    {
        if (series is { NotFinite: { Count: > 0 } steps })
            yield return $"{what} is no finite number at {Places(steps.Select(step => step * scale))}; left out.";
    }

    /// <summary>Rates below 0.</summary>
    /// <param name="rates">The series of rates.</param>
    /// <param name="scale">Updates of a step.</param>
    public static IEnumerable<string> Negative(ScalarSeries rates, long scale)
    {
        var below = rates.Points.Where(point => point.Value < 0).Select(point => point.Step * scale).ToList();
        if (below.Count > 0) yield return $"The rate is below 0 at {Places(below)}; left out.";
    }

    /// <summary>Long ways from a row to the next.</summary>
    /// <param name="steps">The updates of the rows, ascending.</param>
    /// <param name="interval">Their usual distance.</param>
    public static IEnumerable<string> Holes(IReadOnlyList<long> steps, long interval)
    {
        var holes = steps.Zip(steps.Skip(1)).Where(pair => pair.Second - pair.First > Hole * interval).ToList();
        if (holes.Count > 0)
            yield return $"No rates are logged between updates {string.Join(", ", holes.Take(MostNamed)
                .Select(hole => $"{hole.First:#,0} and {hole.Second:#,0}"))}{Rest(holes.Count, "hole")}; a straight line is taken there.";
    }

    private static string Places(IEnumerable<long> updates)
    {
        var all = updates.ToList();
        return $"update{(all.Count == 1 ? "" : "s")} {string.Join(", ", all.Take(MostNamed).Select(update => $"{update:#,0}"))}"
            + Rest(all.Count, "row");
    }

    private static string Rest(int count, string word) => count <= MostNamed ? ""
        : $" and in {count - MostNamed} more {word}{(count - MostNamed == 1 ? "" : "s")}";
}
