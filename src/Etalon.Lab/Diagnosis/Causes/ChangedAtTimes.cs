namespace Etalon.Lab.Diagnosis;

/// <summary>
/// Something besides the optimizer changes the weights after some updates and not after others: slow weights that are mixed in at every
/// k-th one, weights that are swapped.
/// </summary>
/// <remarks>
/// The exact law of |w|² holds in most rows, which shows that rate, rule and gradients are the logged ones; so what the others leave of
/// sizes and norms is not asked for a rule.
/// </remarks>
internal sealed class ChangedAtTimes : Cause
{
    private const double Broken = 1e-4, Holds = 1e-6, Fewest = 0.02, MostRows = 0.5, MostGroups = 0.7;
    private const int FewestRows = 10, FewestTimes = 3;

    public override IEnumerable<Flag> Find(Evidence evidence)
    {
        if (!evidence.IsSgd && !evidence.HasDirections) yield break;
        var (log, groups) = (evidence.Log, evidence.LawGroups.Concat(evidence.DirectionGroups).ToList());
        int[] known = [.. Enumerable.Range(0, log.Steps.Length).Where(row => groups.Any(group => double.IsFinite(group.Residual[row])))];
        if (groups.Count == 0 || known.Length < FewestRows) yield break;
        int[] broken = [.. known.Where(row => groups.Count(group => Math.Abs(group.Residual[row]) > Broken) >= MostGroups * groups.Count)];
        double usual = Median(groups.SelectMany(group => known.Select(row => Math.Abs(group.Residual[row])).Where(double.IsFinite)));
        bool isAtTimes = broken.Length >= FewestTimes && broken.Length >= Fewest * known.Length && broken.Length <= MostRows * known.Length;
        if (!isAtTimes || usual > Holds) yield break;
        string[] names = [.. groups.Select(group => group.Name)];
        evidence.Distrust(names);
        long[] gaps = [.. broken.Zip(broken.Skip(1), (a, b) => log.Steps[b] - log.Steps[a])];
        var same = gaps.GroupBy(gap => gap).MaxBy(each => each.Count())!;
        string often = same.Count() >= 0.9 * gaps.Length && same.Key > 1 ? $"in steps of {same.Key:#,0} updates" : "after some";
        yield return new(
            FlagKind.ChangedWeights,
            $"Something changes the weights besides the optimizer, not after every update but {often}",
            $"In {broken.Length:#,0} of {known.Length:#,0} logged updates |w|² is not what the optimizer's rule makes of it, by up to "
            + $"{Text.Number(100 * broken.Max(row => groups.Max(group => Math.Abs(group.Residual[row]))), 2)} % of itself; in the others "
            + $"it is, "
            + "to rounding.",
            "Look for what is done at these updates only: slow or averaged weights that are mixed in (Lookahead), a projection, a clip of "
            + "weights, an evaluation that swaps weights and does not swap them back.")
        {
            Value = (double)broken.Length / known.Length,
            Groups = names,
        };
    }
}
