namespace Etalon.Lab.Claims.FastEquilibrium;

/// <summary>How the arms came together at one intrinsic rate.</summary>
/// <param name="IntrinsicRate">eta lambda.</param>
/// <param name="Looks">One for each of the experiment's mixing units.</param>
/// <param name="Overlap">The largest |cosine| between the mean directions of the weights of two arms at the end.</param>
/// <param name="OwnOverlap">The smallest cosine between the mean directions of an arm's own halves.</param>
internal sealed record EquilibriumCurve(double IntrinsicRate, IReadOnlyList<EquilibriumLook> Looks, double Overlap, double OwnOverlap)
{
    /// <summary>Compares the arms, pair by pair.</summary>
    public static EquilibriumCurve Of(FastEquilibriumExperiment experiment, double intrinsicRate, IReadOnlyList<ArmOutcome> arms)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentNullException.ThrowIfNull(arms);
        (ArmOutcome One, ArmOutcome Two)[] pairs = [.. arms.SelectMany((one, i) => arms.Skip(i + 1).Select(two => (one, two)))];
        return new(
            intrinsicRate,
            [.. experiment.MixingUnits.Select(
                (units, look) => EquilibriumLook.Of(units, experiment.StepAt(units, intrinsicRate), arms, pairs, look))],
            pairs.Max(pair => Math.Abs(ArmOutcome.Overlap(pair.One, pair.Two))),
            arms.Min(arm => arm.OwnOverlap));
    }

    /// <summary>
    /// The first mixing units from which on no two arms are farther apart than so many floors; null where there are none.
    /// </summary>
    public double? SettledAt(double floors)
    {
        int last = Looks.ToList().FindLastIndex(look => look.Ratio > floors);
        return last + 1 < Looks.Count ? Looks[last + 1].MixingUnits : null;
    }
}
