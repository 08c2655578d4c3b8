using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Simulations.Scenarios;

namespace Etalon.Lab.Claims.StochasticDifferential;

/// <summary>I8: SGD at equilibrium is as its differential equation, by <see cref="StochasticDifferentialExperiment"/>.</summary>
internal sealed class StochasticDifferentialClaim : Claim
{
    private const double LossBound = 0.05, NormBound = 0.1, AccuracyBound = 0.02;

    /// <summary>The experiment, with the settings of the claim by default.</summary>
    public StochasticDifferentialExperiment Experiment { get; init; } = new();

    /// <inheritdoc/>
    public override string Name => "sgd-follows-sde";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Ids => ["I8"];

    /// <inheritdoc/>
    public override string Statement =>
        "At equilibrium SGD on a network has the loss, accuracy and norm of its stochastic differential equation, which SVAG approaches.";

    /// <inheritdoc/>
    public override string Source =>
        "Li, Lyu and Arora 2020, *Reconciling modern deep learning with traditional optimization analyses: the intrinsic learning rate*, "
        + "section 2; the test by SVAG is that of Li, Malladi and Arora 2021.";

    /// <inheritdoc/>
    public override string Question => "Do l sub-steps with l times the variance change loss, accuracy or norm at equilibrium?";

    /// <inheritdoc/>
    public override string PaperSays =>
        "SGD is modeled by its differential equation; by SVAG networks on CIFAR-10 behave alike for l up to 8 (as later work has it). The "
            + "norm "
        + "follows Tr Σ + |∇L|²/l.";

    /// <inheritdoc/>
    public override ClaimCost? CostAt(ClaimScale scale) => new(0.8);

    /// <inheritdoc/>
    public override ClaimReport Reproduce(ClaimRun run)
    {
        var experiment = Experiment with { Seeds = run.SeedsOr(Experiment.Seeds) };
        var outcomes = experiment.Run(run);
        var toy = new SdeScenario().Run(new ScenarioOptions { Replicas = 20 }, run.Threads, run.Cancellation);
        var steps = StochasticDifferentialExperiment.SubSteps;
        return new ClaimReport(this,
            "Network: a perceptron 64-64-64-10 with batch normalization on the digits, a fifth of the labels drawn anew, all trained "
                + "weights "
            + $"scale-invariant, rate 2, decay 0.005, no momentum, {experiment.Updates} updates of SGD (six mixing units), means over the "
            + $"second "
            + $"half, {experiment.Seeds} seeds. Toy: a well on the sphere in 64 dimensions, 20 replicas.",
            [.. Judge(outcomes), .. JudgeToy(toy)],
            [
                "| sub-steps | training loss | test accuracy | \\|w\\|⁴ |", "|---:|---|---|---|",
                .. outcomes.Select((row, i) => $"| {steps[i]} | {Of(row, outcome => outcome.Loss)} "
                    + $"| {Of(row, outcome => outcome.Accuracy)} | "
                    + $"{Of(row, outcome => outcome.FourthNorm)} |"),
                "", "## The toy loss", "", "| run | \\|w\\|⁴ over the law, predicted | measured |", "|---|---:|---:|",
                .. toy.Findings.Select(finding => $"| {finding.Case} | {finding.Predicted:0.000} | {finding.Measured.Value:0.000} |"),
            ],
            toy.Chart, new
            {
                Network = outcomes,
                Toy = toy.Findings.Select(finding =>
                new { finding.Case, finding.Predicted, finding.Measured.Value })
            });
    }

    /// <summary>What the network must show.</summary>
    /// <param name="outcomes">For each number of sub-steps those of each seed; the first is SGD.</param>
    internal static IReadOnlyList<ClaimCheck> Judge(IReadOnlyList<IReadOnlyList<SvagOutcome>> outcomes)
    {
        var sgd = outcomes[0];
        List<ClaimCheck> checks = [];
        foreach (var (row, steps) in outcomes.Zip(StochasticDifferentialExperiment.SubSteps).Skip(1))
        {
            checks.Add(ClaimCheck.Near($"l = {steps}: the training loss is within 5 % of SGD's",
                Relative(row, sgd, outcome => outcome.Loss), LossBound));
            checks.Add(ClaimCheck.Near($"l = {steps}: |w|⁴ is within 10 % of SGD's",
                Relative(row, sgd, outcome => outcome.FourthNorm), NormBound));
            checks.Add(ClaimCheck.Near($"l = {steps}: the test accuracy is within 0.02 of SGD's",
                Of(row, outcome => outcome.Accuracy).Minus(Of(sgd, outcome => outcome.Accuracy)), AccuracyBound));
        }
        return checks;
    }

    private static IEnumerable<ClaimCheck> JudgeToy(ScenarioReport toy) => toy.Findings.Select(finding => new ClaimCheck(
        $"toy, {finding.Case}: {finding.Quantity} is {finding.Predicted:0.000}, to {finding.Allowed:0.000}", finding.Holds,
        $"{finding.Measured.Value:0.000}")
    {
        Power = new(0.0027, 0.0027, true, "three standard errors of the replicas, and 1 % of the law"),
    });

    private static SeedSample Of(IReadOnlyList<SvagOutcome> row, Func<SvagOutcome, double> value) => new([.. row.Select(value)]);

    private static SeedSample Relative(IReadOnlyList<SvagOutcome> row, IReadOnlyList<SvagOutcome> sgd, Func<SvagOutcome, double> value) =>
        new([.. row.Zip(sgd, (own, other) => value(own) / value(other) - 1)]);
}
