using Etalon.Lab.Diagnosis.Phases;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// Normalizations in eval(): they divide by statistics that they stored, not by the batch's, so the loss depends on the weights' scale.
/// </summary>
/// <remarks>
/// The logger counts them. Without that count the invariance shows it where it is lost in the middle of a run: in one row |cos(g, w)| goes
/// from 1e-6 to 0.01 and more, in all groups.
/// </remarks>
internal sealed class StoredStatistics : Cause
{
    // cos(g, w) of rows before and after, root mean square.
    private const double Before = 3e-3, After = RadialCosine.Largest;

    private const double MostGroups = 0.7;
    // How much larger the cosine is in the rows after than in those before, and how many rows are looked at on each side.
    private const double Sudden = 10;

    private const int FewestBefore = 2, FewestAfter = 2, FewestGroups = 2, Window = 10;

    public override IEnumerable<Flag> Find(Evidence evidence)
    {
        var log = evidence.Log;
        int[] counted = [.. Enumerable.Range(0, log.NormsInEval.Length).Where(row => double.IsFinite(log.NormsInEval[row]))];
        int[] stored = [.. counted.Where(row => log.NormsInEval[row] > 0)];
        if (counted.Length > 0 && stored.Length == 0) evidence.Checked.Add("normalizations in eval()");
        var loose = evidence.Groups.Where(
            group => evidence.IsInvariant(group.Name)
                && RadialCosine.RootMeanSquare(group.Dot, group.GradientSquare, group.Norm) > After).ToList();
        if (stored.Length > 0 && loose.Count > 0)
        {
            string[] names = [.. loose.Select(group => group.Name)];
            evidence.SetAside(names);
            double worst = loose.Max(group => RadialCosine.RootMeanSquare(group.Dot, group.GradientSquare, group.Norm));
            double count = stored.Max(row => log.NormsInEval[row]);
            yield return Told(
                $"{(count == 1 ? "A normalization is" : "Normalizations are")} in eval(){When(log.Steps, counted, stored)}: the loss "
                    + $"depends on the "
                + "weights' scale",
                $"{Text.Count((long)count, "normalization")} {(count == 1 ? "was" : "were")} in eval() in {stored.Length:#,0} of "
                + $"{counted.Length:#,0} rows, and |cos(g, w)| is up to {Text.Number(worst, 2)}, where a batch's own statistics make it "
                + $"0.", worst, names);
        }
        else if (stored.Length > 0 && evidence.Groups.Any(group => evidence.IsInvariant(group.Name)))
            evidence.Remarks.Add(
                $"Normalizations were in eval() in {stored.Length:#,0} of {counted.Length:#,0} rows; the logged weights' invariance does "
                    + $"not "
                + "suffer from it.");
        else if (counted.Length == 0 && Lost(evidence) is { } lost)
        {
            evidence.SetAside(lost.Groups);
            yield return Told(
                $"From update {log.Steps[lost.Row]:#,0} on the loss depends on the weights' scale, in all layers at once: normalizations "
                    + $"in eval() are "
                + "the likeliest cause",
                $"|cos(g, w)| is up to {Text.Number(lost.Before, 1)} before that update, and up to {Text.Number(lost.After, 2)} from it "
                    + $"on. What else "
                + "can do it: a clip of values that begins there, statistics that are no longer updated. Print model.training in the "
                + "loop, and log "
                + "it as norms_in_eval.", lost.After, lost.Groups);
        }
    }

    private static Flag Told(string cause, string shown, double value, string[] names) => new(
        FlagKind.StoredStatistics, cause, shown,
        "Call model.train() before the updates, and again after each evaluation. If statistics are frozen on purpose, as in fine-tuning, "
            + "the laws of "
        + "norms do not hold for these weights: leave them out of the log.")
    {
        Value = value,
        Groups = names,
    };

    private static string When(long[] steps, int[] counted, int[] stored) =>
        stored.Length == counted.Length ? "" : stored[^1] == counted[^1] && stored.Length == stored[^1] - stored[0] + 1
            ? $" from update {steps[stored[0]]:#,0} on" : " in some updates";

    // The row from which on most groups have lost their invariance, all in the same one.
    private static (int Row, double Before, double After, string[] Groups)? Lost(Evidence evidence)
    {
        var asked = evidence.Groups.Where(group => evidence.IsInvariant(group.Name)).ToList();
        var rows = new List<(int Row, double Before, double After, string Name)>();
        foreach (var group in asked)
        {
            var cosines = Enumerable.Range(0, group.Norm.Length)
                .Select(row => (Row: row,
                    Square: group.Dot[row] * group.Dot[row] / (group.GradientSquare[row] * group.Norm[row] * group.Norm[row])))
                .Where(each => double.IsFinite(each.Square)).ToList();
            int at = cosines.FindIndex(each => each.Square > Before * Before);
            if (at < FewestBefore || cosines.Count - at < FewestAfter) continue;
            double Root(int from, int to) => Math.Sqrt(cosines.Take(to).Skip(from).Average(each => each.Square));
            double before = Root(Math.Max(0, at - Window), at), after = Root(at, Math.Min(cosines.Count, at + Window));
            // What comes slowly, as epsilon does where norms shrink, is nearly as large before the row as after it.
            if (Root(at, cosines.Count) > After && after > Sudden * before) rows.Add((cosines[at].Row, before, after, group.Name));
        }
        if (rows.Count < FewestGroups) return null;
        var most = rows.GroupBy(each => each.Row).MaxBy(each => each.Count())!;
        var together = rows.Where(each => Math.Abs(each.Row - most.Key) <= Window / 2).ToList();
        return together.Count < MostGroups * asked.Count ? null
            : (together.Min(each => each.Row), together.Max(each => each.Before), together.Max(each => each.After),
                [.. together.Select(each => each.Name)]);
    }
}
