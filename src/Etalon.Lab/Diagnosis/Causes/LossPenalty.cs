using Etalon.Lab.Diagnosis.Logs;
using Etalon.Numerics;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// An L2 term c |w|²/2 in the loss: its gradient is c w, so that g.w/|w|² is the same c in every row, where scale-invariant weights have 0
/// and others noise.
/// </summary>
/// <remarks>
/// In a network on images, of a term of 5e-4: 5.000e-4 with a standard deviation of 2e-7 behind a normalization; 0 with the same deviation
/// without the term; and without a normalization noise of 3e-3. So the scatter from row to row tells the two apart, wherever they meet.
/// </remarks>
internal sealed class LossPenalty : Cause
{
    private const int FewestRows = 3;

    // A constant scatters by float32's rounding of the products: a thousandth here; noise by more than itself.
    private const double MostScatter = 0.1;

    // What epsilon leaves of g.w has one sign too, and in five rows the same size by chance: 3e-5 of the decay in a sound network.
    private const double LeastOfDecay = 1e-3;

    // Further from c than this many times what g.w/|w|² scatters by, a group shows that it has no such term.
    private const double Apart = 3;

    public override IEnumerable<Flag> Find(Evidence evidence)
    {
        var found = evidence.Groups.Select(
            group => (group.Name, Pull: Constant(group), Decay: group.WeightDecay.Where(double.IsFinite).DefaultIfEmpty(0).Max()))
            .Where(each => each.Pull > LeastOfDecay * each.Decay).ToDictionary(each => each.Name, each => each.Pull!.Value);
        if (found.Count == 0)
        {
            if (evidence.Groups.Any(group => Pulls(group).Length >= FewestRows)) evidence.Checked.Add("an L2 term in the loss");
            yield break;
        }
        double common = Median(found.Values), least = found.Values.Min(), most = found.Values.Max();
        bool isOne = most - least <= MostScatter * common;
        double logged = evidence.Log.WeightDecay.Where(double.IsFinite).DefaultIfEmpty(0).Max();
        evidence.Explain(Without(evidence.Log, found, isOne ? common : null));
        string size = isOne ? Text.Number(common) : Text.Range(least, most);
        yield return new(
            FlagKind.LossPenalty,
            logged > 0
                ? $"An L2 term of {size} in the loss, on top of the weight decay of {Text.Number(logged)} in the optimizer"
                : $"An L2 term of {size} in the loss, while the optimizer's weight decay is 0",
            $"g.w/|w|² is {(isOne ? $"the same {Text.Number(common)}" : $"constant, from {Text.Number(least)} to {Text.Number(most)},")} "
            + $"in every row; it would be 0 without such a term. The gradient has c w in it, with c = {size}, as "
            + $"{Text.Number(common / 2)} |w|² in the loss gives.",
            logged > 0
                ? $"Keep one of the two: take the penalty out of the loss, or set weight_decay to 0. As it is the weights decay with "
                    + $"{Text.Number(logged + common)} in all."
                : "That is weight decay in another place. Move it into the optimizer, so that the log and the schedule speak of it.")
        {
            Value = common,
            Groups = [.. found.Keys],
        };
    }

    private static double[] Pulls(LogGroup group) =>
        [.. group.Dot.Zip(group.Norm, (dot, norm) => dot / (norm * norm)).Where(double.IsFinite)];

    private static double? Constant(LogGroup group)
    {
        double[] pulls = Pulls(group);
        if (pulls.Length < FewestRows) return null;
        double middle = Median(pulls);
        if (!(middle > 0)) return null;
        return Scatter(pulls) <= MostScatter * middle ? middle : null;
    }

    // Quartiles, so that a loss that bursts in a few rows hides nothing.
    private static double Scatter(double[] pulls)
    {
        double[] ordered = [.. pulls.Order()];
        return ordered[ordered.Length * 3 / 4] - ordered[ordered.Length / 4];
    }

    private static bool MayHide(LogGroup group, double pull)
    {
        double[] pulls = Pulls(group);
        return pulls.Length < FewestRows || Math.Abs(Median(pulls) - pull) <= Apart * Scatter(pulls);
    }

    private static double[] Unknown(double[] column) => [.. column.Select(_ => double.NaN)];

    /// <summary>
    /// The log of the loss without the term, with the term counted as decay, which it is. Where one c stands in all groups that show it, it
    /// stands in those that hide it too, and not in those that show another or none.
    /// </summary>
    private static RunLog Without(RunLog log, Dictionary<string, double> found, double? common) => log.With(log.Groups.Select(group =>
    {
        double pull = found.TryGetValue(group.Name, out double own) ? own
            : group.Name != LogGroup.Everything && common is { } one && MayHide(group, one) ? one : 0;
        return pull == 0 ? group : group with
        {
            Dot = [.. group.Dot.Zip(group.Norm, (dot, norm) => dot - pull * norm * norm)],
            GradientSquare = [.. group.GradientSquare.Select(
                (square, i) => Math.Max(0, square - 2 * pull * group.Dot[i] + Elementary.Pow(pull * group.Norm[i], 2)))],
            // v.g has c v.w of the term in it.
            BufferDot = [.. group.BufferDot.Zip(group.BufferWeight, (dot, along) => double.IsFinite(along) ? dot - pull * along : dot)],
            WeightDecay = [.. group.WeightDecay.Select(decay => decay + pull)],
            // Sums over the updates between rows have the term in them, and v.w there is not known: the rows are left.
            GradientSquareSum = Unknown(group.GradientSquareSum),
            BufferDotSum = Unknown(group.BufferDotSum),
            DecaySum = Unknown(group.DecaySum),
        };
    }));
}
