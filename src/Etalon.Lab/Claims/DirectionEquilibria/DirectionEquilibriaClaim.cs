using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.DirectionEquilibria;

/// <summary>A5: Lion, signs and Muon settle where their numbers say, by <see cref="DirectionEquilibriaExperiment"/>.</summary>
internal sealed class DirectionEquilibriaClaim : Claim
{
    // A fifth is what was asked of these laws on networks; elsewhere they were up to 16 % off. Without decay Lion's |w|² grows to ten
    // times what settles.
    private const double Bound = 0.2, Lost = 1;

    /// <inheritdoc/>
    public override string Name => "sign-and-muon-equilibrium";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Ids => ["A5"];

    /// <inheritdoc/>
    public override string Statement =>
        "Under Lion, signs of gradients and Muon, too, norms of scale-invariant weights and angles of an update settle where rate, decay, "
        + "momentum and the sizes of a matrix say.";

    /// <inheritdoc/>
    public override string Source =>
        "Kosson, Messmer and Jaggi 2023, *Rotational equilibrium: how weight decay balances learning across neural networks*; the "
        + "correlations of updates are derived here.";

    /// <inheritdoc/>
    public override string Question => "Are norm and angle within a fifth of laws that have seen neither the network nor its gradients?";

    /// <inheritdoc/>
    public override string PaperSays =>
        "An equilibrium for Lion, from updates of constant size (read in excerpts, no figures); the laws of signs with momentum and of "
        + "Muon are derived here.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Amendments =>
    [
        "What is not scale-invariant had the rate 0.002 under every rule. Under Lion and Signum it swung, with norms 74 and 58 % above the "
        + "law and angles 45 and 35 % below, and the claim held in part. The rate is 4e-4 now, and 1e-4 was tried: every check holds with "
        + "either.",
    ];

    /// <inheritdoc/>
    // Quick as measured, in processor time; the other is estimated.
    public override ClaimCost? CostAt(ClaimScale scale) => new(scale == ClaimScale.Quick ? 0.3 : 8);

    /// <inheritdoc/>
    public override ClaimReport Reproduce(ClaimRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var claimed = run.Scale == ClaimScale.Quick ? new DirectionEquilibriaExperiment() : new() { Seeds = 12, Width = 64 };
        var experiment = claimed with { Seeds = run.SeedsOr(claimed.Seeds) };
        var rules = experiment.Run(run);
        return new ClaimReport(this,
            $"A perceptron 12-{experiment.Width}-{experiment.Width}-{experiment.Width}-5 with batch normalization, a fifth of the labels "
            + $"wrong, each batch of 32 drawn anew; 0.002 mixing units an update, {experiment.Updates:N0} updates, root mean squares over "
            + $"the last two fifths, {experiment.Seeds} seeds. The laws take nothing measured.",
            Judge(rules),
            [
                "| rule | norm over the law | of its layers | angle over the law | of its layers |", "|---|---|---|---|---|",
                .. rules.Select(rule =>
                    $"| {rule.Title} | {rule.Norm} | {Means(rule.Norms)} | {rule.Angle} | {Means(rule.Angles)} |"),
            ],
            null, rules.Select(rule => new { rule.Name, Norms = Values(rule.Norms), Angles = Values(rule.Angles) }));
    }

    /// <summary>What must hold.</summary>
    internal static IReadOnlyList<ClaimCheck> Judge(IReadOnlyList<DirectionRatios> rules)
    {
        List<ClaimCheck> checks = [];
        foreach (var rule in rules.Where(rule => rule.Name != DirectionEquilibriaExperiment.Undecayed))
        {
            checks.Add(ClaimCheck.Near($"{rule.Title}: the norm is within 20 % of the law", Off(rule.Norm), Bound));
            checks.Add(ClaimCheck.Near($"{rule.Title}: the angle is within 20 % of the law", Off(rule.Angle), Bound));
        }
        var undecayed = rules.Single(rule => rule.Name == DirectionEquilibriaExperiment.Undecayed);
        checks.Add(ClaimCheck.AtLeast(
            "Lion without decay: the norm is at least twice what would settle", Off(undecayed.Norm), Lost, 0.5) with
        {
            IsControl = true,
        });
        return checks;
    }

    private static SeedSample Off(SeedSample ratios) => new([.. ratios.Values.Select(ratio => ratio - 1)]);

    private static string Means(IReadOnlyList<SeedSample> layers) =>
        string.Join(", ", layers.Select(layer => FormattableString.Invariant($"{layer.Mean:F3}")));

    private static double[][] Values(IReadOnlyList<SeedSample> layers) => [.. layers.Select(layer => layer.Values.ToArray())];
}
