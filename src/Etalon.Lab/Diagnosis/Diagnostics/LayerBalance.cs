using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.Diagnosis.Phases;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// D18: the largest rho of a tensor over the smallest. SGD at equilibrium turns all layers alike, whatever their gradients. Kosson et al.
/// 2024.
/// </summary>
internal sealed class LayerBalance() : Diagnostic("D18", "largest rho over smallest", "1 at equilibrium")
{
    private const double Largest = 1.5;

    /// <inheritdoc/>
    public override IEnumerable<Finding> Judge(LogPhase phase)
    {
        var turning = phase.Groups
            .Where(group => group.Name != LogGroup.Whole && group.Rotation.IsKnown
            && group.Validity is Validity.Holds or Validity.Unchecked && group.Units >= MixingUnitsOfPhase.Transient)
            .OrderBy(group => group.Rotation.Mean).ToList();
        if (turning.Count < 2)
        {
            yield return Finding(phase, "", "needs angle/NAME of two tensors at equilibrium");
            yield break;
        }
        var (slow, fast) = (turning[0], turning[^1]);
        double ratio = fast.Rotation.Mean / slow.Rotation.Mean;
        yield return Finding(phase, fast.Name, $"{fast.Name} turns fastest, {slow.Name} slowest") with
        {
            Value = ratio,
            Predicted = 1,
            Severity = ratio / Largest,
        };
    }
}
