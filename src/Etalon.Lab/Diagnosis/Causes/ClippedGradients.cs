using Etalon.Lab.Diagnosis.Logs;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// Gradients cut to one norm before the optimizer got them: rows in which |g| is the largest of all to a hundredth of a percent.
/// </summary>
/// <remarks>
/// Gradients of batches never agree so far: with the scatter of a tenth that the quietest have, one in a thousand does. Torch's clip adds
/// 1e-6 to the norm that it divides by. Asked of the gradient of all parameters, and of each group, which a clip of its own may cut. A clip
/// that cuts a few rows of a hundred cuts outliers, as clips are meant to.
/// </remarks>
internal sealed class ClippedGradients : Cause
{
    private const double Same = 1e-4, Ordinary = 0.1, Seen = 0.02;
    private const int FewestRows = 3;

    public override IEnumerable<Flag> Find(Evidence evidence)
    {
        var everything = evidence.Log.Groups.FirstOrDefault(group => group.Name == LogGroup.Everything);
        var cuts = evidence.Groups.Select(group => (group.Name, Cut: Of(group))).Where(each => each.Cut.Share >= Seen).ToList();
        var whole = everything is null ? default : Of(everything);
        if (whole.Share < Seen && cuts.Count == 0)
        {
            if (evidence.Log.Groups.Any(group => group.GradientSquare.Count(double.IsFinite) >= FewestRows))
                evidence.Checked.Add("clipped gradients");
            return [];
        }
        return whole.Share >= Seen
            ? Told(evidence, whole, [], "the gradient of all parameters")
            : Told(evidence, cuts.MaxBy(each => each.Cut.Share).Cut, [.. cuts.Select(each => each.Name)], "a group's gradient");
    }

    private static IEnumerable<Flag> Told(Evidence evidence, (double Share, int Rows, int Of, double Norm) cut, string[] groups,
        string whose)
    {
        if (cut.Share < Ordinary)
        {
            evidence.Remarks.Add(
                $"A clip at {Text.Number(cut.Norm)} cuts {cut.Share:P0} of the gradients, the largest ones; the laws hold with it.");
            yield break;
        }
        evidence.IsClipped = true;
        yield return new(
            FlagKind.ClippedGradients,
            $"A clip sets the size of the updates: gradients are cut to a norm of {Text.Number(cut.Norm)}",
            $"In {cut.Rows:#,0} of {cut.Of:#,0} rows |g|, of {whose}, is one and the same {Text.Number(cut.Norm, 4)}; norms of different "
            + $"batches never agree to four digits.",
            "Take the clip out, or raise it until it cuts outliers only. A norm that is always cut makes the rate the length of a step, "
            + "and weight decay alone then decides how fast the weights turn.")
        {
            Value = cut.Share,
            Groups = groups,
        };
    }

    private static double[] Norms(double[] squares) =>
        [.. squares.Where(square => double.IsFinite(square) && square > 0).Select(Math.Sqrt)];

    private static (double Share, int Rows, int Of, double Norm) Of(LogGroup group)
    {
        double[] norms = Norms(group.GradientSquare), between = Norms(group.MostGradientSquare);
        if (norms.Length == 0) return default;
        double largest = Math.Max(norms.Max(), between.DefaultIfEmpty(0).Max());
        int same = norms.Count(norm => norm >= largest * (1 - Same)), all = same + between.Count(norm => norm >= largest * (1 - Same));
        return all < FewestRows ? default : ((double)same / norms.Length, same, norms.Length, largest);
    }
}
