namespace Etalon.Lab.Claims.Shared;

/// <summary>The metrics of a run that more than one claim reads.</summary>
internal static class RunMetrics
{
    public const string TrainLoss = "train/loss", FitLoss = "fit/loss", TestAccuracy = "test/accuracy";

    /// <summary>Test accuracy on simple and on complex patterns, and accuracy on the noisy training images.</summary>
    public const string Simple = "test/accuracy/simple", Complex = "test/accuracy/complex", Noisy = "fit/accuracy/noisy";
}
