using Etalon.Lab.Forecasts;

namespace Etalon.Lab.Advice;

/// <summary>What somebody has, and what he has decided already: the input of an <see cref="Advice"/>.</summary>
internal sealed record Budget
{
    /// <summary>The optimizer.</summary>
    public required AdvisedRule Rule { get; init; }

    /// <summary>The kind of network.</summary>
    public required NetworkFamily Family { get; init; }

    /// <summary>Updates of the run: T.</summary>
    public required long TotalSteps
    {
        get;
        init => field = Require.AtLeast(value, 2L, "a run has some updates");
    }

    /// <summary>Updates in an epoch; null where the data are passed once, or nobody said.</summary>
    public double? StepsPerEpoch { get; init; }

    /// <summary>Images, or tokens, in an update; null where nobody said.</summary>
    public double? Batch { get; init; }

    /// <summary>The peak rate; null to have one advised.</summary>
    public AdvisedRate? Rate { get; init; }

    /// <summary>The mixing units that the run should have; null for the rule.</summary>
    public double? Units { get; init; }

    /// <summary>How the rate moves; null to have it advised.</summary>
    public RateShape? Shape { get; init; }

    /// <summary>Whether the run may be made longer later.</summary>
    public bool IsExtendable { get; init; }

    /// <summary>Updates of the warm-up; null to have them advised.</summary>
    public long? Warmup { get; init; }

    /// <summary>Root mean square of the weights at the start; null where nobody said.</summary>
    public double? StartRms { get; init; }

    /// <summary>The noise of the gradient, where it was measured; null else.</summary>
    public GradientNoise? Noise { get; init; }

    /// <summary>SGD's S by mixing units, where it was measured; null else.</summary>
    public GradientCurve? Squares { get; init; }

    /// <summary>Training tokens over parameters, of a language model that sees its data once; null else.</summary>
    public double? TokensPerParameter { get; init; }

    /// <summary>Pixels on the side of an image.</summary>
    public double ImageSize { get; init; } = 32;

    /// <summary>Width of a language model.</summary>
    public double Width { get; init; } = 768;

    /// <summary>Epochs of the run; null where nobody said how long one is.</summary>
    public double? Epochs => TotalSteps / StepsPerEpoch;
}

/// <summary>A rate that is known beforehand.</summary>
/// <param name="Value">The peak rate.</param>
/// <param name="Standing">Whether it was given or measured.</param>
/// <param name="Reason">Where it is from.</param>
internal sealed record AdvisedRate(double Value, Standing Standing, string Reason);
