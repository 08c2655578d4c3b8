using Etalon.Lab.Diagnosis.Logs;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// An L2 term c |w|²/2 in the loss: its gradient is c w, so that g.w/|w|² is the same c in every row, where scale-invariant weights have 0
/// and others noise.
/// </summary>
/// <remarks>
/// In a network on images, of a term of 5e-4: 5.000e-4 with a standard deviation of 2e-7 behind a normalization; 0 with the same deviation
/// without the term; and without a normalization noise of 3e-3. So the scatter from row to row tells the two apart, wherever they meet.
/// A term that comes in the middle of a run is 0 up to a row, and c from it on.
/// </remarks>
internal sealed class LossPenalty : Cause
{
    private const int FewestRows = 3;

    // What epsilon leaves of g.w has one sign too, and in five rows the same size by chance: 3e-5 of the decay in a sound network.
    private const double LeastOfDecay = 1e-3;

    // The same without a decay: of |w|², what the term takes in all of the log. Epsilon's share took 4e-7 in a sound network of five rows.
    private const double LeastTaken = 1e-5;

    // Where groups differ by more, the term has several factors.
    private const double MostScatter = 0.1;

    // Further from c than this many times what g.w/|w|² scatters by, a group shows that it has no such term.
    private const double Apart = 3;

    public override IEnumerable<Flag> Find(Evidence evidence)
    {
        int rows = evidence.Log.Steps.Length;
        var found = evidence.Groups.Where(group => evidence.IsInvariant(group.Name)).Select(
            group => (group.Name, Term: PenaltyRows.Of(group), Decay: group.WeightDecay.Where(double.IsFinite).DefaultIfEmpty(0).Max(),
                Rates: RatesOf(evidence.Log, group)))
            .Where(each => each.Term is { } term && term.Pull > LeastOfDecay * each.Decay && 2 * term.Pull * each.Rates > LeastTaken)
            .ToDictionary(each => each.Name, each => each.Term!);
        foreach (string name in found.Keys.Where(name => found[name].IsPart(rows) && !found[name].StandsAlone
            && !found.Any(other => other.Key != name && other.Value.IsLike(found[name]))).ToList()) found.Remove(name);
        if (found.Count == 0)
        {
            if (evidence.Groups.Any(group => PenaltyRows.Pulls(group).Length >= FewestRows)) evidence.Checked.Add("an L2 term in the loss");
            yield break;
        }
        double[] pulls = [.. found.Values.Select(term => term.Pull)];
        double common = Median(pulls), least = pulls.Min(), most = pulls.Max();
        bool isOne = most - least <= MostScatter * common;
        double logged = evidence.Log.WeightDecay.Where(double.IsFinite).DefaultIfEmpty(0).Max();
        var usual = found.Values.GroupBy(term => (term.First, term.End)).MaxBy(each => each.Count())!.First();
        string when = When(evidence.Log, usual);
        evidence.IsTermCounted = evidence.IsSgd;
        if (evidence.IsSgd) evidence.Explain(Without(evidence.Log, found, isOne ? usual with { Pull = common } : null));
        else evidence.SetAside(found.Keys);
        string size = isOne ? Text.Number(common) : Text.Range(least, most);
        yield return new(
            FlagKind.LossPenalty,
            logged > 0
                ? $"An L2 term of {size} in the loss{when}, on top of the weight decay of {Text.Number(logged)} in the optimizer"
                : $"An L2 term of {size} in the loss{when}, while the optimizer's weight decay is 0",
            $"g.w/|w|² is {(isOne ? $"the same {Text.Number(common)}" : $"constant, from {Text.Number(least)} to {Text.Number(most)},")} "
            + $"in every row{when}; it would be 0 without such a term{(when.Length > 0 ? ", as it is in the other rows" : "")}. The "
            + $"gradient "
            + $"has c w in it, with c = {size}, as {Text.Number(common / 2)} |w|² in the loss gives.",
            !evidence.IsSgd
                ? $"Take it out of the loss and set weight_decay. In the gradient {evidence.Log.Optimizer} divides it by the gradients' "
                    + $"size, "
                    + "so that it is no decay of the same strength for all weights, and layers turn at different speeds."
            : logged > 0
                ? $"Keep one of the two: take the penalty out of the loss, or set weight_decay to 0. As it is the weights decay with "
                    + $"{Text.Number(logged + common)} in all."
                : "That is weight decay in another place. Move it into the optimizer, so that the log and the schedule speak of it.")
        {
            Value = common,
            Groups = [.. found.Keys],
        };
    }

    // The sum of total rates over the log; infinite where they are not known, as of an optimizer of its own.
    private static double RatesOf(RunLog log, LogGroup group)
    {
        double sum = Enumerable.Range(0, log.Steps.Length).Sum(row => group.Rate[row] / (1 - group.Momentum[row])
            * ((row + 1 < log.Steps.Length ? log.Steps[row + 1] : log.End) - log.Steps[row]));
        return double.IsFinite(sum) && log.Kind == OptimizerKind.Sgd ? sum : double.PositiveInfinity;
    }

    private static string When(RunLog log, PenaltyRows term) =>
        term.First > 0 ? $" from update {log.Steps[term.First]:#,0} on"
        : term.End < log.Steps.Length ? $" up to update {log.Steps[term.End - 1]:#,0}" : "";

    private static bool MayHide(LogGroup group, PenaltyRows term)
    {
        double[] pulls = [.. PenaltyRows.Pulls(group).Where(each => each.Row >= term.First && each.Row < term.End)
            .Select(each => each.Pull)];
        return pulls.Length < FewestRows || Math.Abs(Median(pulls) - term.Pull) <= Apart * PenaltyRows.Scatter(pulls);
    }

    /// <summary>
    /// The log of the loss without the term, with the term counted as decay, which it is. Where one c stands in all groups that show it, it
    /// stands in those that hide it too, and not in those that show another or none.
    /// </summary>
    private static RunLog Without(RunLog log, Dictionary<string, PenaltyRows> found, PenaltyRows? common) =>
        log.With(log.Groups.Select(group =>
    {
        var term = found.TryGetValue(group.Name, out var own) ? own
            : group.Name != LogGroup.Everything && common is not null && MayHide(group, common) ? common : null;
        return term is null ? group : WithoutTerm.Of(group, log, term);
    }));
}
