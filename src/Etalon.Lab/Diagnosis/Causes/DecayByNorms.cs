using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.Diagnosis.Phases;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// Norms that grow and shrink as with another weight decay than the log says: what the gradients added to |w|² less what it gained is what
/// decay took.
/// </summary>
/// <remarks>
/// It holds in and out of equilibrium. Judged where the margin leaves no doubt, from a twentieth of a mixing unit on: below, decay takes
/// less than a fifth of |w|⁴. Between rows only what was measured at them is known, so rows between which the rate ramps do not count, and
/// the margin has in it what the gradients may have done there.
/// </remarks>
internal sealed class DecayByNorms : Cause
{
    private const double Least = 0.5, Most = 1.5, LargestMargin = 0.4, OfDecay = 0.1, FewestUnits = 0.05, Doubt = 2;
    private const int FewestIntervals = 10;

    public override IEnumerable<Flag> Find(Evidence evidence)
    {
        var asked = evidence.LawGroups.Where(group => evidence.InPhases(group.Name).Any(phase => phase.Balance.Meant > 0)).ToList();
        if (asked.Count == 0)
        {
            if (evidence.LawGroups.Count > 0) evidence.NotLookedAt.Add(WhyNot(evidence));
            yield break;
        }
        var shares = asked.Select(group => (group.Name, Balances: evidence.InPhases(group.Name).Select(phase => phase.Balance).ToList()))
            .Select(each => (each.Name, Share: NormBalance.ShareOf(each.Balances),
            Units: each.Balances.Where(balance => balance.Meant > 0).Sum(balance => balance.Units),
            Intervals: each.Balances.Sum(balance => balance.Intervals))).ToList();
        var sure = shares.Where(
            each => each.Share.IsKnown && each.Share.Margin <= LargestMargin && each.Units >= FewestUnits
                && each.Intervals >= FewestIntervals).ToList();
        if (sure.Count == 0)
        {
            var best = shares.Where(each => each.Share.IsKnown).OrderBy(each => each.Share.Margin).FirstOrDefault();
            evidence.NotLookedAt.Add(
                "the decay that the norms show: "
                    + (shares.Max(each => each.Units) < FewestUnits
                    ? $"{Text.Number(shares.Max(each => each.Units), 2)} mixing units are too few for it to show"
                : shares.Max(each => each.Intervals) < FewestIntervals ? "too few rows between which rate and momentum stand still"
                : best.Name is null ? "too few rows"
                : $"the rows are too far apart: it is {Text.Percent(best.Share.Mean, best.Share.Margin)} of the log's at best"));
            yield break;
        }
        var missing = sure.Where(each => each.Share.Mean < Least && each.Share.Away(1) > Doubt).ToList();
        var further = sure.Where(each => each.Share.Mean > Most && each.Share.Away(1) > Doubt).ToList();
        if (missing.Count + further.Count == 0)
        {
            var middle = sure.OrderBy(each => each.Share.Mean).ElementAt(sure.Count / 2).Share;
            evidence.Checked.Add(
                $"another weight decay than the log's{(evidence.IsTermCounted ? " with the L2 term's" : "")} "
                + $"(the norms show {Text.Percent(middle.Mean, middle.Margin)} of it)");
            yield break;
        }
        // Both at once is no decay: then the balance itself is not what it should be, and the larger side is told.
        bool isMissing = missing.Count >= further.Count;
        var (told, logged) = (isMissing ? missing : further, evidence.Log.WeightDecay.LastOrDefault(double.IsFinite));
        var share = told.OrderBy(each => each.Share.Mean).ElementAt(told.Count / 2).Share;
        string[] names = [.. told.Select(each => each.Name)];
        evidence.Distrust(names);
        if (!isMissing && HoldsInRows(evidence, names))
        {
            yield return new(
                FlagKind.ChangedWeights,
                "Something changes the weights between the logged updates, and not after these",
                $"After each logged update |w|² is what rate, decay and gradients make of it, to rounding; but from row to row norms "
                    + $"grew and "
                + $"shrank as with {Text.Percent(Math.Max(0, share.Mean), share.Margin)} of the logged weight decay.",
                "Look for what is done at some updates only: slow or averaged weights that are mixed in (Lookahead), a projection, weights "
                + "swapped for an evaluation and not swapped back. Log every update to see at which ones.")
            {
                Value = share.Mean,
                Margin = share.Margin,
                Groups = names,
            };
            yield break;
        }
        yield return new(
            isMissing ? FlagKind.DecayMissing : FlagKind.OtherDecay,
            isMissing
                ? $"Weight decay is missing, though the log says {Text.Number(logged)}"
                : $"The weights decay more than the logged {Text.Number(logged)}",
            $"Norms grew and shrank as with {Text.Percent(Math.Max(0, share.Mean), share.Margin)} of the logged weight decay.",
            isMissing
                ? "Look at the optimizer's parameter groups and at exclusions by name or dimension: these weights do not get the decay "
                    + "that is logged. Without it their norms only grow and their effective rate only falls."
                : "Something shrinks the weights besides the logged decay: an L2 term in the loss, a decoupled decay on top, a norm "
                    + "constraint. Take it out, or log it as weight_decay.")
        {
            Value = share.Mean,
            Margin = share.Margin,
            Groups = names,
        };
    }

    // Where the exact law of single updates holds, to a tenth of what decay does in one, the decay in them is the logged one.
    private static bool HoldsInRows(Evidence evidence, string[] names) => names.All(name =>
    {
        double[] shares = [.. evidence.InPhases(name).SelectMany(phase => Enumerable.Range(0, phase.Steps.Count)
            .Select(row => Math.Abs(phase.Of(phase.Group.Residual)[row]) / (2 * phase.LawAt(row)?.Units ?? double.NaN)))
            .Where(double.IsFinite)];
        return shares.Length >= FewestIntervals && Median(shares) < OfDecay;
    });

    private static bool HasColumns(LogGroup group)
    {
        static bool Has(double[] column) => column.Any(double.IsFinite);
        bool hasGradients = Has(group.GradientSquare) && (group.Momentum.All(momentum => momentum == 0) || Has(group.BufferDot));
        return Has(group.Norm) && (hasGradients || Has(group.Angle)) && Has(group.Rate) && Has(group.Momentum);
    }

    private static string WhyNot(Evidence evidence)
    {
        double[] decays = [.. evidence.LawGroups.SelectMany(group => group.WeightDecay).Where(double.IsFinite)];
        return decays.Length == 0
            ? "anything that needs the weight decay: the log has no weight_decay, and none is assumed, neither 0 nor another; log it"
            : evidence.Log.IsConverted
                ? "decay, mixing units and equilibrium: these weights are trained in an equivalent form, without decay at a rate "
                    + "that takes its part; `etalon forecast` tells them of the recipe"
            : decays.All(decay => decay == 0) ? "the decay that the norms show: the log says that there is none to hold them against"
            : evidence.LawGroups.Any(HasColumns) ? "the decay that the norms show: too few rows between which rate and momentum stand still"
            : "the decay that the norms show: that needs norm/NAME, gradsq/NAME, with momentum also buffer_dot/NAME or angle/NAME, and "
                + "the rate, decay and momentum of each row";
    }
}
