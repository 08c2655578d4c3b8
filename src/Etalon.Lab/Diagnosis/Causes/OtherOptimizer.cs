using Etalon.Lab.Diagnosis.Logs;

namespace Etalon.Lab.Diagnosis;

/// <summary>An optimizer that the log names and that is not SGD: no fault, but other laws hold for it, or none that are known
/// here.</summary>
internal sealed class OtherOptimizer : Cause
{
    public override IEnumerable<Flag> Find(Evidence evidence)
    {
        var log = evidence.Log;
        if (log.Kind == OptimizerKind.Sgd) yield break;
        bool isKnown = log.Kind != OptimizerKind.Other;
        evidence.IsAnotherOptimizer(isKnown && log.Groups.Any(group => group.UpdateSquare.Any(double.IsFinite)));
        if (evidence.HasDirections) yield break;
        evidence.Remarks.Add(
            $"The optimizer is {log.Optimizer}. The laws of norms and angles here are SGD's, so nothing is judged by them; what does not "
            + "depend on the optimizer is.");
        evidence.NotLookedAt.Add(isKnown
            ? $"norms, angles and equilibrium by the laws of {log.Optimizer}: that needs update_sq/NAME, update_dot/NAME, elements/NAME "
                + $"and "
                + "beta2, which `etalon export logger --for pytorch` writes"
            : $"norms, angles and equilibrium: the optimizer is {log.Optimizer}, and those laws are SGD's");
    }
}
