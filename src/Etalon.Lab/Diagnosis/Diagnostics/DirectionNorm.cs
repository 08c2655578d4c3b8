using Etalon.Lab.Diagnosis.Phases;
using Etalon.Numerics;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// D5 of updates of their own size: |w|² over its equilibrium value, of AdamW η C/(2 λ) for C weights, by numbers alone. On networks it is
/// good to 10 % in |w| for AdamW, and to 20 % for Lion.
/// </summary>
internal sealed class DirectionNorm() : GroupDiagnostic("D5", "|w|^2 over equilibrium, r", "1 at equilibrium")
{
    // In networks the law's own error is up to 1.16 in |w|.
    private const double Most = 1.33;

    protected override Finding Judge(GroupPhase group)
    {
        var phase = new DirectionPhase(group);
        if (!phase.HasNorm)
            return Finding(group, phase.WithoutEquilibrium ?? "of Muon's norms there is no law without its singular values");
        var ratio = phase.Square;
        if (!ratio.IsKnown) return Finding(group, WithoutEstimate(group, group.Group.Norm, "norm/NAME", phase.Memory));
        return Finding(group,
            $"|w| = {Text.Number(phase.Equilibrium!.Norm * Math.Sqrt(ratio.Mean), 4)}, at equilibrium "
            + $"{Text.Number(phase.Equilibrium.Norm, 4)}") with
        {
            Value = ratio.Mean,
            Margin = ratio.Margin,
            Predicted = 1,
            Severity = Math.Min(Math.Abs(Elementary.Log(ratio.Mean)) / Elementary.Log(Most), ratio.Away(1) / Significant),
        };
    }
}
