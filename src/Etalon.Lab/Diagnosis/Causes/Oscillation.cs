namespace Etalon.Lab.Diagnosis;

/// <summary>
/// η λ above what the momentum allows: the norm overshoots its equilibrium and swings, and no law of it holds. Wan et al. 2021, assumption
/// 5.
/// </summary>
internal sealed class Oscillation : Cause
{
    public override IEnumerable<Flag> Find(Evidence evidence)
    {
        if (!evidence.IsSgd) yield break;
        var swinging = evidence.Phases.SelectMany(phase => phase.Groups)
            .Where(group => group.Law is { Update.Oscillates: true } && evidence.HasLaw(group.Name)).ToList();
        if (swinging.Count == 0) yield break;
        var worst = swinging.MaxBy(group => group.Law!.Update.IntrinsicRate / group.Law.Update.LargestIntrinsicRate)!.Law!.Update;
        string[] groups =
            [.. swinging.Select(group => group.Name).Distinct().Where(name => evidence.Groups.Any(group => group.Name == name))];
        evidence.Distrust(groups);
        yield return new(
            FlagKind.Oscillating,
            "Rate times weight decay is too large for the momentum",
            $"Their product is {Text.Number(worst.IntrinsicRate)}; with a momentum of {Text.Number(worst.Numbers.Momentum)} norms "
            + $"overshoot and swing from {Text.Number(worst.LargestIntrinsicRate)} on, which is "
            + $"{(worst.Rule.Nesterov ? "((1 - momentum)/(1 + momentum))²" : "(1 - √momentum)²")}.",
            $"Lower the rate or the decay by a factor of {Text.Number(worst.IntrinsicRate / worst.LargestIntrinsicRate, 2)} or more, or "
            + $"lower the momentum.")
        {
            Value = worst.IntrinsicRate,
            Groups = groups,
            Phases = [.. swinging.Select(group => group.Phase.Number).Distinct()],
        };
    }
}
