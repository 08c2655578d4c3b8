namespace Etalon.Lab.Diagnosis;

/// <summary>An optimizer that the log names and that is not SGD: no fault, but SGD's laws say nothing about it.</summary>
internal sealed class OtherOptimizer : Cause
{
    public override IEnumerable<Flag> Find(Evidence evidence)
    {
        if (evidence.Log.Optimizer is not { } name || name.Equals("SGD", StringComparison.OrdinalIgnoreCase)) yield break;
        evidence.IsAnotherOptimizer();
        evidence.Remarks.Add(
            $"The optimizer is {name}. The laws of norms and angles here are SGD's, so nothing is judged by them; what does not depend "
            + $"on the optimizer is.");
        evidence.NotLookedAt.Add($"norms, angles and equilibrium: the optimizer is {name}, and those laws are SGD's");
    }
}
