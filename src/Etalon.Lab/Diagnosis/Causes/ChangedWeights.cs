using Etalon.Lab.Diagnosis.Phases;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// Weights that are not where the optimizer's own update leaves them: the residual of the exact law of |w|² is not rounding.
/// </summary>
/// <remarks>
/// The residual is a hundred-millionth in float32 with sums in float64, a millionth with float32 sums, more where norms were written with
/// few digits. What is of one sign is told by its mean, from a twentieth of the decay's own share on, or of what an update adds to |w|².
/// </remarks>
internal sealed class ChangedWeights : Cause
{
    private const double Largest = 1e-4, Rounding = 1e-6, Share = 0.05, Doubt = 2;

    public override IEnumerable<Flag> Find(Evidence evidence)
    {
        // The residual is that of the logged rule.
        if (!evidence.IsSgd && !evidence.HasDirections) yield break;
        var residuals = evidence.Groups.Where(
            group => evidence.HasLaw(group.Name) || evidence.HasDirection(group.Name) || !evidence.IsInvariant(group.Name))
            .Select(group => Measure(evidence, group.Name)).Where(each => each.Known > 0).ToList();
        if (residuals.Count == 0)
        {
            if (evidence.LawGroups.Count > 0)
                evidence.NotLookedAt.Add(
                    "whether something besides the optimizer changes the weights: that needs residual/NAME, or without momentum "
                    + "gradsq/NAME in rows of consecutive updates");
            yield break;
        }
        var broken = residuals.Where(each => each.IsBroken).ToList();
        if (broken.Count == 0)
        {
            evidence.Checked.Add("weights that something besides the optimizer changes");
            yield break;
        }
        string[] names = [.. broken.Select(each => each.Group)];
        evidence.Distrust(names);
        var shrinking = broken.Where(each => each.OverDecay.IsKnown).OrderBy(each => each.OverDecay.Mean).ToList();
        bool isDecay = shrinking.Count > 0 && shrinking.Count >= broken.Count / 2.0;
        var middle = isDecay ? shrinking[shrinking.Count / 2].OverDecay : PhaseEstimate.None;
        double worst = broken.Max(each => each.Size);
        yield return new(
            FlagKind.ChangedWeights,
            isDecay && middle.Mean > 0
                ? "Something shrinks the weights besides the optimizer" : "Something changes the weights besides the optimizer",
            isDecay
                ? $"After an update |w|² is not what the optimizer's rule makes of it: "
                    + $"{(middle.Mean > 0 ? "it shrinks as by a further" : "it grows, as by a negative decay of")} "
                    + $"{Text.WithMargin(Math.Abs(middle.Mean), middle.Margin)} of the weight decay."
                : $"After an update |w|² differs by {Text.Number(worst, 2)} of itself from what the optimizer's rule makes of it; "
                    + $"rounding leaves less than 1e-6.",
            isDecay && middle.Mean > 0
                ? "Look for a second decay: a loop that multiplies the weights, a decoupled decay beside the optimizer's, a norm "
                    + "constraint. Take one of the two out."
                : "Look for what else touches the weights between two updates: averaged weights swapped in, a projection, a clip of "
                    + "weights, a clip of the gradients after they were logged, weights loaded from a file.")
        {
            Value = isDecay ? middle.Mean : worst,
            Margin = middle.Margin,
            Groups = names,
        };
    }

    private static Residuals Measure(Evidence evidence, string group)
    {
        var (all, shares, sizes, steps) = (new List<double>(), new List<double>(), new List<double>(), new List<long>());
        foreach (var phase in evidence.InPhases(group))
            for (int row = 0; row < phase.Steps.Count; row++)
            {
                double residual = ExactLaw.At(phase, row), units = phase.LawAt(row)?.Units ?? 0;
                if (!double.IsFinite(residual)) continue;
                all.Add(residual);
                steps.Add(phase.Steps[row]);
                shares.Add(units > 0 ? 2 * units : double.NaN);
                double angle = phase.Of(phase.Group.Angle)[row];
                sizes.Add(double.IsFinite(angle) ? angle * angle : double.NaN);
            }
        if (all.Count == 0) return new(group, 0, 0, false, PhaseEstimate.None);
        double size = Math.Sqrt(all.Average(residual => residual * residual));
        var mean = PhaseEstimate.Of(all, steps, 1);
        double own = Math.Min(MeanOf(shares), MeanOf(sizes)), limit = Math.Max(Rounding, Share * (double.IsFinite(own) ? own : 0));
        bool isOneSided = Math.Abs(mean.Mean) > limit && mean.Away(0) > Doubt;
        var over = isOneSided ? PhaseEstimate.Ratio([.. all.Select(residual => -residual)], shares, steps, 1) : PhaseEstimate.None;
        // A decay is the same share of the logged one whatever the rate is; anything else scatters.
        return new(group, all.Count, size, size > Largest || isOneSided,
            over.IsKnown && over.Away(0) > Doubt * Doubt ? over : PhaseEstimate.None);
    }

    private static double MeanOf(IEnumerable<double> values) =>
        values.Where(double.IsFinite).DefaultIfEmpty(double.PositiveInfinity).Average();

    private sealed record Residuals(string Group, int Known, double Size, bool IsBroken, PhaseEstimate OverDecay);
}
