using Etalon.Lab.Diagnosis.Phases;
using Etalon.Schedules.Dynamics;

namespace Etalon.Lab.Diagnosis;

/// <summary>D3: the mixing units of a phase, M, and how much of its start it has forgotten, q = 1 - exp(-4 M).</summary>
/// <remarks>
/// Below 0.5 (q = 0.86) the start still decides; two wells and networks agreed in function from 3 on. A short phase that begins at its
/// equilibrium, as one that goes on with the numbers before, lacks nothing.
/// </remarks>
internal sealed class MixingUnitsOfPhase() : GroupDiagnostic("D3", "mixing units of the phase, M", "none; 0.5 forgets 86 % of its start")
{
    /// <summary>Below it a phase is a transient only.</summary>
    public const double Transient = 0.5;

    private const double Equilibrated = 3;

    protected override Finding Judge(GroupPhase group)
    {
        if (double.IsNaN(group.Units)) return Finding(group, "rate, weight decay or momentum is missing in the log");
        double forgotten = MixingUnits.Equilibrated(group.Units);
        bool isAtEquilibrium = group.Gap is { IsKnown: true, Mean: var gap } && Math.Abs(gap - 1) <= NormGap.Tolerance;
        bool isShort = group.Units is > 0 and < Transient && group.Phase.IsConstant
            && group.Validity is Validity.Holds or Validity.Unchecked && !isAtEquilibrium;
        string words = group.Units >= Equilibrated ? "equilibrated"
            : group.Units >= Transient ? "partly equilibrated"
            : isAtEquilibrium ? "short, and at its equilibrium all the same"
            : "a transient only";
        return Finding(group, $"{words}: {forgotten:P0} of what it started with is forgotten") with
        {
            Value = group.Units,
            Severity = isShort ? Transient / group.Units : 0,
        };
    }
}
