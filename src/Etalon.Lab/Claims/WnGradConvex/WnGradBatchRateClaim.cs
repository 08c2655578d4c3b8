using Etalon.Lab.Charts;
using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.WnGradConvex;

/// <summary>W2: WNGrad comes to a gradient of eps in O(1/eps) steps, with the constants of its theorem, from any b.</summary>
internal sealed class WnGradBatchRateClaim : Claim
{
    private static readonly double[] Scales = [0.01, 1, 100], Above = [1, 3, 30], Below = [0.5, 0.1];

    // Sums of some thousand terms round by 1e-13 of the largest.
    private const double Rounding = 1e-9;

    /// <summary>Gradients of a run.</summary>
    /// <value>At least 10; 2,000 by default.</value>
    public int Gradients { get; init; } = 2_000;

    /// <summary>Starts of each function.</summary>
    public int Starts { get; init; } = 4;

    /// <summary>The rule; tests take another.</summary>
    internal StepRule Rule { get; init; } = StepRule.LookAhead;

    /// <inheritdoc/>
    public override string Name => "wngrad-batch-rate";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Ids => ["W2"];

    /// <inheritdoc/>
    public override string Statement =>
        "On smooth functions, convex or not, WNGrad reaches a gradient whose square is eps in a number of steps of the order of 1/eps, "
            + "from "
        + "any initial b.";

    /// <inheritdoc/>
    public override string Source =>
        "Wu, Ward and Bottou 2018, *WNGrad: learn the learning rate in gradient descent*, the batch theorem; its constants were derived "
            + "anew.";

    /// <inheritdoc/>
    public override string Question => "Is the bound on the number of steps kept at every step, whatever the function, its scale and b?";

    /// <inheritdoc/>
    public override string PaperSays =>
        "min |g|² ≤ ε after 1 + 2D(b₁ + 8D)/ε steps where b₁ ≥ L, with b ≤ b₁ + 8D and f never rising; below L as many more as b takes to "
        + "grow to L.";

    /// <inheritdoc/>
    public override ClaimCost? CostAt(ClaimScale scale) => new(0.1);

    /// <inheritdoc/>
    public override ClaimReport Reproduce(ClaimRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        int starts = run.Seeds ?? Starts;
        IReadOnlyList<BatchBound> above = Run(Above, starts, run.Cancellation), below = Run(Below, starts, run.Cancellation);
        var control = Families(1)[0].Function;
        var diverging = BatchBound.Of(control, StepRule.Constant, control.Smoothness / 4, 1, Gradients);
        return new ClaimReport(this,
            $"A quadratic in ten dimensions, a bowl that is flat far out and a valley with ripples, each times 0.01, 1 and 100; b₁/L of "
                + $"1, 3 and "
            + $"30, and of 0.5 and 0.1; {starts} starts, {Gradients:N0} gradients each; the look-ahead order of the paper.",
            Judge(above, below, diverging),
            [
                "| b₁ | runs | largest part of the bound on T | largest part of the bound on b | largest rise of f |",
                    "|---|---:|---:|---:|---:|",
                Row("at least L", above), Row("below L", below),
            ],
            Picture(above, below), new { Above = above, Below = below });
    }

    /// <summary>What must hold.</summary>
    internal static IReadOnlyList<ClaimCheck> Judge(IReadOnlyList<BatchBound> above, IReadOnlyList<BatchBound> below, BatchBound diverging)
    {
        const string Chance = "the theorem has no exception; the control breaks its bounds";
        double worst = above.Max(run => run.OfBound), under = below.Max(run => run.OfBound), divisor = above.Max(run => run.DivisorOfBound),
            rises = above.Max(run => run.Rises);
        return
        [
            ClaimCheck.Exact("b₁ ≥ L: no run takes more steps than the bound, at any step", worst, 1, $"at most {worst:0.000} of it",
                Chance),
            ClaimCheck.Exact("b₁ ≥ L: b stays below b₁ + 8D", divisor, 1, $"at most {divisor:0.000} of it", Chance),
            ClaimCheck.Exact("b₁ ≥ L: f never rises", rises, Rounding, $"by at most {rises:0.0e0} of f - f*", Chance),
            ClaimCheck.Exact("b₁ < L: no run takes more steps than the larger bound", under, 1, $"at most {under:0.0e0} of it", Chance),
            new("gradient descent at 4/L, without the growth of b, rises without end", !(diverging.Rises < 1e6), $"{diverging.Rises:0.0e0}")
            {
                IsControl = true,
                Power = CheckPower.OfNoChance("twice the largest stable rate"),
            },
        ];
    }

    private List<BatchBound> Run(double[] ratios, int starts, CancellationToken cancellation)
    {
        List<BatchBound> runs = [];
        foreach (double scale in Scales)
            foreach (var (_, function) in Families(scale))
                foreach (double ratio in ratios)
                    for (int start = 1; start <= starts; start++)
                    {
                        cancellation.ThrowIfCancellationRequested();
                        runs.Add(BatchBound.Of(function, Rule, ratio * function.Smoothness, (ulong)start, Gradients));
                    }
        return runs;
    }

    private static IReadOnlyList<(string Name, Objective Function)> Families(double scale) =>
    [
        ("quadratic", Quadratic.Between(scale, 10 * scale, 10)),
        ("flat far out", new SaturatingSquares([.. Enumerable.Range(1, 10).Select(i => i * scale)])),
        ("ripples", new SineValley(4, scale)),
    ];

    private static string Row(string name, IReadOnlyList<BatchBound> runs) =>
        $"| {name} | {runs.Count} | {runs.Max(run => run.OfBound):0.0e0} | {runs.Max(run => run.DivisorOfBound):0.000} | "
        + $"{runs.Max(run => run.Rises):0.0e0} |";

    private static Chart Picture(IReadOnlyList<BatchBound> above, IReadOnlyList<BatchBound> below) =>
        new("The smallest squared gradient so far, over the first one", "gradients",
            [new("min |g|² / |g₁|²", [.. above.Take(1).Concat(above.TakeLast(1)).Concat(below.Take(1)).Concat(below.TakeLast(1))
                .Select((run, color) => new ChartLine(Names[color], [.. run.Times.Select(time => (double)time)],
                    [.. run.Smallest.Select(square => square == 0 ? double.NaN : square / run.Smallest[0])]) { Color = color })])
            { Height = 320, IsLogarithmic = true }])
        {
            IsXLogarithmic = true,
            Legend = Names,
        };

    private static readonly string[] Names = ["quadratic, b₁ = L", "ripples, b₁ = 30 L", "quadratic, b₁ = L/2", "ripples, b₁ = L/10"];
}
