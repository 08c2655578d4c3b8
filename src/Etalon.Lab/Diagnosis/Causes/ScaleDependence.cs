using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.Diagnosis.Measurements;

namespace Etalon.Lab.Diagnosis.Causes;

/// <summary>Weights whose scale the loss depends on: cos(g, w) is not 0. No normalization follows them, or its epsilon is felt.</summary>
/// <remarks>
/// An epsilon of 1e-5 leaves up to 1e-3 in float32, a layer without a normalization 0.1. Tensors whose products cancel, as in a residual stream, are scale-invariant together. A larger epsilon is
/// felt by all layers that a normalization follows, and the more, the smaller their norms: nothing but a lack of any normalization looks like it.
/// </remarks>
internal sealed class ScaleDependence : Cause
{
    // Of all tensors: so many at once have no normalization missing one by one.
    private const double NearlyAll = 0.8;

    private const int FewestOfAll = 3;

    public override IEnumerable<Flag> Find(Evidence evidence)
    {
        var shares = evidence.Groups.Select(group => (Group: group, Cosine: RadialCosine.RootMeanSquare(group.Dot, group.GradientSquare, group.Norm))).Where(each => double.IsFinite(each.Cosine)).ToList();
        if (shares.Count == 0)
        {
            evidence.NotLookedAt.Add("whether the loss depends on the weights' scale: that needs dot/NAME and gradsq/NAME");
            yield break;
        }
        var loose = shares.Where(each => each.Cosine > RadialCosine.Largest).OrderByDescending(each => each.Cosine).ToList();
        if (loose.Count == 0)
        {
            evidence.Checked.Add("weights that no normalization follows");
            yield break;
        }
        if (CancelTogether(evidence))
        {
            evidence.AskTogether(loose.Select(each => each.Group.Name));
            evidence.Remarks.Add($"{GroupNames.Of(loose.Select(each => each.Group.Name), evidence)}: scale-invariant together only, as tensors that feed one sum are; the laws are asked of all weights as one group.");
            yield break;
        }
        evidence.SetAside(loose.Select(each => each.Group.Name));
        string[] names = [.. loose.Select(each => each.Group.Name)];
        double worst = loose[0].Cosine;
        var modules = ModuleList.Of(evidence.Log.Note);
        if (evidence.IsClipped && loose.All(each => CameWithSmallerNorms(each.Group)))
        {
            evidence.Remarks.Add($"{GroupNames.Of(names, evidence)}: norms have shrunk so far that the normalizations' epsilon is felt. It follows from the clip, under which decay outweighs the gradients.");
            yield break;
        }
        if (loose.Count >= Math.Max(FewestOfAll, NearlyAll * shares.Count) && modules.LargestEpsilon is not (null or <= ModuleList.UsualEpsilon) || IsFeltMoreBySmallerNorms(loose.Select(each => each.Group)) || loose.All(each => CameWithSmallerNorms(each.Group)))
        {
            yield return new(
                FlagKind.FeltEpsilon,
                modules.LargestEpsilon is { } epsilon ? $"The normalizations' epsilon of {Text.Number(epsilon)} is felt" : "The normalizations' epsilon is felt",
                $"|cos(g, w)| is {Text.Number(loose[^1].Cosine, 2)} to {Text.Number(worst, 2)} where 0 is expected, and it is larger where norms are smaller: against so small activations epsilon counts.",
                "Make epsilon smaller (1e-5 is usual), or the weights larger: a smaller weight decay, or a larger start. As it is the loss depends on the weights' scale, and no law of norms holds.")
            {
                Value = worst,
                Groups = names,
            };
            yield break;
        }
        yield return new(
            FlagKind.NoNormalization,
            loose.Count == shares.Count ? "No normalization follows the weights: the loss depends on their scale" : "Weights that no normalization follows: the loss depends on their scale",
            $"|cos(g, w)| is {(loose.Count == 1 ? Text.Number(worst, 2) : $"{Text.Number(loose[^1].Cosine, 2)} to {Text.Number(worst, 2)}")}; with a normalization it is 0, and epsilon leaves up to 0.001.",
            "Let a normalization follow these layers, with no bias between. If they are meant to have none, as a head is, leave them out of the log: the laws do not speak about them. `etalon export audit --for pytorch` names such layers in a network.")
        {
            Value = worst,
            Groups = names,
        };
    }

    // The products of tensors that feed one sum add up to 0; that of a tensor which is not scale-invariant stays. A tenth is left for what epsilon does.
    private static bool CancelTogether(Evidence evidence)
    {
        if (evidence.Tensors.Count < 2 || evidence.Log.Groups.FirstOrDefault(group => group.Name == LogGroup.Whole) is not { } whole) return false;
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
        int[] rows = [.. Enumerable.Range(0, group.Norm.Length).Where(row => double.IsFinite(group.Dot[row] + group.Norm[row]) && group.GradientSquare[row] > 0)];
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
            var rows = Enumerable.Range(0, group.Norm.Length).Where(row => double.IsFinite(group.Dot[row] + group.Norm[row]) && group.GradientSquare[row] > 0)
                .Select(row => (Norm: group.Norm[row], Square: Math.Pow(group.Dot[row] / group.Norm[row], 2) / group.GradientSquare[row])).OrderBy(row => row.Norm).ToList();
            int part = rows.Count / 3;
            if (part < 5 || rows[^(part / 2 + 1)].Norm < 1.2 * rows[part / 2].Norm) continue;
            double small = rows.Take(part).Average(row => row.Square), large = rows.TakeLast(part).Average(row => row.Square);
            slopes.Add(Math.Log(large / small) / Math.Log(rows.TakeLast(part).Average(row => row.Norm) / rows.Take(part).Average(row => row.Norm)));
        }
        // cos² goes with |w|^-4.
        return slopes.Count >= FewestOfAll && Median(slopes) is > -6 and < -2;
    }
}
