using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.Diagnosis.Phases;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// D3 of updates of their own size: M, the sum of η λ, and how much of a deviation of |w|² is forgotten, q = 1 - exp(-2 M).
/// </summary>
internal sealed class DirectionUnits() : GroupDiagnostic("D3", "mixing units of the phase, M", "none; |w|^2 forgets as exp(-2 M), or "
    + "slower")
{
    protected override Finding Judge(GroupPhase group) => group.Phase.Log.Kind == OptimizerKind.AdamWithL2
        ? Finding(group, "Adam divides the decay in the gradient by the gradients' size")
        : double.IsNaN(group.Units) ? Finding(group, "rate or weight decay is missing in the log")
        : Finding(group, $"{new DirectionPhase(group).Settled:P0} of what |w|² started with is forgotten") with { Value = group.Units };
}
