using Etalon.Lab.Diagnosis.Logs;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// Weights whose gradient is 0 to the last bit from a row on: frozen, or behind units that are dead. Decay and momentum go on with a
/// gradient of zeros; only a weight without any gradient stands still.
/// </summary>
internal sealed class DecayAlone : Cause
{
    private const double Moved = 1e-6;
    private const int FewestRows = 3;

    public override IEnumerable<Flag> Find(Evidence evidence)
    {
        var log = evidence.Log;
        var still = evidence.Groups.Select(group => (Group: group, From: From(group))).Where(each => each.From >= 0).ToList();
        if (still.Count == 0) yield break;
        evidence.SetAside(still.Select(each => each.Group.Name));
        var shrinking = still.Where(each => Math.Abs(End(each.Group) / each.Group.Norm[each.From] - 1) > Moved).ToList();
        string[] frozen = [.. still.Except(shrinking).Select(each => each.Group.Name)];
        if (frozen.Length > 0)
            evidence.Remarks.Add(
                $"{GroupNames.Of(frozen, evidence)}: no gradient{When(log, still.First(each => frozen.Contains(each.Group.Name)).From)}, "
                    + $"and no "
                + "movement: frozen.");
        if (shrinking.Count == 0) yield break;
        double most = shrinking.Max(each => Math.Abs(End(each.Group) / each.Group.Norm[each.From] - 1));
        yield return new(
            FlagKind.DecayAlone,
            $"Some weights get no gradient{When(log, shrinking[0].From)}, and are changed all the same, by weight decay and momentum",
            $"|g| is 0 in every row{When(log, shrinking[0].From)}, and |w| has changed by up to {Text.Number(100 * most, 2)} % since.",
            "If they are meant to be frozen, take them out of the optimizer, or set their gradients to None "
            + "(zero_grad(set_to_none=True)): a gradient of zeros lets decay and momentum go on. If not, look for requires_grad=False "
            + "and for "
            + "units behind them that are always off.")
        {
            Value = most,
            Groups = [.. shrinking.Select(each => each.Group.Name)],
        };
    }

    private static string When(RunLog log, int row) => row == 0 ? "" : $" from update {log.Steps[row]:#,0} on";

    private static double End(LogGroup group) => group.Norm.LastOrDefault(double.IsFinite, double.NaN);

    // The first row of those up to the end that have no gradient, with a rate; -1 where they are too few.
    private static int From(LogGroup group)
    {
        int last = Array.FindLastIndex(group.GradientSquare, square => !(square == 0)), from = last + 1;
        int rows = Enumerable.Range(from, group.Norm.Length - from).Count(row => group.Rate[row] > 0 && double.IsFinite(group.Norm[row]));
        return rows >= FewestRows && double.IsFinite(group.Norm[from]) ? from : -1;
    }
}
