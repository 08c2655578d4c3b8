using Etalon.Lab.Diagnosis.Logs;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// Gradients cut to one norm before the optimizer got them: rows in which |g| is the largest of all to a hundredth of a percent.
/// </summary>
/// <remarks>
/// Gradients of batches never agree so far: with the scatter of a tenth that the quietest have, one in a thousand does. Torch's clip adds
/// 1e-6 to the norm that it divides by. Asked of the gradient of all parameters, and of each group. A clip of the whole leaves the groups
/// their scatter; where most groups are cut themselves each tensor has a clip of its own, and the whole is cut at the root of the sum of
/// their squares without that being anybody's limit. A clip that cuts a few rows of a hundred cuts outliers, as clips are meant to.
/// </remarks>
internal sealed class ClippedGradients : Cause
{
    private const double Same = 1e-4, Ordinary = 0.1, Seen = 0.02, OneBound = 1e-3;
    private const int FewestRows = 3;

    public override IEnumerable<Flag> Find(Evidence evidence)
    {
        // Sums of gradients that settle have one norm without a clip, and small tensors whose elements are all cut have one too.
        if (evidence.IsAccumulated || evidence.IsClipped) return [];
        var everything = evidence.Log.Groups.FirstOrDefault(group => group.Name == LogGroup.Everything);
        var cuts = evidence.Groups.Select(group => (group.Name, Cut: Of(group))).Where(each => each.Cut.Share >= Seen).ToList();
        var whole = everything is null ? default : Of(everything);
        if (whole.Share < Seen && cuts.Count == 0)
        {
            if (evidence.Log.Groups.Any(group => group.GradientSquare.Count(double.IsFinite) >= FewestRows))
                evidence.Checked.Add("clipped gradients");
            return [];
        }
        // One group of one is cut by either clip, and then the whole is what a loop usually cuts.
        bool isEach = cuts.Count > 1 && cuts.Count > evidence.Groups.Count / 2 || whole.Share < Seen;
        return isEach ? OfEach(evidence, cuts) : OfAll(evidence, whole);
    }

    private static IEnumerable<Flag> OfAll(Evidence evidence, Cut cut)
    {
        if (cut.Share < Ordinary)
        {
            evidence.Remarks.Add(
                $"A clip at {Text.Number(cut.Norm)} cuts {cut.Share:P0} of the gradients, the largest ones; the laws hold with it.");
            yield break;
        }
        if (!evidence.IsSgd)
        {
            evidence.Remarks.Add(
                $"Gradients are cut to a norm of {Text.Number(cut.Norm)} in {cut.Share:P0} of the rows. An update of "
                    + $"{evidence.Log.Optimizer} "
                + "has a size of its own, so that makes it no smaller: it gives all batches one weight.");
            yield break;
        }
        evidence.IsClipped = true;
        yield return new(
            FlagKind.ClippedGradients,
            $"A clip sets the size of the updates: gradients are cut to a norm of {Text.Number(cut.Norm)}",
            $"In {cut.Rows:#,0} of {cut.Of:#,0} rows |g|, of the gradient of all parameters, is one and the same "
                + $"{Text.Number(cut.Norm, 4)}; "
            + "norms of different batches never agree to four digits.",
            "Take the clip out, or raise it until it cuts outliers only. A norm that is always cut makes the rate the length of a step, "
            + "and weight decay alone then decides how fast the weights turn.")
        {
            Value = cut.Share,
        };
    }

    private static IEnumerable<Flag> OfEach(Evidence evidence, List<(string Name, Cut Cut)> cuts)
    {
        double least = cuts.Min(each => each.Cut.Norm), most = cuts.Max(each => each.Cut.Norm), share = cuts.Max(each => each.Cut.Share);
        string bound = most - least <= OneBound * most ? Text.Number(most) : Text.Range(least, most);
        string[] names = [.. cuts.Select(each => each.Name)];
        if (share < Ordinary || !evidence.IsSgd)
        {
            evidence.Remarks.Add(
                $"A clip of {(cuts.Count > 1 ? "each tensor" : names[0])} at {bound} cuts {share:P0} of the gradients, the largest ones; "
                + $"the laws hold with it.");
            yield break;
        }
        evidence.IsClipped = true;
        var worst = cuts.MaxBy(each => each.Cut.Share);
        yield return new(
            FlagKind.ClippedGradients,
            cuts.Count > 1
                ? $"A clip of each tensor by itself sets the size of the updates: gradients are cut to a norm of {bound}"
                : $"A clip of one tensor sets the size of its updates: the gradients of {names[0]} are cut to a norm of {bound}",
            $"In {worst.Cut.Rows:#,0} of {worst.Cut.Of:#,0} rows |g| of {worst.Name} is one and the same {Text.Number(worst.Cut.Norm, 4)}"
            + $"{(cuts.Count > 1 ? $", and so it is in {Text.Count(cuts.Count - 1, "other group")}" : "")}; norms of different batches "
            + $"never "
            + "agree to four digits.",
            $"Take the clip out, or raise it until it cuts outliers only. {(cuts.Count > 1
                ? "Cut tensor by tensor, all gradients become equally long, which turns small tensors faster than large ones; to keep the "
                    + "gradient's direction call clip_grad_norm_ once, with all parameters."
                : "A norm that is always cut makes the rate the length of a step.")}")
        {
            Value = share,
            Groups = names,
        };
    }

    private static double[] Norms(double[] squares) =>
        [.. squares.Where(square => double.IsFinite(square) && square > 0).Select(Math.Sqrt)];

    private static Cut Of(LogGroup group)
    {
        double[] norms = Norms(group.GradientSquare), between = Norms(group.MostGradientSquare);
        if (norms.Length == 0) return default;
        double largest = Math.Max(norms.Max(), between.DefaultIfEmpty(0).Max());
        int same = norms.Count(norm => norm >= largest * (1 - Same)), all = same + between.Count(norm => norm >= largest * (1 - Same));
        return all < FewestRows ? default : new((double)same / norms.Length, same, norms.Length, largest);
    }

    // The share of rows that are cut, how many they are, of how many, and the norm to which.
    private readonly record struct Cut(double Share, int Rows, int Of, double Norm);
}
