using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Claims.AdamEquilibrium;

/// <summary>A2: AdamW's equilibrium follows from its numbers, by <see cref="AdamEquilibriumExperiment"/>.</summary>
internal sealed class AdamEquilibriumClaim : Claim
{
    // A tenth is what was asked of the law on networks; that only the product of rate and decay counts is exact where gradients have a
    // fixed size, and a network's change a little with the norm of what is not scale-invariant.
    private const double Bound = 0.1, Same = 0.05;

    // Without decay |w|² grows by 2 M of its equilibrium: the norm is about three times the law's over the measured units.
    private const double Lost = 1;

    /// <inheritdoc/>
    public override string Name => "adamw-equilibrium";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Ids => ["A2"];

    /// <inheritdoc/>
    public override string Statement =>
        "Under AdamW the norm of scale-invariant weights and the angle of an update settle where rate, decay, betas and the number of "
        + "weights "
        + "say, whatever the network.";

    /// <inheritdoc/>
    public override string Source =>
        "Kosson, Messmer and Jaggi 2023, *Rotational equilibrium: how weight decay balances learning across neural networks*; the terms in "
        + "the betas are derived here.";

    /// <inheritdoc/>
    public override string Question => "Are norm and angle within a tenth of a law that has seen neither the network nor its gradients?";

    /// <inheritdoc/>
    public override string PaperSays =>
        "Root mean square √(η/(2 λ)) and an angle of √(2 η λ (1 - β₁)/(1 + β₁)) an update, for every layer alike (read in excerpts; "
        + "derived again here).";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Amendments =>
    [
        "The arm of twice the rate and half the decay gave scales, shifts and the head twice the rate too, so that the network was "
        + "another: its "
        + "norm over the law was 5.9 % below the other's, and that check failed. Their rate stays now.",
    ];

    /// <inheritdoc/>
    // Quick as measured, in processor time; the others are estimated.
    public override ClaimCost? CostAt(ClaimScale scale) => scale switch
    {
        ClaimScale.Quick => new(0.4),
        ClaimScale.Standard => new(15),
        _ => new(120),
    };

    /// <summary>The experiment at a scale.</summary>
    internal static AdamEquilibriumExperiment At(ClaimScale scale)
    {
        const int Updates = 2_500;
        var (width, layers, channels, context, seeds) = scale switch
        {
            ClaimScale.Quick => (32, 2, 4, 24, 3),
            ClaimScale.Standard => (64, 4, 16, 64, 4),
            _ => (128, 6, 32, 128, 6),
        };
        return new()
        {
            Updates = Updates,
            Seeds = seeds,
            Networks =
            [
                AdamEquilibriumExperiment.Of("residual", $"PreResNet-8 of width {channels} on digits, a fifth of the labels wrong",
                    AdamRecipe.Residual(channels, Updates)),
                AdamEquilibriumExperiment.Of("transformer", $"transformer, {layers} layers of width {width}, on text",
                    AdamRecipe.Transformer(layers, width, context, Updates)),
            ],
        };
    }

    /// <inheritdoc/>
    internal override IReadOnlyList<Recipe> Recipes(ClaimRun run) => Of(run).Recipes;

    private static AdamEquilibriumExperiment Of(ClaimRun run)
    {
        var claimed = At(run.Scale);
        return claimed with { Seeds = run.SeedsOr(claimed.Seeds) };
    }

    /// <inheritdoc/>
    public override ClaimReport Reproduce(ClaimRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var experiment = Of(run);
        var networks = experiment.Run(run);
        return new ClaimReport(this,
            $"AdamW with betas 0.9 and 0.99, rate {AdamEquilibriumExperiment.Rate}, decay {AdamEquilibriumExperiment.Decay}, both "
            + "constant, "
            + $"{experiment.Updates:N0} updates (five mixing units), means over the last two of them, {experiment.Seeds} seeds. "
            + "Perceptron: "
            + "12-24-24-24-5 with batch normalization, a fifth of the labels wrong, each batch drawn anew; means over its three layers. "
            + "The others: all scale-invariant weights together.",
            Judge(networks),
            [
                "| network | norm over the law | angle over the law |", "|---|---|---|",
                .. networks.Select(network => $"| {network.Title} | {network.Norms} | {network.Angles} |"),
            ],
            null, networks.Select(network => new { network.Name, Norms = network.Norms.Values, Angles = network.Angles.Values }));
    }

    /// <summary>What must hold.</summary>
    internal static IReadOnlyList<ClaimCheck> Judge(IReadOnlyList<SettledNetwork> networks)
    {
        SettledNetwork Named(string name) => networks.Single(network => network.Name == name);
        var (plain, swapped, undecayed) = (Named(AdamEquilibriumExperiment.Plain), Named(AdamEquilibriumExperiment.Swapped),
            Named(AdamEquilibriumExperiment.Undecayed));
        List<ClaimCheck> checks = [];
        foreach (var network in networks.Where(network => network != swapped && network != undecayed))
        {
            checks.Add(ClaimCheck.Near($"{network.Title}: the norm is within 10 % of the law", Off(network.Norms), Bound));
            checks.Add(ClaimCheck.Near($"{network.Title}: the angle is within 10 % of the law", Off(network.Angles), Bound));
        }
        checks.Add(ClaimCheck.Near("twice the rate and half the decay: the norm over its law is the same to 5 %",
            Ratio(swapped.Norms, plain.Norms), Same));
        checks.Add(ClaimCheck.Near("and the angle is the same to 5 %", Ratio(swapped.Angles, plain.Angles), Same));
        checks.Add(ClaimCheck.AtLeast("without decay the norm is at least twice the law's", Off(undecayed.Norms), Lost, 0.5) with
        {
            IsControl = true,
        });
        return checks;
    }

    private static SeedSample Off(SeedSample ratios) => new([.. ratios.Values.Select(ratio => ratio - 1)]);

    private static SeedSample Ratio(SeedSample one, SeedSample other) => new([.. one.Values.Zip(other.Values, (a, b) => a / b - 1)]);
}
