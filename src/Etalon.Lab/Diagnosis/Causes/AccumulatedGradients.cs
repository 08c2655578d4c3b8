using Etalon.Lab.Diagnosis.Logs;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// Gradients that are never set to zero: each is the sum over all updates so far, so it is nearly the one before, and points away from the
/// weights, which moved against it.
/// </summary>
/// <remarks>
/// A buffer of nearly constant gradients is g/(1 - μ): (1 - μ) v.g/|g|² is 0.8 to 0.95 in networks whose gradients accumulate, and below
/// 0.1 in all others, of which cos(g, w) is never below -0.2 in the median; where gradients accumulate it is -0.6 to -1.
/// </remarks>
internal sealed class AccumulatedGradients : Cause
{
    private const double Constant = 0.5, Against = -0.3, AgainstAlone = -0.5;
    private const int FewestRows = 3;

    public override IEnumerable<Flag> Find(Evidence evidence)
    {
        var asked = evidence.Groups.Select(group => (group.Name, Median: Measure(group))).Where(each => each.Median is not null)
            .Select(each => (each.Name, each.Median!.Value.Cosine, each.Median.Value.Kept)).ToList();
        if (asked.Count == 0) yield break;
        var summed = asked.Where(each => each.Cosine < AgainstAlone || each.Cosine < Against && each.Kept > Constant).ToList();
        if (summed.Count <= asked.Count / 2)
        {
            evidence.Checked.Add("gradients that are never set to zero");
            yield break;
        }
        evidence.IsAccumulated = true;
        evidence.SetAside(evidence.Groups.Select(group => group.Name));
        double cosine = Median(summed.Select(each => each.Cosine));
        // Where decay has come to balance the sum the buffer holds nothing.
        double[] kept = [.. summed.Select(each => each.Kept).Where(each => each > Constant)];
        string constancy = kept.Length <= summed.Count / 2
            ? "" : $", and the gradient is nearly the one of the update before: the buffer's product with it is {Median(kept):P0} of "
                + $"what a "
                + $"constant gradient makes";
        yield return new(
            FlagKind.AccumulatedGradients,
            "Gradients add up over updates: they are not set to zero",
            $"The gradient points against the weights, cos(g, w) = {Text.Number(cosine, 2)} in the middle{constancy}. Where gradients are "
            + $"those of single batches {(constancy.Length > 0 ? "both are" : "it is")} about 0.",
            "Call optimizer.zero_grad() once per update, before backward(). As it is an update goes along the sum of all gradients so far.")
        {
            Value = cosine,
            Groups = [.. summed.Select(each => each.Name)],
        };
    }

    // The median of cos(g, w), and of (1 - μ) v.g/|g|², NaN where there is no momentum; null where too little is known.
    private static (double Cosine, double Kept)? Measure(LogGroup group)
    {
        var (cosines, kept) = (new List<double>(), new List<double>());
        for (int row = 0; row < group.Norm.Length; row++)
        {
            double square = group.GradientSquare[row], cosine = group.Dot[row] / (Math.Sqrt(square) * group.Norm[row]);
            if (!double.IsFinite(cosine)) continue;
            cosines.Add(cosine);
            if (group.Momentum[row] > 0 && (1 - group.Momentum[row]) * group.BufferDot[row] / square is var share && double.IsFinite(share))
                kept.Add(share);
        }
        return cosines.Count < FewestRows ? null : (Median(cosines), kept.Count < FewestRows ? double.NaN : Median(kept));
    }
}
