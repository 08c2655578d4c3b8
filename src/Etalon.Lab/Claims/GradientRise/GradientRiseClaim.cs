using Etalon.Lab.Charts;
using Etalon.Lab.Claims.Shared;
using Etalon.Numerics;

namespace Etalon.Lab.Claims.GradientRise;

/// <summary>A3: gradients rise at the end because norms fall, by <see cref="GradientRiseExperiment"/>.</summary>
internal sealed class GradientRiseClaim : Claim
{
    // The law says 1.5, and an eighth less was seen elsewhere: no rise at all would be off by a third.
    private const double OfLaw = 0.15;

    // A rise that is one; the half of it that must be the norm's; and what is none.
    private const double Rise = 1.25, Share = 0.5, None = 1.15;

    /// <inheritdoc/>
    public override string Name => "gradients-rise";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Ids => ["A3"];

    /// <inheritdoc/>
    public override string Statement =>
        "At the end of a decayed run gradients rise, mostly because the norm of the weights falls with the rate as predicted, and a "
        + "decay that "
        + "falls with the rate (AdamC) cures it.";

    /// <inheritdoc/>
    public override string Source => "Defazio 2025, *Why gradients rapidly increase near the end of training*.";

    /// <inheritdoc/>
    public override string Question => "How much of the rise is the norm's, does the law tell it beforehand, and is it gone with AdamC?";

    /// <inheritdoc/>
    public override string PaperSays =>
        "Gradients of language models and ResNets rise steeply as the rate goes to 0; |g|/|w| goes as √(2 λ/η); with a decay proportional "
        + "to the rate on normalized layers they stay (read in excerpts, no figures).";

    /// <inheritdoc/>
    // Quick as measured, in processor time; the other is estimated.
    public override ClaimCost? CostAt(ClaimScale scale) => new(scale == ClaimScale.Quick ? 0.2 : 5);

    /// <inheritdoc/>
    public override ClaimReport Reproduce(ClaimRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var claimed = run.Scale == ClaimScale.Quick ? new GradientRiseExperiment() : new() { Seeds = 12, Width = 64 };
        var experiment = claimed with { Seeds = run.SeedsOr(claimed.Seeds) };
        var arms = experiment.Run(run);
        return new ClaimReport(this,
            $"A perceptron 12-{experiment.Width}-{experiment.Width}-{experiment.Width}-5 with batch normalization, a fifth of the labels "
            + "wrong, "
            + "each batch of 32 drawn anew; AdamW with betas 0.9 and 0.99, decay "
            + $"{GradientRiseExperiment.Decay}, rate {GradientRiseExperiment.Rate} for {GradientRiseExperiment.Flat:N0} updates (four "
            + "mixing "
            + $"units), then along a line to 0 over as many; {experiment.Seeds} seeds. Growth from the last half unit before the fall to "
            + "the "
            + "last twentieth of the fall, geometric means over the three hidden layers.",
            Judge(arms),
            [
                "| run | 1/\\|w\\| grows, by the law | measured | \\|g\\| grows |", "|---|---|---|---|",
                .. arms.Select(arm => $"| {arm.Title} | {new SeedSample(arm.Predicted)} | {new SeedSample(arm.Inverse)} | "
                    + $"{new SeedSample(arm.Gradients)} |"),
            ],
            new Chart($"|g| over its value before the rate falls (mean of {experiment.Seeds} seeds)", "update",
                [new("|g|", [.. arms.Select((arm, color) => new ChartLine(arm.Title,
                    [.. arm.Curve.Select((_, block) => (block + 0.5) * FreshExperiment.Block)], arm.Curve) { Color = color })])])
            {
                Legend = [.. arms.Select(arm => arm.Title)],
            },
            arms.Select(arm => new { arm.Name, arm.Predicted, arm.Inverse, arm.Gradients }));
    }

    /// <summary>What must hold.</summary>
    internal static IReadOnlyList<ClaimCheck> Judge(IReadOnlyList<GradientGrowth> arms)
    {
        GradientGrowth Named(string name) => arms.Single(arm => arm.Name == name);
        var (adamW, adamC, constant) = (Named(GradientRiseExperiment.AdamW), Named(GradientRiseExperiment.AdamC),
            Named(GradientRiseExperiment.Constant));
        return
        [
            ClaimCheck.Near("under AdamW 1/|w| grows as the law says from the numbers alone, to 15 %", OffLaw(adamW), OfLaw),
            ClaimCheck.AtLeast("and gradients grow by at least a quarter", new(adamW.Gradients), Rise, 0.2),
            ClaimCheck.AtLeast("of which, in logarithms, at least half is the norm's", new(
                [.. adamW.Inverse.Zip(adamW.Gradients, (inverse, gradient) => Elementary.Log(inverse) / Elementary.Log(gradient))]), Share,
                0.25),
            ClaimCheck.Near("under AdamC 1/|w| stays as the law says, to 15 %", OffLaw(adamC), OfLaw),
            ClaimCheck.AtMost("and gradients grow by at most 15 %", new(adamC.Gradients), None, 0.1),
            ClaimCheck.AtMost("at a constant rate they grow by at most 15 % over the same updates", new(constant.Gradients), None, 0.1) with
            {
                IsControl = true,
            },
        ];
    }

    private static SeedSample OffLaw(GradientGrowth arm) =>
        new([.. arm.Inverse.Zip(arm.Predicted, (measured, predicted) => measured / predicted - 1)]);
}
