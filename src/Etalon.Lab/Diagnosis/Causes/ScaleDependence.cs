using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.Diagnosis.Phases;
using Etalon.Numerics;

namespace Etalon.Lab.Diagnosis;

/// <summary>Weights whose scale the loss depends on: cos(g, w) is not 0. No normalization follows them, or its epsilon is felt.</summary>
/// <remarks>
/// An epsilon of 1e-5 leaves up to 1e-3 in float32, a layer without a normalization 0.1. Tensors whose products cancel, as in a residual
/// stream, are scale-invariant together. A larger epsilon is felt by all layers that a normalization follows, and the more, the smaller
/// their norms: nothing but a lack of any normalization looks like it.
/// </remarks>
internal sealed class ScaleDependence : Cause
{
    // Where the log says that no normalization follows: a later one may hide most of it, and only biases show.
    private const double LargestWithout = 3e-3;

    private const int FewestOfAll = 3;

    public override IEnumerable<Flag> Find(Evidence evidence)
    {
        var shares = evidence.Groups.Select(
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
        string cosine = loose.Count == 1 ? Text.Number(worst, 2) : $"{Text.Number(loose[^1].Cosine, 2)} to {Text.Number(worst, 2)}";
        if (evidence.IsClipped && loose.All(each => CameWithSmallerNorms(each.Group)))
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
        // Batch normalization is known to follow, and still the scale counts; or it counts the more, the smaller the norms.
        if (names.All(name => modules.IsNormalized(name) == true)
            || names.All(name => modules.IsNormalized(name) is null)
            && (IsFeltMoreBySmallerNorms(loose.Select(each => each.Group)) || loose.All(each => CameWithSmallerNorms(each.Group))))
        {
            yield return new(
                FlagKind.FeltEpsilon,
                "The normalizations' epsilon is felt: what they normalize is too small for it",
                $"|cos(g, w)| is {cosine}, where 0 is expected, though a normalization follows: beside so small activations epsilon "
                + $"counts.",
                "Scale the inputs (divide by their standard deviation), or make epsilon smaller, or the weights larger by a smaller "
                + "weight decay. As it is the loss depends on these weights' scale, and no law of norms holds for them.")
            {
                Value = worst,
                Groups = names,
            };
            yield break;
        }
        yield return new(
            FlagKind.NoNormalization,
            loose.Count == shares.Count
                ? "No normalization follows the weights: the loss depends on their scale"
                : "Weights that no normalization follows: the loss depends on their scale",
            $"|cos(g, w)| is {cosine}; with a normalization it is 0, and epsilon leaves up to 0.001.",
            "Let a normalization follow these layers, with no bias between. If they are meant to have none, as a head is, leave them out "
            + "of the log: the laws do not speak about them. `etalon export audit --for pytorch` names such layers in a network.")
        {
            Value = worst,
            Groups = names,
        };
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

    // Scale-invariant to begin with, and no more when the norm had shrunk by a third or more.
    private static bool CameWithSmallerNorms(LogGroup group)
    {
        int[] rows = [.. Enumerable.Range(0, group.Norm.Length)
            .Where(row => double.IsFinite(group.Dot[row] + group.Norm[row]) && group.GradientSquare[row] > 0)];
        if (rows.Length < 2) return false;
        double Cosine(int row) => Math.Abs(group.Dot[row]) / (Math.Sqrt(group.GradientSquare[row]) * group.Norm[row]);
        int early = Math.Max(1, rows.Length / 20);
        return rows.Take(early).All(row => Cosine(row) < RadialCosine.Largest) && group.Norm[rows[^1]] < 0.67 * group.Norm[rows[0]];
    }

    // The share of epsilon in the variance goes with 1/|w|²: over rows where the norm moved by a fifth, the cosine must have moved with it.
    private static bool IsFeltMoreBySmallerNorms(IEnumerable<LogGroup> groups)
    {
        var slopes = new List<double>();
        foreach (var group in groups)
        {
            var rows = Enumerable.Range(0, group.Norm.Length)
                .Where(row => double.IsFinite(group.Dot[row] + group.Norm[row]) && group.GradientSquare[row] > 0)
                .Select(row => (Norm: group.Norm[row],
                Square: Elementary.Pow(group.Dot[row] / group.Norm[row], 2) / group.GradientSquare[row])).OrderBy(row => row.Norm).ToList();
            int part = rows.Count / 3;
            if (part < 5 || rows[^(part / 2 + 1)].Norm < 1.2 * rows[part / 2].Norm) continue;
            double small = rows.Take(part).Average(row => row.Square), large = rows.TakeLast(part).Average(row => row.Square);
            slopes.Add(
                Elementary.Log(large / small)
                    / Elementary.Log(rows.TakeLast(part).Average(row => row.Norm) / rows.Take(part).Average(row => row.Norm)));
        }
        // cos² goes with |w|^-4.
        return slopes.Count >= FewestOfAll && Median(slopes) is > -6 and < -2;
    }
}
