using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.TransferByStage;

/// <summary>What was gained from the end of a stage to that of the next, seed by seed, on the source and on a target.</summary>
/// <param name="Source">Gains of the network's own test accuracy.</param>
/// <param name="Target">Gains of the probe's test accuracy.</param>
internal sealed record StageGain(SeedSample Source, SeedSample Target)
{
    /// <summary>Standard errors above 0 that a gain on the source must have for a ratio to be formed.</summary>
    public const double Significance = 3;

    /// <summary>Whether the gain on the source is significant.</summary>
    public bool IsFormed => Source.Mean > Significance * Source.Error;

    /// <summary>TR, the mean gain on the target over that on the source; NaN where it is not formed.</summary>
    public double Ratio => IsFormed ? Target.Mean / Source.Mean : double.NaN;

    /// <summary>
    /// TR as a sample over the seeds, to the first order around the means (the delta method): TR + (t - TR s) / mean s for a seed's gains
    /// s, t. Its mean is TR, and its standard error that of TR.
    /// </summary>
    internal SeedSample Linearized => new([.. Source.Values.Zip(Target.Values, (s, t) => Ratio + (t - Ratio * s) / Source.Mean)]);

    /// <summary>The ratio with its 95 % interval, or why there is none.</summary>
    public override string ToString() => IsFormed
        ? $"{Ratio:F2} ± {Linearized.Margin:F2}"
        : $"not formed, source gain {Source.Mean:F4} with a standard error of {Source.Error:F4} not significant";
}
