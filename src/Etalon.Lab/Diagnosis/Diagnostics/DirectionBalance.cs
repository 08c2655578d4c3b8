using Etalon.Lab.Diagnosis.Phases;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// D7 of updates of their own size: what updates add to |w|² over what decay takes, which is 1 where norms stand still, exactly and
/// whatever the gradients are.
/// </summary>
internal sealed class DirectionBalance() : GroupDiagnostic("D7", "balance of |w|^2: added over taken", "1 where norms stand still")
{
    protected override Finding Judge(GroupPhase group)
    {
        var balance = new DirectionPhase(group).Balance;
        if (double.IsNaN(balance.Mean)) return Finding(group, "needs update_sq/NAME and update_dot/NAME, and a weight decay");
        return Finding(group, balance.Away(1) <= 1 ? "norms stand still" : balance.Mean > 1 ? "norms grow" : "norms shrink") with
        {
            Value = balance.Mean,
            Margin = balance.Margin,
            Predicted = 1,
            Severity = balance.IsKnown ? balance.Away(1) / Significant : 0,
        };
    }
}
