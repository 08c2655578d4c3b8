using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.LabelNoise;

/// <summary>The claims that a large rate suppresses memorizing wrong labels and that its decay brings what is harder to learn, by <see cref="LabelNoiseExperiment"/> on real images.</summary>
/// <param name="name">Its name on the command line.</param>
/// <param name="images">What the images are called in the statement.</param>
/// <param name="cost">How long it takes on two cores.</param>
internal sealed class LabelNoiseClaim(string name, string images, string cost) : Claim
{
    /// <summary>On Fashion-MNIST.</summary>
    public static LabelNoiseClaim Fashion { get; } = new("label-noise-fashion", "Fashion-MNIST", "about six minutes on two cores")
    {
        Experiment = new LabelNoiseExperiment { Set = "fashion-mnist", Images = 2_000 },
    };

    /// <summary>On CIFAR-10.</summary>
    public static LabelNoiseClaim Cifar { get; } = new("label-noise-cifar", "CIFAR-10", "about seven minutes on two cores")
    {
        Experiment = new LabelNoiseExperiment { Set = "cifar10", Images = 10_000, Width = 8, Epochs = 24, LargeRate = 0.3 },
    };

    /// <summary>The experiment.</summary>
    public required LabelNoiseExperiment Experiment { get; init; }

    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override string Statement => $"On {images} with wrong labels a large initial rate keeps a convolutional network from memorizing them, and its decay brings what is harder to learn.";

    /// <inheritdoc/>
    public override string Source => "You, Long, Wang and Jordan 2019, *How does learning rate decay help modern neural networks?*, the claims on noise and on decay; wrong labels on these images are an extension.";

    /// <inheritdoc/>
    public override string Cost => cost;

    /// <inheritdoc/>
    public override ClaimReport Reproduce(ClaimRun run)
    {
        var experiment = Experiment with { Seeds = run.SeedsOr(Experiment.Seeds) };
        var report = experiment.Run(Path.Combine(run.Folder, "runs"), run.Threads, run.Report, run.Cancellation);
        return new ClaimReport(
            this,
            $"A convolutional network of {experiment.Width}, {2 * experiment.Width} and {4 * experiment.Width} channels with batch normalization on the first {experiment.Images:N0} images of {experiment.Set}, three tenths of the labels drawn anew, "
            + $"in batches of 128, momentum 0.9, decay 5e-4, {experiment.Epochs} epochs, {experiment.Seeds} seeds of wrong labels, start and order. Tested on the first {experiment.TestImages:N0} test images, whose labels are right.",
            [.. report.SuppressionChecks, .. report.DecayChecks],
            [
                "## Verdicts", "", .. LabelNoiseText.Verdicts(report), "",
                "## All arms", "", "Shares: of the images with a wrong label those answered with it (memorized) and with the true class (corrected); of those with the right one, and of the test images, those answered rightly.", "",
                .. LabelNoiseText.Table(report),
            ],
            LabelNoiseText.Chart(report),
            report.Arms.Select(arm => new { arm.Arm.Name, Final = LabelNoiseText.MetricNames.ToDictionary(metric => metric, metric => arm.At(metric, experiment.Epochs).Values) }));
    }
}
