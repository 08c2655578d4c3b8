using Etalon.Lab.Experiments;

namespace Etalon.Lab.Claims;

/// <summary>The claims that the two common explanations of step decay are insufficient, by <see cref="DecayBeliefs"/>.</summary>
internal static class DecayBeliefsClaim
{
    public static Claim Claim { get; } = new(
        "decay-beliefs",
        "Step decay helps neither because gradient descent stops oscillating nor because stochastic gradient descent settles in the minimum that it hovered around.",
        "You, Long, Wang and Jordan 2019, *How does learning rate decay help modern neural networks?*, the experiments on the two common beliefs.",
        "some five minutes on two cores",
        run => Reproduce(new DecayBeliefs(), run));

    /// <summary>The same with other settings.</summary>
    public static ClaimReport Reproduce(DecayBeliefs experiment, ClaimRun run)
    {
        experiment = experiment with { Seeds = run.SeedsOr(experiment.Seeds) };
        var report = experiment.Run(Path.Combine(run.Folder, "runs"), run.Threads, run.Tell, run.Cancellation);
        return new ClaimReport(
            Claim,
            "A perceptron 256-256-256-10 with batch normalization on 2,000 clean images of PS10 with 4 simple and 20 complex patterns a class, without weight decay: "
            + $"600 updates on the full batch at σ 0.5 without momentum, and 60 epochs in batches of 32 at σ 1 with momentum 0.9 for {experiment.Seeds} seeds.",
            [.. report.GradientChecks, .. report.StochasticChecks],
            [
                "## Leading eigenvalues, full batch", "", .. DecayBeliefsText.Curvatures(report), "",
                "## J, small batches", "", .. DecayBeliefsText.Gains(report), "",
                "## The three explanations", "", .. HeadlineTable.Lines(null, report),
            ],
            DecayBeliefsText.Chart(report),
            report.Curvatures.Select(reading => new { reading.Arm.Name, reading.Step, reading.Rate, reading.Hessian.Eigenvalue, reading.Hessian.Residual }));
    }
}
