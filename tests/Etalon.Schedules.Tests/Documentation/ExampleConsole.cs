using System.Globalization;

namespace Etalon.Schedules.Tests.Documentation;

/// <summary>What examples print to: the lines of the thread, since the process's console belongs to the test runner.</summary>
internal static class ExampleConsole
{
    [ThreadStatic]
    private static List<string>? _lines;

    /// <summary>The lines that an example prints.</summary>
    public static IReadOnlyList<string> LinesOf(Action example)
    {
        _lines = [];
        example();
        return [.. _lines.SelectMany(text => text.Split('\n'))];
    }

    public static void WriteLine(object? value) => _lines!.Add(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
}
