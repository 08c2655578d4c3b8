using Etalon.Lab.Charts;
using Etalon.Lab.Diagnosis;
using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.Diagnosis.Phases;
using Etalon.Lab.Numerics;
using Etalon.Numerics;

namespace Etalon.Workbench.Commands;

/// <summary>
/// A diagnosis as a picture: norm and angle of a group, measured against predicted, their ratio with its band, and where a fault was found.
/// </summary>
internal static class DiagnosisChart
{
    // As many points of the noisy angles as a picture of 700 pixels shows without a blur.
    private const int Points = 150;

    // What counts as one with the law: a twentieth of the norm either way, a fifth of |w|^4.
    private const double Band = 0.05;

    // Beyond a decade small values are lost on a linear axis.
    private const double Decade = 10;

    /// <summary>All weights together, and the group that a flag names first.</summary>
    public static Chart Of(RunDiagnosis diagnosis)
    {
        ArgumentNullException.ThrowIfNull(diagnosis);
        var names = diagnosis.Phases[0].Groups.Select(group => group.Name).ToList();
        string? flagged = diagnosis.Flags.SelectMany(flag => flag.Groups).FirstOrDefault(names.Contains);
        string first = names.Contains(LogGroup.Whole) ? LogGroup.Whole : flagged ?? names.FirstOrDefault("");
        IEnumerable<string> shown = flagged is null || flagged == first
            || diagnosis.Flags[0].Groups.Count == diagnosis.Evidence.Groups.Count ? [first] : [first, flagged];
        return new Chart(Title(diagnosis), "update", [.. shown.SelectMany(name => Panels(diagnosis, name))])
        {
            Legend = ["measured", diagnosis.Evidence.HasDirections ? "by the law, from rates and decays" : "by the law, from measured "
                + "gradients", "at equilibrium", "5 % around the law"],
            Marks = Marked(diagnosis),
        };
    }

    private static string Title(RunDiagnosis diagnosis) =>
        Shortened(
            diagnosis.Flags.Count == 0 ? $"{diagnosis.Log.Source}: no fault found" : $"{diagnosis.Log.Source}: {diagnosis.Flags[0].Cause}");

    private static string Shortened(string text) => text.Length <= 88 ? text : $"{text[..85]}...";

    // The phases that the first flag names; of a fault of the whole run there is nothing to mark.
    private static IReadOnlyList<(double From, double To)> Marked(RunDiagnosis diagnosis)
    {
        if (diagnosis.Flags.Count == 0 || diagnosis.Flags[0].Phases.Count == 0 || diagnosis.Flags[0].Phases.Count == diagnosis.PhaseCount)
            return [];
        return [.. diagnosis.Flags[0].Phases.Where(number => number <= diagnosis.PhaseCount).Select(number => diagnosis.Phases[number - 1])
            .Select(phase => ((double)phase.Begin, (double)phase.End))];
    }

    private static ChartPanel[] Panels(RunDiagnosis diagnosis, string name)
    {
        GroupPhase[] phases =
            [.. diagnosis.Phases.Select(phase => phase.Groups.FirstOrDefault(group => group.Name == name)).OfType<GroupPhase>()];
        var way = diagnosis.Evidence.HasDirections && phases.Length > 0 ? DirectionWay.Of(diagnosis.Log, phases[0].Group) : null;
        IReadOnlyList<double> Law(GroupPhase group) => !diagnosis.Evidence.HasDirections ? group.Balance.Predicted
            : [.. group.Steps.Select(step => way?.NormAt(step) ?? double.NaN)];
        ChartLine[] norms =
        [
            Line(phases, 0, group => group.Of(group.Group.Norm)),
            Line(phases, 1, Law),
            Line(phases, 2, group => diagnosis.Evidence.HasDirections ? OfDirections(group) : Equilibrium(group)),
        ];
        var ratio = Line(phases, 0, group => [.. group.Of(group.Group.Norm).Zip(Law(group), (norm, law) => norm / law)]);
        double[] ends = ratio.X.Count == 0 ? [] : [ratio.X[0], ratio.X[^1]];
        ChartLine Level(double at, int color) => new("", ends, [.. ends.Select(_ => at)]) { Color = color, IsThin = true };
        ChartLine[] angles = [Smooth(phases),
            Line(phases, 2, group => diagnosis.Evidence.HasDirections
                ? [.. Enumerable.Repeat(new DirectionPhase(group).Equilibrium?.Angle ?? double.NaN, group.Steps.Count)]
                : [.. Enumerable.Range(0, group.Steps.Count).Select(row => group.LawAt(row)?.Angle ?? double.NaN)])];
        var panels = new List<ChartPanel> { new($"|w| of {name}", norms) { IsLogarithmic = Spans(norms) } };
        if (ratio.Y.Any(double.IsFinite))
            panels.Add(
                new("|w| over the law's", [ratio, Level(1, 1), Level(1 + Band, 3), Level(1 - Band, 3)])
                {
                    Height = 130,
                    IsLogarithmic = Spans([ratio])
                });
        if (angles[0].Y.Any(double.IsFinite)) panels.Add(new("angle of an update", angles) { IsLogarithmic = Spans(angles) });
        return [.. panels];
    }

    private static bool Spans(IEnumerable<ChartLine> lines)
    {
        double[] values = [.. lines.SelectMany(line => line.Y).Where(value => double.IsFinite(value) && value > 0)];
        return values.Length > 0 && values.Max() >= Decade * values.Min();
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

    private static double[] OfDirections(GroupPhase group)
    {
        var phase = new DirectionPhase(group);
        return [.. Enumerable.Repeat(phase.HasNorm ? phase.Equilibrium!.Norm : double.NaN, group.Steps.Count + 1)];
    }

    private static double[] Equilibrium(GroupPhase group)
    {
        double norm = group.Gap.IsKnown ? Elementary.Pow(group.MeasuredFourthPower.Mean / group.Gap.Mean, 0.25) : double.NaN;
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
