using Etalon.Lab.Diagnosis.Phases;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// D11: |grad L|^2 over Tr Sigma. The stochastic differential equation has only the noise in its norm law and is off by this share of
/// |w|^4; Etalon's formulas take both. Li, Malladi and Arora 2021.
/// </summary>
internal sealed class SdeValidity() : GroupDiagnostic("D11", "|grad L|^2 over Tr Sigma",
    "0.2: beyond, the SDE's |w|^4 is off by more than 20 %")
{
    private const double Largest = 0.2;

    protected override Finding Judge(GroupPhase group)
    {
        var (signal, noise) = (group.InWindow(group.Of(group.Group.Signal), 1).Mean, group.InWindow(group.Of(group.Group.Noise), 1).Mean);
        if (double.IsNaN(signal) || !(noise > 0))
            return Finding(group, "needs signal/NAME and noise/NAME: gradients of two batches at the same weights");
        double ratio = Math.Max(0, signal / noise);
        return Finding(group,
            ratio > Largest
                ? "signal counts: the SDE misses it, the formulas used here do not" : "noise dominates: SGD is near its SDE") with
        {
            Value =
                ratio,
            Severity = ratio / Largest
        };
    }
}
