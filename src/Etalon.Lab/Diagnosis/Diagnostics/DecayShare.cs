using Etalon.Lab.Diagnosis.Phases;

namespace Etalon.Lab.Diagnosis;

/// <summary>D5, driven: the decay that the norm's way through the phase shows, over the one that the log says.</summary>
/// <remarks>
/// d|w|²/dt = -2 L |w|² + T² (|g|² + 2 b v.g) holds in and out of equilibrium; with gradients and norms measured L is what remains.
/// </remarks>
internal sealed class DecayShare() : GroupDiagnostic("D5", "decay that the norm shows, over the log's", "1")
{
    private const double Least = 0.5;

    protected override Finding Judge(GroupPhase group)
    {
        if (WithoutLaw(group) is { } reason) return Finding(group, reason);
        var (_, decay, _) = group.Numbers;
        double meant = group.Phase.Log.WeightDecay[group.Phase.EndRow - 1];
        if (meant == 0 && decay == 0) return Finding(group, "no weight decay to look for");
        var share = group.Balance.DecayShare;
        if (decay < Least * meant) return Excluded(group, decay, meant, share);
        if (!share.IsKnown) return Finding(group, "needs angle/NAME, or gradsq/NAME and with momentum buffer_dot/NAME");
        return Finding(group,
            $"the norm grew and shrank as with a weight decay of {Text.Number(Math.Max(0, share.Mean) * decay)}; the log says "
            + $"{Text.Number(decay)}") with
        {
            Value = share.Mean,
            Margin = share.Margin,
            Predicted = 1,
            Severity = Math.Min(Math.Abs(share.Mean - 1) / (1 - Least), share.Away(1) / Significant),
        };
    }

    private Finding Excluded(GroupPhase group, double decay, double meant, PhaseEstimate share) =>
        Finding(group,
            $"its weight decay is {Text.Number(decay)} where the run's is "
            + $"{Text.Number(meant)}"
            + (decay == 0 && share.IsKnown ? $"; its norm shows {Text.Number(Math.Max(0, share.Mean) * meant, 2)}" : "")) with
        {
            Value = decay / meant,
            Predicted = 1,
            Severity = (1 - decay / meant) / (1 - Least),
        };
}
