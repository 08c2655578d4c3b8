using Etalon.Lab.Charts;
using Etalon.Lab.Diagnosis;
using Etalon.Lab.Diagnosis.Logs;

namespace Etalon.Workbench.Commands;

/// <summary>A diagnosis as tables: what every diagnostic measures, for each phase; of all groups, or of one.</summary>
internal static class DiagnosisTables
{
    private const int NameWidth = 22;

    /// <summary>The tables of one phase.</summary>
    /// <param name="diagnosis">The diagnosis.</param>
    /// <param name="number">The phase, from 1.</param>
    /// <param name="group">The group; null for all weights and the one that is furthest off.</param>
    public static IReadOnlyList<string> Phase(RunDiagnosis diagnosis, int number, string? group)
    {
        ArgumentNullException.ThrowIfNull(diagnosis);
        var phase = diagnosis.Phases[number - 1];
        var findings = diagnosis.Findings.Where(
            finding => finding.Phase == number && (group is null || finding.Group == group) && finding.IsKnown)
            .GroupBy(finding => (finding.Id, finding.Quantity));
        string[][] rows = group is null
            ? [["", "all weights", "furthest off", "", "expected"], .. findings.Select(Row)]
            : [["", group, "", "", "expected"],
            .. findings.Select(each => (string[])[Name(each.Key), Number(each.First()), "", "", each.First().Limit])];
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        return
        [
            $"Phase {number} of {diagnosis.PhaseCount}, updates {phase.Begin:N0} to {phase.End - 1:N0}",
            .. rows.Select(
                row => "  "
                    + string.Join("  ",
                    row.Select((cell, column) => cell.PadRight(widths[column])).Where((_, column) => widths[column] > 0)).TrimEnd()),
        ];
    }

    /// <summary>What the log says of no group in no phase, and why: the reason that covers most updates.</summary>
    public static IReadOnlyList<string> Unsaid(RunDiagnosis diagnosis, int width)
    {
        ArgumentNullException.ThrowIfNull(diagnosis);
        var unsaid = diagnosis.Findings.GroupBy(finding => (finding.Id, finding.Quantity))
            .Where(each => !each.Any(finding => finding.IsKnown)).ToList();
        return unsaid.Count == 0
            ? [] : ["Not in this log:",
            .. unsaid.SelectMany(
                each => WrappedText.Lines("  ",
                    $"{each.Key.Quantity}: {each.GroupBy(finding => finding.Says).MaxBy(same => same.Sum(Updates))!.Key}",
                    width, 4))];

        long Updates(Finding finding) =>
            finding.Phase == 0 ? 1 : diagnosis.Phases[finding.Phase - 1].End - diagnosis.Phases[finding.Phase - 1].Begin;
    }

    private static string[] Row(IGrouping<(string Id, string Quantity), Finding> findings)
    {
        var known = findings.ToList();
        var all = known.FirstOrDefault(finding => finding.Group is LogGroup.Whole or "");
        var others = known.Where(finding => finding != all).ToList();
        // What is the same for all groups has no worst.
        var worst = all is not null && others.All(finding => finding.Value == all.Value) ? null : others.MaxBy(finding => finding.Severity);
        return [Name(findings.Key), all is null ? "-" : Number(all), worst is null ? "" : Number(worst),
            worst is null ? "" : Short(worst.Group), findings.First().Limit];
    }

    private static string Name((string Id, string Quantity) key) => $"{key.Id,-3} {key.Quantity}";

    private static string Number(Finding finding) => Text.WithMargin(finding.Value, finding.Margin);

    private static string Short(string name) =>
        name.Length <= NameWidth ? name : $"{name[..(NameWidth / 2 - 2)]}...{name[^(NameWidth / 2 - 1)..]}";
}
