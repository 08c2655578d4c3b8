using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.Diagnosis.Measurements;
using Etalon.Lab.Reports;
using Etalon.Lab.Statistics;

namespace Etalon.Lab.Diagnosis;

/// <summary>A diagnosis as a picture: norm and angle of a group, measured against predicted.</summary>
public static class DiagnosisChart
{
    // As many points of the noisy angles as a picture of 700 pixels shows without a blur.
    private const int Points = 150;

    /// <summary>All weights together, and the group that a flag about norms or angles names first.</summary>
    public static Chart Of(RunDiagnosis diagnosis)
    {
        ArgumentNullException.ThrowIfNull(diagnosis);
        string? flagged = diagnosis.Flags.Where(flag => flag.Kind is not FlagKind.Clipped).Select(flag => flag.Worst.Group).FirstOrDefault(name => name.Length > 0);
        var names = diagnosis.Phases[0].Groups.Select(group => group.Name).ToList();
        string first = names.Contains(LogGroup.Whole) ? LogGroup.Whole : flagged ?? names.FirstOrDefault("");
        IEnumerable<string> shown = flagged is null || flagged == first || !names.Contains(flagged) ? [first] : [first, flagged];
        return new Chart(diagnosis.Log.Source, "update", [.. shown.SelectMany(name => Panels(diagnosis, name))])
        {
            Legend = ["measured", "by the law, from measured gradients", "at equilibrium"],
        };
    }

    private static ChartPanel[] Panels(RunDiagnosis diagnosis, string name)
    {
        GroupPhase[] phases = [.. diagnosis.Phases.Select(phase => phase.Groups.FirstOrDefault(group => group.Name == name)).OfType<GroupPhase>()];
        return
        [
            new($"|w| of {name}",
            [
                Line(phases, 0, group => group.Of(group.Group.Norm)),
                Line(phases, 1, group => group.Balance.Predicted),
                Line(phases, 2, Equilibrium),
            ]),
            new("angle of an update", [Smooth(phases), Line(phases, 2, group => [.. Enumerable.Range(0, group.Steps.Count).Select(row => group.LawAt(row)?.Angle ?? double.NaN)])]),
        ];
    }

    // A phase may give one value more than it has rows: that of its end. A gap follows, since the law begins anew from the measured norm.
    private static ChartLine Line(GroupPhase[] phases, int color, Func<GroupPhase, IReadOnlyList<double>> values)
    {
        var (x, y) = (new List<double>(), new List<double>());
        foreach (var group in phases)
        {
            var of = values(group);
            for (int i = 0; i < of.Count; i++)
            {
                x.Add(i < group.Steps.Count ? group.Steps[i] : group.Phase.End);
                y.Add(of[i]);
            }
            if (of.Count <= group.Steps.Count) continue;
            x.Add(group.Phase.End);
            y.Add(double.NaN);
        }
        return new("", x, y) { Color = color };
    }

    private static double[] Equilibrium(GroupPhase group)
    {
        double norm = group.Gap.IsKnown ? Math.Pow(group.MeasuredFourthPower.Mean / group.Gap.Mean, 0.25) : double.NaN;
        return [.. Enumerable.Repeat(norm, group.Steps.Count), norm];
    }

    // Root mean squares over a hundredth or so of the rows: single updates scatter too much to be seen against a line.
    private static ChartLine Smooth(GroupPhase[] phases)
    {
        int rows = phases.Sum(group => group.Steps.Count), block = Math.Max(1, rows / Points);
        var (x, y) = (new List<double>(), new List<double>());
        foreach (var group in phases)
        {
            var angles = group.Of(group.Group.Angle);
            for (int i = 0; i < angles.Count; i += block)
            {
                x.Add(group.Steps[Math.Min(i + block / 2, angles.Count - 1)]);
                y.Add(RootMeanSquare.Of(angles.Skip(i).Take(block)));
            }
        }
        return new("", x, y);
    }
}
