using Etalon.Lab.Charts;
using Etalon.Lab.Diagnosis;
using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.Diagnosis.Phases;
using Etalon.Lab.Numerics;

namespace Etalon.Workbench.Dashboard;

/// <summary>
/// Norm, effective rate and angle of a group of weights, measured beside what the law makes of the measured gradients, with the band in
/// which they count as one.
/// </summary>
internal static class DynamicsChart
{
    // As many points as a picture shows.
    private const int Points = 1500, AnglePoints = 150;

    // A twentieth of the norm either way, as `diagnose` judges.
    private const double Band = 0.05;

    private const string Measured = "measured", Law = "by the law, from measured gradients", AtEquilibrium = "at equilibrium";

    /// <summary>The chart, and a sentence for each field.</summary>
    public static (Chart Chart, IReadOnlyList<string> Sentences) Of(RunDiagnosis diagnosis, string name)
    {
        GroupPhase[] phases =
            [.. diagnosis.Phases.Select(phase => phase.Groups.FirstOrDefault(group => group.Name == name)).OfType<GroupPhase>()];
        var fields = new List<(ChartPanel Panel, string Sentence)>
        {
            Field("norm |w|", phases, "The norm", group => group.Of(group.Group.Norm), group => group.Balance.Predicted, width: 1),
        };
        if (phases.Any(group => group.Of(group.Group.Rate).Any(double.IsFinite)))
        {
            fields.Add(Field("effective rate", phases, "The effective rate, rate over |w|²,",
                group => Rates(group, group.Of(group.Group.Norm)), group => Rates(group, group.Balance.Predicted), width: 2));
        }
        if (Angle(phases) is { } angle) fields.Add(angle);
        return (new Chart($"{diagnosis.Log.Source}: {name}", "updates", [.. fields.Select(field => field.Panel)])
        {
            Legend = [Measured, Law, AtEquilibrium],
        }, [.. fields.Select(field => field.Sentence)]);
    }

    private static (ChartPanel Panel, string Sentence) Field(string label, GroupPhase[] phases, string subject,
        Func<GroupPhase, IReadOnlyList<double>> measured, Func<GroupPhase, IReadOnlyList<double>> predicted, int width)
    {
        var seen = Line(phases, Measured, 0, measured);
        var law = Line(phases, Law, 1, predicted);
        bool isKnown = law.Y.Any(double.IsFinite);
        // The band of |w|² is twice as wide as that of |w|.
        var banded = law with { Band = [.. law.Y.Select(value => (value * (1 - width * Band), value * (1 + width * Band)))] };
        double[] gaps = [.. phases.SelectMany(group => measured(group).Zip(predicted(group), (one, other) => Math.Abs(one / other - 1)))
            .Where(double.IsFinite)];
        string sentence = gaps.Length == 0
            ? $"{subject} as it was measured; the log has no gradients from which the law could tell it."
            : $"{subject} stays within {gaps.Max():P1} of what the law makes of the measured gradients"
                + $"{(gaps.Max() <= width * Band ? $", inside its band of {width * Band:P0}" : $"; the band is {width * Band:P0}")}.";
        return (new ChartPanel(label, isKnown ? [seen, banded] : [seen]), sentence);
    }

    private static (ChartPanel Panel, string Sentence)? Angle(GroupPhase[] phases)
    {
        int rows = phases.Sum(group => group.Steps.Count), block = Math.Max(1, rows / AnglePoints);
        var (x, y, law) = (new List<double>(), new List<double>(), new List<double>());
        foreach (var group in phases)
        {
            var angles = group.Of(group.Group.Angle);
            for (int i = 0; i < angles.Count; i += block)
            {
                int middle = Math.Min(i + block / 2, angles.Count - 1);
                x.Add(group.Steps[middle] + 1);
                y.Add(RootMeanSquare.Of(angles.Skip(i).Take(block)));
                law.Add(group.LawAt(middle)?.Angle ?? double.NaN);
            }
        }
        if (!y.Any(double.IsFinite)) return null;
        string means = block > 1 ? $", root mean squares over {block} rows" : "";
        var line = new ChartLine(Measured, x, y);
        var panel = new ChartPanel("angle of an update", law.Any(double.IsFinite)
            ? [line, new ChartLine(AtEquilibrium, x, law) { Color = 2 }] : [line]);
        int last = y.FindLastIndex(double.IsFinite);
        string end = double.IsFinite(law[last]) && law[last] > 0
            ? $"; at the end it is {y[last] / law[last]:G3} times that at equilibrium" : "";
        return (panel, $"How far an update turns the weights, in radians{means}{end}.");
    }

    private static double[] Rates(GroupPhase group, IReadOnlyList<double> norms) =>
        [.. group.Of(group.Group.Rate).Zip(norms, (rate, norm) => rate / (norm * norm))];

    // The law begins anew from the measured norm with each phase, so there is a gap between two.
    private static ChartLine Line(GroupPhase[] phases, string name, int color, Func<GroupPhase, IReadOnlyList<double>> values)
    {
        int stride = Math.Max(1, phases.Sum(group => group.Steps.Count) / Points);
        var (x, y) = (new List<double>(), new List<double>());
        foreach (var group in phases)
        {
            var of = values(group);
            for (int i = 0; i < group.Steps.Count; i += stride)
            {
                x.Add(group.Steps[i] + 1);
                y.Add(of[i]);
            }
            if (color == 0 || x.Count == 0) continue;
            x.Add(group.Phase.End);
            y.Add(double.NaN);
        }
        return new ChartLine(name, x, y) { Color = color };
    }

    /// <summary>The groups that a diagnosis measured, all scale-invariant weights together first.</summary>
    public static IReadOnlyList<string> GroupsOf(RunDiagnosis diagnosis) =>
        [.. diagnosis.Phases.SelectMany(phase => phase.Groups).Select(group => group.Name).Distinct()
            .OrderBy(name => name == LogGroup.Whole ? 0 : 1)];
}
