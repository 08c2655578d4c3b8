using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.PatternSeparation;

/// <summary>The claims that a large rate does not memorize noise and that its decay brings complex patterns, by <see cref="PatternSeparationExperiment"/>.</summary>
internal static class PatternSeparationClaim
{
    public static Claim Claim { get; } = new(
        "pattern-separation",
        "A large initial rate keeps a network from memorizing noisy images; its decay brings the complex patterns.",
        "You, Long, Wang and Jordan 2019, *How does learning rate decay help modern neural networks?*, the claims on PS10.",
        "some twelve minutes on two cores",
        run => Reproduce(new PatternSeparationExperiment(), run));

    /// <summary>The same with other settings.</summary>
    public static ClaimReport Reproduce(PatternSeparationExperiment experiment, ClaimRun run)
    {
        experiment = experiment with { Seeds = run.SeedsOr(experiment.Seeds) };
        var report = experiment.Run(Path.Combine(run.Folder, "runs"), run.Threads, run.Report, run.Cancellation);
        return new ClaimReport(
            Claim,
            $"A perceptron 256-256-256-10 with batch normalization on PS10, 10,000 images in batches of 128, momentum 0.9, decay 5e-4 of the weights, 40 epochs, {experiment.Seeds} seeds of data, start and order.",
            report.Checks,
            [
                "## All arms", "", .. PatternSeparationText.Table(report), "",
                "## The three explanations", "", .. ExplanationTable.Lines(report, null),
            ],
            PatternSeparationText.Chart(report),
            report.Arms.Select(arm => new { arm.Arm.Name, Final = PatternSeparationText.MetricNames.ToDictionary(metric => metric, metric => arm.At(metric, 40).Values) }));
    }
}
