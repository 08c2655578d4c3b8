namespace Etalon.Lab.Claims.Shared;

/// <summary>Metrics of an arm by epoch: where several lines fall in one, their mean.</summary>
internal static class EpochCurves
{
    /// <summary>What the monitors measure of all scale-invariant weights together.</summary>
    public const string Angle = "angle/scale_invariant", Norm = "norm/scale_invariant", EffectiveRate = "effective_rate/scale_invariant";

    /// <summary>The mean accuracy over an epoch's batches.</summary>
    public const string TrainAccuracy = "train/accuracy";

    /// <summary>[seed][epoch - 1].</summary>
    /// <exception cref="InputException">A run has no such metric, or no whole epoch.</exception>
    public static double[][] Of(ArmResult arm, string metric) =>
    [
        .. arm.Curves(metric).Select(curve => curve.GroupBy(point => (int)Math.Ceiling(point.Epoch - 1e-9)).OrderBy(epoch => epoch.Key)
            .Select(epoch => epoch.Average(point => point.Value)).ToArray()),
    ];

    /// <summary>The mean over the seeds, by epoch.</summary>
    public static double[] Mean(double[][] curves) =>
        [.. Enumerable.Range(0, curves.Min(curve => curve.Length)).Select(epoch => curves.Average(curve => curve[epoch]))];

    /// <summary>One epoch of each seed.</summary>
    public static SeedSample At(ArmResult arm, string metric, int epoch) => new([.. Of(arm, metric).Select(curve => curve[epoch - 1])]);
}
