using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.Diagnosis.Phases;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// Weights whose scale the loss depends on: cos(g, w) is not 0. No normalization follows them, or its epsilon is felt, or the log leaves
/// open why.
/// </summary>
/// <remarks>
/// An epsilon of 1e-5 leaves up to 1e-3 in float32, a layer without a normalization 0.1. Tensors whose products cancel, as in a residual
/// stream, are scale-invariant together. Penalties, clips of values and normalizations in eval() make it too, and are looked for before.
/// </remarks>
internal sealed class ScaleDependence : Cause
{
    // Where the log says that no normalization follows: a later one may hide most of it, and only biases show.
    private const double LargestWithout = 3e-3;

    public override IEnumerable<Flag> Find(Evidence evidence)
    {
        var groups = evidence.Groups.Where(group => evidence.IsInvariant(group.Name)).ToList();
        // What an earlier cause says of all of them is not asked again.
        if (groups.Count == 0) yield break;
        var shares = groups.Select(
            group => (Group: group, Cosine: RadialCosine.RootMeanSquare(group.Dot, group.GradientSquare, group.Norm)))
            .Where(each => double.IsFinite(each.Cosine)).ToList();
        if (shares.Count == 0)
        {
            evidence.NotLookedAt.Add("whether the loss depends on the weights' scale: that needs dot/NAME and gradsq/NAME");
            yield break;
        }
        var modules = ModuleList.Of(evidence.Log.Note);
        var loose = shares.Where(
            each => each.Cosine > (modules.IsNormalized(each.Group.Name) == false ? LargestWithout : RadialCosine.Largest))
            .OrderByDescending(each => each.Cosine).ToList();
        if (loose.Count == 0)
        {
            evidence.Checked.Add("weights that no normalization follows");
            yield break;
        }
        if (CancelTogether(evidence))
        {
            evidence.AskTogether(loose.Select(each => each.Group.Name));
            evidence.Remarks.Add(
                $"{GroupNames.Of(loose.Select(each => each.Group.Name), evidence)}: scale-invariant together only, as tensors that feed "
                + $"one sum are; the laws are asked of all weights as one group.");
            yield break;
        }
        evidence.SetAside(loose.Select(each => each.Group.Name));
        string[] names = [.. loose.Select(each => each.Group.Name)];
        double worst = loose[0].Cosine;
        string cosine = Text.Range(loose[^1].Cosine, worst, 2);
        if (evidence.IsClipped && loose.All(each => FeltEpsilon.CameWithSmallerNorms(each.Group)))
        {
            evidence.Remarks.Add(
                $"{GroupNames.Of(names, evidence)}: norms have shrunk so far that the normalizations' epsilon is felt. It follows from "
                + $"the clip, under which decay outweighs the gradients.");
            yield break;
        }
        if (names.All(modules.HasBiasInside))
        {
            yield return new(
                FlagKind.BiasInside,
                "A bias before a normalization over several channels: the loss depends on the weights' scale",
                $"|cos(g, w)| is {cosine}, where 0 is expected. A group or layer normalization takes out the mean of its channels, not "
                + $"the bias of each.",
                "Leave the bias out with bias=False; the normalization has one of its own.")
            {
                Value = worst,
                Groups = names,
            };
            yield break;
        }
        if (names.All(name => modules.IsNormalized(name) != false)
            && FeltEpsilon.In(loose.Select(each => each.Group).ToList(), shares, modules) is { } epsilon)
            yield return (epsilon with { IsCentralityKnown = loose.All(each => each.Group.FilterMeans.Any(double.IsFinite)) })
                .Flag($"|cos(g, w)| is {cosine}, where 0 is expected", names) with
            { Value = worst };
        else if (names.All(name => modules.IsNormalized(name) == true))
            yield return new(
                FlagKind.LostInvariance,
                $"The loss depends on the scale of {(loose.Count == shares.Count ? "the weights" : "some weights")}, though a "
                    + $"normalization follows "
                + "them",
                $"|cos(g, w)| is {cosine}, where 0 is expected; it does not grow as norms shrink, as it would where epsilon is felt, and "
                    + $"g.w has no "
                + "constant sign, as a penalty has.",
                LeftOpen(evidence))
            { Value = worst, Groups = names };
        else
            yield return new(
                FlagKind.NoNormalization,
                names.All(name => modules.IsNormalized(name) is null)
                    ? "The loss depends on the scale of some weights: no normalization follows them, or the log has others than were "
                        + "trained"
                : loose.Count == shares.Count
                    ? "No normalization follows the weights: the loss depends on their scale"
                    : "Weights that no normalization follows: the loss depends on their scale",
                $"|cos(g, w)| is {cosine}; with a normalization it is 0, and epsilon leaves up to 0.001."
                + (names.All(name => modules.IsNormalized(name) is null)
                    ? " The log has no list of modules, and more looks alike: a normalization in eval(), a clip of values, averaged "
                        + "weights logged "
                        + "in the place of those that the gradient is of." : ""),
                "If they are meant to have none, as a head and a transformer's values are, leave them out of the log, since the laws do "
                + "not speak about them: RunLogger(..., weights=[(n, p) for n, p in model.named_parameters() if n in "
                + "report.invariant()]), with the report of `etalon export audit --for pytorch`. Else let a normalization follow these "
                + "layers, with no bias between.")
            { Value = worst, Groups = names };
    }

    // What the numbers leave open, the likeliest first, each with what would tell.
    private static string LeftOpen(Evidence evidence)
    {
        var open = new List<string>();
        if (evidence.Log.NormsInEval.All(double.IsNaN))
            open.Add("normalizations in eval(), or frozen: print model.training in the loop, or log it as norms_in_eval");
        if (evidence.Groups.All(group => group.LargestElement.All(double.IsNaN)))
            open.Add("a clip of values: log the largest |g_i| as gradmax/NAME, which it makes one number");
        if (evidence.Groups.All(group => group.FilterMeans.All(double.IsNaN)))
            open.Add("gradients whose filters' means were taken out, as gradient centralization does: the logger writes gradmean/NAME, "
                + "which is 0 then");
        open.Add("weights that are used in a second place, or something added before the normalization: `etalon export audit --for "
            + "pytorch` tells");
        open.Add("gradients that were changed before the update, by rounding, a mask, or a preconditioner such as Adam's: compare with "
            + "an update "
            + "without it");
        return $"The log leaves open why. Look for {string.Join("; ", open)}. Until it is found no law of norms is asked of these weights.";
    }

    // The products of tensors that feed one sum add up to 0; that of a tensor which is not scale-invariant stays. A tenth is left for what
    // epsilon does.
    private static bool CancelTogether(Evidence evidence)
    {
        if (evidence.Tensors.Count < 2 || evidence.Log.Groups.FirstOrDefault(group => group.Name == LogGroup.Whole) is not { } whole)
            return false;
        var (sum, apart) = (0.0, 0.0);
        for (int row = 0; row < evidence.Log.Steps.Length; row++)
        {
            double together = whole.Dot[row], each = evidence.Tensors.Sum(group => Math.Abs(group.Dot[row]));
            if (!double.IsFinite(together + each)) continue;
            sum += together * together;
            apart += each * each;
        }
        return apart > 0 && sum <= 0.1 * 0.1 * apart;
    }
}
