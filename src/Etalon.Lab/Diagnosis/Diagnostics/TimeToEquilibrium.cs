using Etalon.Lab.Diagnosis.Phases;

namespace Etalon.Lab.Diagnosis;

/// <summary>D2: the updates of a mixing unit, 1/L. Li, Lyu and Arora 2020.</summary>
internal sealed class TimeToEquilibrium() : GroupDiagnostic("D2", "updates of a mixing unit, 1/L", "the phase's length, by D3")
{
    protected override Finding Judge(GroupPhase group)
    {
        if (group.Law is not { } law) return Finding(group, "rate, weight decay or momentum is missing in the log, or the rate is 0");
        if (law.Units == 0) return Finding(group, "no weight decay: never");
        double steps = 1 / law.Units, length = group.Phase.End - group.Phase.Begin;
        return Finding(
            group,
            $"the norm forgets its past in {Text.Number(steps / 4)} updates, the network's function in some "
            + $"{Text.Number(steps)}; the phase has {length:N0}")
            with
        { Value = steps, Severity = steps / length };
    }
}
