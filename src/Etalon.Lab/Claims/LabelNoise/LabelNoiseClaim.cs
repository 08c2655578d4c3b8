using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.LabelNoise;

/// <summary>The claims that a large rate suppresses memorizing wrong labels and that its decay brings what is harder to learn, by <see cref="LabelNoiseExperiment"/> on real images.</summary>
internal static class LabelNoiseClaim
{
    private const string Source = "You, Long, Wang and Jordan 2019, *How does learning rate decay help modern neural networks?*, the claims on noise and on decay; wrong labels on these images are an extension.";

    /// <summary>On Fashion-MNIST.</summary>
    public static Claim Fashion { get; } = new(
        "label-noise-fashion", Statement("Fashion-MNIST"), Source, "some six minutes on two cores", run => Reproduce(Fashion!, new LabelNoiseExperiment { Set = "fashion-mnist", Images = 2_000 }, run));

    /// <summary>On CIFAR-10.</summary>
    public static Claim Cifar { get; } = new(
        "label-noise-cifar", Statement("CIFAR-10"), Source, "some seven minutes on two cores", run => Reproduce(Cifar!, new LabelNoiseExperiment { Set = "cifar10", Images = 10_000, Width = 8, Epochs = 24, LargeRate = 0.3 }, run));

    /// <summary>The same with other settings.</summary>
    public static ClaimReport Reproduce(Claim claim, LabelNoiseExperiment experiment, ClaimRun run)
    {
        experiment = experiment with { Seeds = run.SeedsOr(experiment.Seeds) };
        var report = experiment.Run(Path.Combine(run.Folder, "runs"), run.Threads, run.Report, run.Cancellation);
        return new ClaimReport(
            claim,
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

    private static string Statement(string images) => $"On {images} with wrong labels a large initial rate keeps a convolutional network from memorizing them, and its decay brings what is harder to learn.";
}
