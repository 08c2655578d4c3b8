using Etalon.Lab.Diagnosis.Phases;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// D1: the intrinsic rate eta lambda, and the mixing units of an update. Li, Lyu and Arora 2020; the bound: Wan et al. 2021, assumption 5.
/// </summary>
internal sealed class IntrinsicRate() : GroupDiagnostic("D1", "mixing units of an update, L", "rate x decay below (1 - sqrt mu)^2")
{
    // Above it the discrete laws differ from the continuous ones by more than a percent.
    private const double Large = 1e-2;

    protected override Finding Judge(GroupPhase group)
    {
        if (group.Law is not { Update: var update })
            return Finding(group, "rate, weight decay or momentum is missing in the log, or the rate is 0");
        double share = update.IntrinsicRate / update.LargestIntrinsicRate;
        return Finding(group, update.Oscillates
            ? $"eta lambda = {Text.Number(update.IntrinsicRate)} is above {Text.Number(update.LargestIntrinsicRate)}: the norm oscillates"
            : update.IntrinsicRate > Large
            ? $"eta lambda = {Text.Number(update.IntrinsicRate)}: so large that updates are no small steps any more"
            : $"eta lambda = {Text.Number(update.IntrinsicRate)}")
            with
        {
            Value = update.UnitsPerStep,
            Severity = share,
        };
    }
}
