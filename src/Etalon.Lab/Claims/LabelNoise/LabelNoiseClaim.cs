using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Claims.LabelNoise;

/// <summary>
/// The claims that a large rate suppresses memorizing wrong labels and that its decay brings what is harder to learn, by
/// <see cref="LabelNoiseExperiment"/> on real images.
/// </summary>
/// <param name="name">Its name on the command line.</param>
/// <param name="images">What the images are called in the statement.</param>
/// <param name="minutes">How long it takes on two cores.</param>
internal sealed class LabelNoiseClaim(string name, string images, double minutes) : Claim
{
    /// <summary>On Fashion-MNIST.</summary>
    public static LabelNoiseClaim Fashion { get; } = new("label-noise-fashion", "Fashion-MNIST", 6)
    {
        Experiment = new LabelNoiseExperiment { Set = "fashion-mnist", Images = 2_000 },
    };

    /// <summary>On CIFAR-10.</summary>
    public static LabelNoiseClaim Cifar { get; } = new("label-noise-cifar", "CIFAR-10", 7)
    {
        Experiment = new LabelNoiseExperiment { Set = "cifar10", Images = 10_000, Width = 8, Epochs = 24, LargeRate = 0.3 },
    };

    /// <summary>The experiment.</summary>
    public required LabelNoiseExperiment Experiment { get; init; }

    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Ids => ["L4", "C4", "C5"];

    /// <inheritdoc/>
    public override string Statement =>
        $"On {images} with wrong labels a large initial rate keeps a convolutional network from memorizing them, and its decay brings "
        + $"what is harder to learn.";

    /// <inheritdoc/>
    public override string Source =>
        "You, Long, Wang and Jordan 2019, *How does learning rate decay help modern neural networks?*, the claims on noise and on decay; "
        + "wrong labels on these images are an extension.";

    /// <inheritdoc/>
    public override string Question =>
        "Does a large rate keep a convolutional network from memorizing wrong labels, and does its decay bring what is harder to learn?";

    /// <inheritdoc/>
    public override string PaperSays =>
        "A large initial rate suppresses memorizing noisy data. Wrong labels on these images are an extension: no number to compare with.";

    /// <inheritdoc/>
    public override ClaimCost? CostAt(ClaimScale scale) => scale switch
    {
        ClaimScale.Quick => null,
        _ => new(minutes, Experiment.Set),
    };

    /// <inheritdoc/>
    internal override IReadOnlyList<Recipe> Recipes(ClaimRun run) => Of(run).Recipes;

    private LabelNoiseExperiment Of(ClaimRun run) => Experiment with { Seeds = run.SeedsOr(Experiment.Seeds) };

    /// <inheritdoc/>
    public override ClaimReport Reproduce(ClaimRun run)
    {
        var experiment = Of(run);
        var report = experiment.Run(run);
        IReadOnlyList<ClaimCheck> suppression = [.. Suppresses(report)], decay = [.. DecayBrings(report)];
        return new ClaimReport(
            this, Setting(experiment), [.. suppression, .. decay],
            [
                "## Verdicts", "", .. LabelNoiseReport.Verdicts(suppression, decay), "",
                "## All arms", "",
                "Shares: of the images with a wrong label those answered with it (memorized) and with the true class (corrected); of "
                + "those with the right one, and of the test images, those answered rightly.", "",
                .. report.Table,
            ],
            report.Picture, report.Measurements);
    }

    private static string Setting(LabelNoiseExperiment experiment) =>
        $"A convolutional network of {experiment.Width}, {2 * experiment.Width} and {4 * experiment.Width} channels with batch "
        + $"normalization on the first {experiment.Images:N0} images of {experiment.Set}, three tenths of the labels drawn anew, "
        + $"in batches of 128, momentum 0.9, decay 5e-4, {experiment.Epochs} epochs, {experiment.Seeds} seeds of wrong labels, start and "
        + $"order. Tested on the first {experiment.TestImages:N0} test images, whose labels are right.";

    /// <summary>What was expected if a large rate suppresses memorizing (C4), and whether it was so.</summary>
    internal static IEnumerable<ClaimCheck> Suppresses(LabelNoiseReport report)
    {
        const string Memorized = LabelNoiseReport.Memorized, Corrected = LabelNoiseReport.Corrected;
        int stage = report.Experiment.FirstStage, end = report.Experiment.Epochs;
        var (decayed, large, medium, small) = RateArms.Of(report.Arms);
        foreach (var other in new[] { medium, small })
            yield return ClaimCheck.AtLeast(
                $"after {stage} epochs {large.Arm.Title} has memorized at least 0.1 fewer of the wrong labels than {other.Arm.Title}",
                other.At(Memorized, stage).Minus(large.At(Memorized, stage)), 0.1);
        yield return ClaimCheck.AtLeast(
            $"and gives at least 0.05 more of their images the true class than {medium.Arm.Title}",
            large.At(Corrected, stage).Minus(medium.At(Corrected, stage)), 0.05);
        yield return ClaimCheck.AtLeast(
            $"in the end the decayed rate has memorized at least 0.1 fewer than {medium.Arm.Title}",
            medium.At(Memorized, end).Minus(decayed.At(Memorized, end)), 0.1);
    }

    /// <summary>What was expected if its decay brings what is harder to learn (C5), and whether it was so.</summary>
    internal static IEnumerable<ClaimCheck> DecayBrings(LabelNoiseReport report)
    {
        const string Test = LabelNoiseReport.Test;
        int stage = report.Experiment.FirstStage, end = report.Experiment.Epochs;
        var (decayed, large, medium, small) = RateArms.Of(report.Arms);
        yield return ClaimCheck.AtLeast("the best test accuracy after the decay is at least 0.01 above the best before it",
            decayed.Gain(Test, stage), 0.01);
        yield return ClaimCheck.AtLeast("and the best accuracy on clean training images at least 0.02",
            decayed.Gain(LabelNoiseReport.Clean, stage), 0.02);
        foreach (var constant in new[] { large, medium, small })
            yield return ClaimCheck.AtLeast($"in the end its test accuracy is at least 0.01 above that of {constant.Arm.Title}",
                decayed.At(Test, end).Minus(constant.At(Test, end)), 0.01);
    }
}
