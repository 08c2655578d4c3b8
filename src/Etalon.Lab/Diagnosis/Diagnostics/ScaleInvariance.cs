using Etalon.Lab.Diagnosis.Phases;

namespace Etalon.Lab.Diagnosis;

/// <summary>D8: |cos(g, w)|, which is 0 where the loss does not depend on the scale of w. Li and Arora 2020.</summary>
internal sealed class ScaleInvariance() : GroupDiagnostic("D8", "|cos(g, w)|, 0 if scale-invariant", "below 0.01")
{
    protected override Finding Judge(GroupPhase group)
    {
        double share = group.RadialShare;
        if (double.IsNaN(share)) return Finding(group, "not checked: needs dot/NAME and gradsq/NAME");
        return Finding(group, group.Validity switch
        {
            Validity.Holds => "scale-invariant",
            Validity.OnlyTogether => "scale-invariant only together with the others",
            _ => "the loss depends on its scale: the formulas do not speak about it",
        }) with
        {
            Value = share,
            Predicted = 0,
            Severity = share / RadialCosine.Largest,
        };
    }
}
