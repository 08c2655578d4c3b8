using Etalon.Lab.Diagnosis.Diagnostics;
using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.Diagnosis.Measurements;
using Etalon.Lab.Reports;
using Etalon.Schedules.Dynamics;

namespace Etalon.Lab.Diagnosis;

/// <summary>A diagnosis as text: what to look after, then each phase with its diagnostics.</summary>
public static class DiagnosisText
{
    private const int NameWidth = 28, MostPlaces = 4;

    /// <summary>What was read, in one line.</summary>
    public static string Heading(RunDiagnosis diagnosis)
    {
        ArgumentNullException.ThrowIfNull(diagnosis);
        var log = diagnosis.Log;
        return $"{log.Source}: updates {log.Steps[0]:N0} to {log.Steps[^1]:N0}, {log.Steps.Length:N0} rows, one each {log.Interval:N0}; {Count(diagnosis.Phases.Count, "phase")}, {Count(diagnosis.Phases[0].Groups.Count, "group")} of weights; {log.Rule}";
    }

    /// <summary>The flags with their remedies, the weightiest first.</summary>
    /// <param name="diagnosis">The diagnosis.</param>
    /// <param name="width">Columns to write in.</param>
    public static IReadOnlyList<string> Flags(RunDiagnosis diagnosis, int width)
    {
        ArgumentNullException.ThrowIfNull(diagnosis);
        if (diagnosis.Flags.Count == 0) return ["No flags: nothing in the log contradicts the theory."];
        var lines = new List<string> { diagnosis.Flags.Count == 1 ? "One flag" : $"{diagnosis.Flags.Count} flags, the weightiest first" };
        foreach (var (index, flag) in diagnosis.Flags.Index())
        {
            var worst = flag.Worst;
            string where = worst.Group.Length == 0 ? $"phase {worst.Phase}" : $"{worst.Group} in phase {worst.Phase}";
            lines.Add("");
            lines.Add($"{index + 1}. {flag.Title}: {where}{(flag.Findings.Count > 1 ? ", worst of " + Places(flag, diagnosis) : "")}");
            lines.AddRange(WrappedText.Lines("   ", $"{worst.Id} {worst.Quantity}: {Number(worst)} (limit: {worst.Limit}); {worst.Says}.", width));
            lines.AddRange(WrappedText.Lines("   ", flag.Remedy, width));
            if (Cause(flag, diagnosis.Flags) is { } cause) lines.Add($"   Look at {cause + 1} first: this may follow from it.");
        }
        return lines;
    }

    /// <summary>A phase: what it is, where it stands, and a row for each diagnostic.</summary>
    /// <param name="diagnosis">The diagnosis.</param>
    /// <param name="number">The phase, from 1.</param>
    public static IReadOnlyList<string> Phase(RunDiagnosis diagnosis, int number)
    {
        ArgumentNullException.ThrowIfNull(diagnosis);
        var phase = diagnosis.Phases[number - 1];
        var findings = diagnosis.Findings.Where(finding => finding.Phase == number).GroupBy(finding => (finding.Id, finding.Quantity)).ToList();
        string[][] rows =
        [
            ["", "quantity", phase.Whole is null ? "phase" : "all weights", "worst group", "", "limit"],
            .. findings.Where(each => each.Any(finding => finding.IsKnown)).Select(Row),
        ];
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        return
        [
            Title(phase, diagnosis.Phases.Count),
            .. Verdict(phase),
            "",
            .. rows.Select(row => "  " + string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd()),
        ];
    }

    /// <summary>What the log says of no group in no phase, and why.</summary>
    public static IReadOnlyList<string> Unsaid(RunDiagnosis diagnosis)
    {
        ArgumentNullException.ThrowIfNull(diagnosis);
        var unsaid = diagnosis.Findings.GroupBy(finding => (finding.Id, finding.Quantity)).Where(each => !each.Any(finding => finding.IsKnown)).ToList();
        return unsaid.Count == 0 ? [] : ["Not said by this log:", .. unsaid.Select(each => $"  {each.Key.Id,-3}  {each.Key.Quantity}: {Reason(each)}")];
    }

    private static string Title(LogPhase phase, int count)
    {
        var log = phase.Log;
        string Span(double[] values)
        {
            var (first, last) = (values[phase.FirstRow], values[phase.EndRow - 1]);
            return double.IsNaN(first) ? "unknown" : first == last && phase.IsConstant ? $"{first:G4}" : $"{first:G4} to {last:G4}";
        }
        return $"Phase {phase.Number} of {count}, updates {phase.Begin:N0} to {phase.End - 1:N0}: rate {Span(log.Rate)}, weight decay {Span(log.WeightDecay)}, momentum {Span(log.Momentum)}";
    }

    // How far the phase went, where the norm is against its equilibrium, and whether it went there by the law.
    private static IEnumerable<string> Verdict(LogPhase phase)
    {
        var group = phase.Whole ?? phase.Groups.MaxBy(each => each.Gap.IsKnown ? Math.Abs(Math.Log(Math.Max(1e-300, each.Gap.Mean))) : -1);
        if (group?.Law is not { } law)
        {
            yield return group is null ? "No norms of weights were logged." : "Rate, weight decay or momentum is missing, or the rate is 0: nothing can be said of time.";
            yield break;
        }
        yield return law.Units == 0
            ? "No weight decay, so no equilibrium: norms grow, and the effective rate falls for ever."
            : $"{Digits(group.Units, 3)} mixing units of {Digits(1 / law.Units, 3)} updates: {MixingUnits.Equilibrated(group.Units):P0} of what it started with is forgotten.";
        if (group.Gap.IsKnown)
        {
            double left = TimeLeft.LeftOf(group);
            string due = left > 0 ? $"needs about {Digits(left, 2)} more updates to be within 5 % of its equilibrium" : "is at its equilibrium, as far as noise lets one tell";
            yield return $"|w|^4 of {group.Name} {due}; the effective rate is {Digits(1 / Math.Sqrt(group.Gap.Mean), 3)} times its equilibrium value.";
        }
        else if (!group.HasEquilibrium && law.Units > 0)
        {
            yield return "The numbers move, and the equilibrium with them.";
        }
        if (double.IsFinite(group.Balance.EndRatio))
            yield return $"At its end |w| is {Digits(Math.Pow(group.Balance.EndRatio, 0.25), 4)} times what the law makes of the measured gradients.";
    }

    private static string[] Row(IGrouping<(string Id, string Quantity), Finding> findings)
    {
        var known = findings.Where(finding => finding.IsKnown).ToList();
        var all = known.FirstOrDefault(finding => finding.Group is LogGroup.Whole or "");
        var others = known.Where(finding => finding != all).ToList();
        // What is the same for all groups has no worst.
        var worst = all is not null && others.All(finding => finding.Value == all.Value) ? null : others.MaxBy(finding => finding.Severity);
        int flags = known.Count(finding => finding.Flag is not null);
        return
        [
            findings.Key.Id, findings.Key.Quantity, all is null ? "-" : Number(all), worst is null ? "" : Number(worst), worst is null ? "" : Short(worst.Group),
            findings.First().Limit + (flags > 0 ? $"  <- {flags} flagged" : ""),
        ];
    }

    private static string Reason(IEnumerable<Finding> findings) => findings.GroupBy(finding => finding.Says).OrderByDescending(each => each.Count()).First().Key;

    private static string Places(Flag flag, RunDiagnosis diagnosis)
    {
        string groups = Count(flag.Findings.Select(finding => finding.Group).Distinct().Count(), "group");
        int[] phases = [.. flag.Findings.Select(finding => finding.Phase).Distinct().Order()];
        string which = phases.Length == diagnosis.Phases.Count && phases.Length > 1 ? "in every phase"
            : phases.Length <= MostPlaces ? $"in phase {string.Join(", ", phases)}"
            : $"in {phases.Length} of {diagnosis.Phases.Count} phases";
        return $"{groups} {which}";
    }

    // What breaks a law, or leaves it out, moves norms and angles too.
    private static int? Cause(Flag flag, IReadOnlyList<Flag> flags)
    {
        if (flag.Kind < FlagKind.NotAtEquilibrium) return null;
        foreach (var (index, other) in flags.Index())
            if (other.Kind is FlagKind.LawBroken or FlagKind.DecayExcluded or FlagKind.ExtraDecay && other.Findings.Any(finding => finding.Phase == flag.Worst.Phase)) return index;
        return null;
    }

    private static string Number(Finding finding) => double.IsFinite(finding.Error) ? $"{Digits(finding.Value, 3)} ± {Digits(finding.Error, 1)}" : Digits(finding.Value, 3);

    private static string Digits(double value, int digits)
    {
        if (value == 0) return "0";
        if (Math.Abs(value) is < 1e-4 or >= 1e6) return value.ToString($"0.{new string('#', digits - 1)}e0");
        double unit = Math.Pow(10, Math.Floor(Math.Log10(Math.Abs(value))) - digits + 1);
        return (Math.Round(value / unit) * unit).ToString("0.#######");
    }

    private static string Count(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";

    private static string Short(string name) => name.Length <= NameWidth ? name : $"{name[..(NameWidth / 2 - 2)]}...{name[^(NameWidth / 2 - 1)..]}";
}
