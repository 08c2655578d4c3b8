using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.Diagnosis.Phases;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// What is worth knowing of a run of AdamW, Adam, Lion or Muon: norms and angles that are not the law's, decay that goes through the
/// gradient, and gradients that grow towards the end, as a decay with a falling rate makes them.
/// </summary>
internal static class DirectionRemarks
{
    // What the laws are off by on networks.
    private const double Off = 1.33;

    // Below it norms have not had the time to settle.
    private const double LeastUnits = 1, MostlySettled = 0.86;

    // From which growth on a rise is told; what the loss may add of its own, 1.15 in a network; how far the rate must have fallen.
    private const double Rise = 1.15, OfTheLoss = 1.33, Fallen = 0.5, Highest = 0.95;

    // Of the rows, the part whose mean stands for the end.
    private const double Part = 0.05;

    private const int FewestRows = 40, FewestInPart = 3;

    public static void AddTo(Evidence evidence)
    {
        if (evidence.Log.Kind == OptimizerKind.AdamWithL2 && evidence.Log.WeightDecay.Any(decay => decay > 0))
            evidence.Remarks.Add(
                "The weight decay of Adam is in the gradient, and is divided by the gradients' size with it: layers turn at different "
                + "speeds, and rate times decay is no measure of time. AdamW decays all alike.");
        if (evidence.Groups.SelectMany(group => group.WeightDecay).Where(double.IsFinite).DefaultIfEmpty(1).All(decay => decay == 0))
            evidence.Remarks.Add(
                "Weight decay is 0 in every row: these norms only grow, and the effective rate falls as 1/sqrt(t) by itself. If decay was "
                + "meant, set the optimizer's weight_decay, such as 0.1.");
        Equilibrium(evidence);
        if (Growth(evidence) is { } growth) evidence.Remarks.Add(growth);
    }

    private static void Equilibrium(Evidence evidence)
    {
        foreach (var phase in evidence.Phases)
        {
            var asked = evidence.DirectionGroups.Select(group => phase.Groups.First(each => each.Name == group.Name))
                .Where(group => group.Units >= LeastUnits).Select(group => new DirectionPhase(group))
                .Where(each => each.Settled >= MostlySettled).ToList();
            List<DirectionPhase> unlike = [];
            foreach (var (what, of) in (ReadOnlySpan<(string, Func<DirectionPhase, PhaseEstimate>)>)
                [("|w|", each => each.Square.ToThe(0.5)), ("the angle of an update", each => each.Rotation)])
            {
                var known = asked.Select(of).Where(each => each.IsKnown).OrderBy(each => each.Mean).ToList();
                var off = known.Where(each => (each.Mean > Off || each.Mean < 1 / Off) && each.Away(1) > 2).ToList();
                if (off.Count == 0 || off.Count <= known.Count / 2) continue;
                var middle = off[off.Count / 2];
                unlike.AddRange(asked.Where(each => of(each) == middle));
                evidence.Remarks.Add(
                    $"In phase {phase.Number} {what} is {Text.WithMargin(middle.Mean, middle.Margin)} times what {evidence.Log.Optimizer} "
                    + $"settles at with these numbers, in {off.Count} of {Text.Count(known.Count, "group")}. The law takes gradients of "
                    + $"single "
                    + "batches to be noise; it is off where they agree from batch to batch, or where a few weights have most of them.");
            }
            if (unlike.Select(each => each.Agreement).FirstOrDefault(of => of.Added > 0 && of.Size > 0) is { Added: > 0 } agreement)
                evidence.Remarks.Add(
                    $"In phase {phase.Number} |U|^2 is {Text.Number(agreement.Size)} of what it is with gradients of noise, and what "
                    + $"updates add to |w|^2 is {Text.Number(agreement.Added)} of it. With these two the law gives "
                    + $"{Text.Number(Math.Sqrt(agreement.Added))} times that |w| and "
                    + $"{Text.Number(Math.Sqrt(agreement.Size / agreement.Added))} times that angle.");
        }
    }

    /// <summary>The sentence about gradients at the end; null where they do not rise, or too little is known.</summary>
    /// <remarks>Behind a normalization |g| goes as 1/|w|, and |w| falls with the rate: Defazio 2025.</remarks>
    public static string? Growth(Evidence evidence)
    {
        var log = evidence.Log;
        double last = log.Rate.LastOrDefault(double.IsFinite, double.NaN);
        if (log.Steps.Length < FewestRows || !(last < Fallen * log.Rate.Where(double.IsFinite).DefaultIfEmpty(0).Max())) return null;
        int part = Math.Max(FewestInPart, (int)(Part * log.Steps.Length));
        double most = log.Rate.Where(double.IsFinite).Max();
        int top = Math.Max(0, Math.Min(Array.FindLastIndex(log.Rate, rate => rate >= Highest * most), log.Steps.Length - part) - part + 1);
        var grown = evidence.DirectionGroups.Select(group => (Group: group, Of: Grown(group, part, top)))
            .Where(each => each.Of.Gradient > Rise && double.IsFinite(each.Of.Norm)).OrderBy(each => each.Of.Gradient).ToList();
        if (grown.Count == 0 || grown.Count <= evidence.DirectionGroups.Count / 2) return null;
        var (middle, (gradient, norm)) = grown[grown.Count / 2];
        string law = DirectionWay.Of(log, middle) is { } way
            ? $"; {Text.Number(way.NormAt(log.Steps[top]) / way.NormAt(log.Steps[^1]), 3)} by the law of {log.Optimizer}" : "";
        string begin = $"Gradients are {Text.Number(gradient)} times as large at the end as at update {log.Steps[top]:#,0}, where the rate "
            + $"began to fall. Behind a normalization they go as 1/|w|, and |w| fell by a factor of {Text.Number(norm)} as the rate "
            + $"fell{law}.";
        return gradient <= OfTheLoss * norm
            ? $"{begin} That is expected, and no fault: a decay that falls with the rate, as AdamC's, would take it away."
            : $"{begin} The rest, a factor of {Text.Number(gradient / norm, 2)}, is more than the law: it is the loss's own, so look at "
                + "the batches and the labels of the end, or for a loss that becomes sharp.";
    }

    // By what |g| grew and |w| fell, from where the rate began to fall to the end.
    private static (double Gradient, double Norm) Grown(LogGroup group, int part, int top)
    {
        int end = group.Norm.Length - part;
        double Mean(double[] values, int from) =>
            values.Skip(from).Take(part).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();
        return (Math.Sqrt(Mean(group.GradientSquare, end) / Mean(group.GradientSquare, top)),
            Mean(group.Norm, top) / Mean(group.Norm, end));
    }
}
