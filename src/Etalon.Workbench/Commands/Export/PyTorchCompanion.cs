using System.Text.RegularExpressions;
using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.Invariance;
using Etalon.Schedules;
using Etalon.Schedules.Export;

namespace Etalon.Workbench.Commands;

/// <summary>One module of PyTorch that has a recipe's scheduler, the logger and the audit: the three modules behind one another.</summary>
internal static partial class PyTorchCompanion
{
    private const string Title = "Scheduler, logger and audit for PyTorch", Framework = "import torch";

    /// <summary>Writes the module.</summary>
    /// <param name="schedule">What the scheduler sets.</param>
    /// <param name="name">The recipe's name, which the module states.</param>
    /// <param name="writer">Where to; the text is UTF-8 as soon as it is a file.</param>
    public static void Write(GroupedSchedule schedule, string name, TextWriter writer)
    {
        PythonModule[] parts =
        [
            PythonModule.Of(output => PyTorchExporter.Write(schedule, name, output)),
            PythonModule.Of(PyTorchLogger.Write), PythonModule.Of(PyTorchAudit.Write),
        ];
        writer.Write($"\"\"\"{Title}: what are modules of their own below stands in this one, and is imported from it.\n\n");
        writer.Write(string.Join($"\n\n{new string('-', 80)}\n\n", parts.Select(part => part.Documentation)));
        writer.Write("\n\"\"\"\n\n");
        var imports =
            parts.SelectMany(part => part.Imports).Distinct().Order(StringComparer.Ordinal).ToLookup(import => import == Framework);
        foreach (string import in imports[false]) writer.Write($"{import}\n");
        writer.Write($"\n{Framework}\n");
        writer.Write(string.Concat(parts.Select(part => $"\n\n{part.Code.Trim('\n')}\n")));
    }

    // A module as etalon writes them: a docstring, lines of imports, then code.
    private sealed partial record PythonModule(string Documentation, IReadOnlyList<string> Imports, string Code)
    {
        public static PythonModule Of(Action<TextWriter> write)
        {
            using var text = new StringWriter();
            write(text);
            var match = Parts().Match(text.ToString());
            return match.Success
                ? new(match.Groups["documentation"].Value.Trim('\n'), [.. match.Groups["import"].Captures.Select(import => import.Value)],
                    text.ToString()[match.Length..])
                : throw new InvalidOperationException("An exported module does not begin with its documentation and its imports.");
        }

        [GeneratedRegex("""^\"{3}(?<documentation>.*?)\"{3}\n+(?:(?<import>import [\w.]+)\n+)*""", RegexOptions.Singleline)]
        private static partial Regex Parts();
    }
}
