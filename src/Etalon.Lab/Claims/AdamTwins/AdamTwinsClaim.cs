using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Verifications;

namespace Etalon.Lab.Claims.AdamTwins;

/// <summary>A1: AdamW is Adam with growing rates, by <see cref="AdamTwinsExperiment"/>.</summary>
internal sealed class AdamTwinsClaim : Claim
{
    // What is none in float64, what a wrong form or no form at all must exceed, and what the rate alone must be short of.
    private const double Identical = 1e-12, Apart = 1e-2, RateAloneApart = 1e-6;

    // exp(0.005 x 285) is 4.2, times what the betas make of it.
    private const double Growth = 2;

    /// <inheritdoc/>
    public override string Name => "adamw-as-adam";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Ids => ["A1"];

    /// <inheritdoc/>
    public override string Statement =>
        "AdamW is the same run as Adam without decay whose rate grows and whose betas and epsilon follow, on a transformer and on a "
        + "residual "
        + "network.";

    /// <inheritdoc/>
    public override string Source =>
        "Derived here, after Li and Arora 2019; decoupled decay is that of Loshchilov and Hutter 2019, *Decoupled weight decay "
        + "regularization*.";

    /// <inheritdoc/>
    public override string Question =>
        "Do AdamW and Adam in numbers give the same outputs on the same batches, and would the rate alone do?";

    /// <inheritdoc/>
    public override string PaperSays =>
        "For plain SGD decay is an exponential rate (Li and Arora); of AdamW no paper says it. Derived: identical to rounding, the rate "
        + "growing by one factor 1/(1 - ηλ) an update.";

    /// <inheritdoc/>
    // Quick as measured, in processor time; the others are estimated.
    public override ClaimCost? CostAt(ClaimScale scale) => scale switch
    {
        ClaimScale.Quick => new(0.2),
        ClaimScale.Standard => new(10),
        _ => new(120, "cifar10"),
    };

    /// <summary>The experiment at a scale.</summary>
    internal static AdamTwinsExperiment At(ClaimScale scale)
    {
        var (layers, width, context, channels) = scale switch
        {
            ClaimScale.Quick => (2, 16, 12, 4),
            ClaimScale.Standard => (4, 64, 64, 16),
            _ => (6, 256, 128, 16),
        };
        return new()
        {
            Networks =
            [
                ("transformer", $"transformer, {layers} layers of width {width}",
                    AdamRecipe.Transformer(layers, width, context, 300)),
                scale == ClaimScale.Paper
                    ? ("residual", "PreResNet-20 on CIFAR-10", AdamRecipe.Cifar(300))
                    : ("residual", $"PreResNet-8 of width {channels} on digits", AdamRecipe.Residual(channels, 300)),
            ],
        };
    }

    /// <inheritdoc/>
    public override ClaimReport Reproduce(ClaimRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var experiment = At(run.Scale);
        var twins = experiment.Run(run);
        return new ClaimReport(this,
            $"{string.Join(" and ", experiment.Networks.Select(network => network.Title))}; AdamW with rate {AdamTwinsExperiment.Rate}, "
            + $"decay {AdamTwinsExperiment.Decay}, betas 0.9 and 0.99, in float64 over {experiment.Updates} updates on the same batches. "
            + "The twin covers the scale-invariant weights; everything else keeps AdamW. One seed: an identity is the claim.",
            Judge(twins),
            [
                "| network | form | outputs | rounding alone | decay dropped | rate in the end, over AdamW's |",
                "|---|---|---:|---:|---:|---:|",
                .. twins.Select(twin => $"| {twin.Network} | {twin.Form} | {Comparison.Distance(twin.Outputs)} | "
                    + $"{Comparison.Distance(twin.Rounding)} | {Comparison.Distance(twin.Control)} | {twin.Growth:0.00} |"),
            ],
            null, twins);
    }

    /// <summary>What must hold.</summary>
    internal static IReadOnlyList<ClaimCheck> Judge(IReadOnlyList<AdamTwin> twins)
    {
        List<ClaimCheck> checks = [];
        foreach (var twin in twins.Where(twin => !twin.IsRateAlone))
        {
            string name = $"{twin.Network}, {twin.Form}",
                apart = $"the run whose decay is dropped is {Comparison.Distance(twin.Control)} away";
            checks.Add(ClaimCheck.Exact($"{name}: the same outputs in float64, to 1e-12 of the largest", twin.Outputs, Identical,
                Comparison.Distance(twin.Outputs), apart) with
            {
                Power = twin.Rounding <= Identical
                    ? CheckPower.OfNoChance(apart)
                    : new(1, 0, false, $"the last digits of the start alone move it by {Comparison.Distance(twin.Rounding)}; fewer "
                        + "updates would decide"),
            });
            checks.Add(new($"{name}: dropped decay moves the outputs by more than 1e-2", twin.Control > Apart,
                Comparison.Distance(twin.Control))
            {
                IsControl = true,
                Power = CheckPower.OfNoChance("one seed, the same batches"),
            });
            checks.Add(new($"{name}: in the end the rate is more than twice that of AdamW", twin.Growth > Growth, $"{twin.Growth:0.00}")
            {
                Power = CheckPower.OfNoChance("the growth follows from rate and decay"),
            });
        }
        foreach (var twin in twins.Where(twin => twin.IsRateAlone))
            checks.Add(new($"{twin.Network}: with rate and epsilon alone outputs differ by more than 1e-6", twin.Outputs > RateAloneApart,
                Comparison.Distance(twin.Outputs))
            {
                IsControl = true,
                Power = CheckPower.OfNoChance("one seed, the same batches"),
            });
        return checks;
    }
}
