using System.Globalization;
using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.LayerSpeeds;

/// <summary>A4: Adam with L2 turns layers at different speeds and AdamW alike, by <see cref="LayerSpeedsExperiment"/>.</summary>
internal sealed class LayerSpeedsClaim : Claim
{
    // Elsewhere the angles of three layers were 1 to 1.9 under Adam with L2 and 1 to 1.05 under AdamW; a fourth of the decay makes 2.
    private const double Uneven = 1.4, Even = 1.15, OfLaw = 0.1;

    /// <inheritdoc/>
    public override string Name => "layer-speeds";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Ids => ["A4"];

    /// <inheritdoc/>
    public override string Statement =>
        "Under one rate and one decay Adam with L2 turns the layers of a network at different speeds, and AdamW turns them alike.";

    /// <inheritdoc/>
    public override string Source =>
        "Kosson, Messmer and Jaggi 2023, *Rotational equilibrium: how weight decay balances learning across neural networks*.";

    /// <inheritdoc/>
    public override string Question => "How far apart are the angles by which an update turns each layer, and does a law tell each?";

    /// <inheritdoc/>
    public override string PaperSays =>
        "AdamW balances the rotation of all layers, Adam with L2 does not, and that is why AdamW trains better (read in excerpts, no "
        + "figures).";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Amendments =>
    [
        "The law of Adam with L2 took the mean of |g|²|w|²; in the last layer single gradients of a unit that hardly varied, thousands "
        + "of times "
        + "as large as the others, were most of it, and the claim was undecided. It takes the median of means over 50 updates now.",
    ];

    /// <inheritdoc/>
    // Quick as measured, in processor time; the other is estimated.
    public override ClaimCost? CostAt(ClaimScale scale) => new(scale == ClaimScale.Quick ? 0.2 : 5);

    /// <inheritdoc/>
    public override ClaimReport Reproduce(ClaimRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var claimed = run.Scale == ClaimScale.Quick ? new LayerSpeedsExperiment() : new() { Seeds = 12, Width = 64 };
        var experiment = claimed with { Seeds = run.SeedsOr(claimed.Seeds) };
        var arms = experiment.Run(run);
        return new ClaimReport(this,
            $"A perceptron 12-{experiment.Width}-{experiment.Width}-{experiment.Width}-5 with batch normalization, a fifth of the labels "
            + "wrong, "
            + $"each batch of 32 drawn anew; rate {LayerSpeedsExperiment.Rate}, betas 0.9 and 0.99, decay {LayerSpeedsExperiment.Decay} "
            + "of AdamW "
            + $"and {LayerSpeedsExperiment.CoupledDecay} in Adam's gradient, {experiment.Updates:N0} updates, root mean squares over the "
            + "second "
            + $"half, {experiment.Seeds} seeds. The law of Adam with L2 takes each layer's measured |g|²|w|², the median of means over "
            + "50 updates; AdamW's takes nothing measured.",
            Judge(arms),
            [
                "| run | layer | angle of an update | by the law | measured over law |", "|---|---:|---|---|---|",
                .. from arm in arms
                   from layer in Enumerable.Range(0, arm.Measured[0].Count)
                   select $"| {arm.Title} | {layer + 1} | {Angles(arm.Measured, layer)} | {Angles(arm.Predicted, layer)} | "
                       + $"{arm.OverLaw(layer)} |",
            ],
            null, arms.Select(arm => new { arm.Name, arm.Measured, arm.Predicted }));
    }

    /// <summary>What must hold.</summary>
    internal static IReadOnlyList<ClaimCheck> Judge(IReadOnlyList<LayerAngles> arms)
    {
        LayerAngles Named(string name) => arms.Single(arm => arm.Name == name);
        var (coupled, decoupled, uneven) = (Named(LayerSpeedsExperiment.Coupled), Named(LayerSpeedsExperiment.Decoupled),
            Named(LayerSpeedsExperiment.Uneven));
        List<ClaimCheck> checks =
        [
            ClaimCheck.AtLeast("Adam with L2: the fastest layer turns at least 1.4 times as far as the slowest", coupled.Spread, Uneven,
                0.3),
            ClaimCheck.AtMost("AdamW: at most 1.15 times", decoupled.Spread, Even, 0.1),
        ];
        for (int layer = 0; layer < coupled.Measured[0].Count; layer++)
            checks.Add(ClaimCheck.Near($"Adam with L2: layer {layer + 1} turns as its law says, to 10 %",
                new([.. coupled.OverLaw(layer).Values.Select(ratio => ratio - 1)]), OfLaw));
        checks.Add(ClaimCheck.AtLeast("AdamW with a fourth of the decay in one layer: at least 1.4 times", uneven.Spread, Uneven, 0.3) with
        {
            IsControl = true,
        });
        return checks;
    }

    private static string Angles(IReadOnlyList<IReadOnlyList<double>> angles, int layer) =>
        angles.Average(seed => seed[layer]).ToString("0.00000", CultureInfo.InvariantCulture);
}
