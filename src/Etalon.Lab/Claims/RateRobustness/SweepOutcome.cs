namespace Etalon.Lab.Claims.RateRobustness;

/// <summary>What became of a run.</summary>
/// <param name="Updates">Updates made.</param>
/// <param name="Loss">The mean training loss of the last fifth of the updates; NaN where it diverged.</param>
/// <param name="TestLoss">The loss on the test images, the mean of the evaluations in that fifth; NaN where it diverged.</param>
/// <param name="Accuracy">The accuracy on them, in [0, 1], the same mean; NaN where it diverged.</param>
public sealed record SweepOutcome(long Updates, double Loss, double TestLoss, double Accuracy)
{
    /// <summary>Whether a loss or a gradient was not finite.</summary>
    public bool HasDiverged => double.IsNaN(Accuracy);

    /// <summary>Of a run whose loss or gradient was not finite after so many updates.</summary>
    internal static SweepOutcome Diverged(long updates) => new(updates, double.NaN, double.NaN, double.NaN);
}

/// <summary>One run of <see cref="RateRobustnessExperiment"/>.</summary>
/// <param name="Network">What is trained.</param>
/// <param name="Rule">By which rule.</param>
/// <param name="Rate">At which initial rate.</param>
/// <param name="Seed">The seed of start and order.</param>
public sealed record SweepRun(SweepNetwork Network, SweepRule Rule, double Rate, int Seed);
