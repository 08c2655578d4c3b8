using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.DecayExplanations;

/// <summary>The claims that the two common explanations of step decay are insufficient, by <see cref="DecayExplanationsExperiment"/>.</summary>
internal sealed class DecayExplanationsClaim : Claim
{
    /// <summary>The experiment, with the settings of the claim by default.</summary>
    public DecayExplanationsExperiment Experiment { get; init; } = new();

    /// <inheritdoc/>
    public override string Name => "decay-beliefs";

    /// <inheritdoc/>
    public override string Statement => "Step decay helps neither because gradient descent stops oscillating nor because stochastic gradient descent settles in the minimum that it hovered around.";

    /// <inheritdoc/>
    public override string Source => "You, Long, Wang and Jordan 2019, *How does learning rate decay help modern neural networks?*, the experiments on the two common beliefs.";

    /// <inheritdoc/>
    public override string Cost => "about five minutes on two cores";

    /// <inheritdoc/>
    public override ClaimReport Reproduce(ClaimRun run)
    {
        var experiment = Experiment with { Seeds = run.SeedsOr(Experiment.Seeds) };
        var report = experiment.Run(Path.Combine(run.Folder, "runs"), run.Threads, run.Report, run.Cancellation);
        return new ClaimReport(
            this,
            "A perceptron 256-256-256-10 with batch normalization on 2,000 clean images of PS10 with 4 simple and 20 complex patterns a class, without weight decay: "
            + $"600 updates on the full batch at σ 0.5 without momentum, and 60 epochs in batches of 32 at σ 1 with momentum 0.9 for {experiment.Seeds} seeds.",
            [.. report.GradientChecks, .. report.StochasticChecks],
            [
                "## Leading eigenvalues, full batch", "", .. DecayExplanationsText.Curvatures(report), "",
                "## J, small batches", "", .. DecayExplanationsText.Gains(report), "",
                "## The three explanations", "", .. new ExplanationTable { Gradient = report.GradientChecks, Stochastic = report.StochasticChecks }.Lines,
            ],
            DecayExplanationsText.Chart(report),
            report.Curvatures.Select(reading => new { reading.Arm.Name, reading.Step, reading.Rate, reading.Hessian.Eigenvalue, reading.Hessian.Residual }));
    }
}
