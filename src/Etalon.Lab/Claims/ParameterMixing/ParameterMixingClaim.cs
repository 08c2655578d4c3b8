using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.ParameterMixing;

/// <summary>I3: parameters do not mix, by <see cref="ParameterMixingExperiment"/>.</summary>
internal sealed class ParameterMixingClaim : Claim
{
    /// <summary>The experiment, with the settings of the claim by default.</summary>
    public ParameterMixingExperiment Experiment { get; init; } = new();

    /// <inheritdoc/>
    public override string Name => "parameters-do-not-mix";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Ids => ["I3"];

    /// <inheritdoc/>
    public override string Statement =>
        "Training does not mix in parameters: distances within a run go on growing, and means of weights help within a run and not across "
        + "runs.";

    /// <inheritdoc/>
    public override string Source =>
        "Li, Lyu and Arora 2020, *Reconciling modern deep learning with traditional optimization analyses: the intrinsic learning rate*, "
        + "figure 3.";

    /// <inheritdoc/>
    public override string Question => "How do distances between weights grow, and what are means of weights worth?";

    /// <inheritdoc/>
    public override string PaperSays =>
        "The mean of two checkpoints of one run beats both, at ten times the usual length too; that of two runs does not; the mean squared "
        + "distance does not level off.";

    /// <inheritdoc/>
    public override ClaimCost? CostAt(ClaimScale scale) => new(0.2);

    /// <inheritdoc/>
    public override ClaimReport Reproduce(ClaimRun run)
    {
        var experiment = Experiment with { Seeds = run.SeedsOr(Experiment.Seeds) };
        var report = experiment.Run(run);
        return new ClaimReport(this,
            "A perceptron 64-64-64-10 with batch normalization on the digits, a fifth of the labels drawn anew, all trained weights "
            + $"scale-invariant; rate 0.2 for ten epochs, then 0.02, decay 0.005, momentum 0.9; {experiment.Seeds} seeds. States are kept "
            + $"up to "
            + "1,600 updates (1.6 mixing units) apart.",
            Judge(report), [.. report.Table], report.Picture, report.Measurements);
    }

    /// <summary>What must hold.</summary>
    internal static IReadOnlyList<ClaimCheck> Judge(ParameterMixingReport report)
    {
        SeedSample Growth(int i) => new([.. report.Square(i + 1).Values.Zip(report.Square(i).Values, (later, earlier) => later / earlier)]);
        var distances = ParameterMixingExperiment.Distances;
        return
        [
            .. Enumerable.Range(0, distances.Count - 1).Select(i => ClaimCheck.AtLeast(
                $"from {distances[i]} to {distances[i + 1]} updates the squared distance grows at least 1.1 times", Growth(i), 1.1, 0.1)),
            ClaimCheck.AtLeast("the mean of two states of a run has a test loss lower by at least 0.01 than the better of the two",
                report.Better.Minus(report.Within), 0.01),
            ClaimCheck.AtLeast("the mean of two runs has one higher by at least 0.1 than their states",
                new SeedSample(report.Across).Minus(report.States), 0.1),
        ];
    }
}
