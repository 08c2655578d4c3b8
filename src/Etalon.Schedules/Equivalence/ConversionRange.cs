namespace Etalon.Schedules.Equivalence;

/// <summary>How far a converted schedule goes: its growth, its largest rate, and where each number format ends.</summary>
public sealed record ConversionRange
{
    internal ConversionRange(Conversion conversion)
    {
        var target = conversion.Target;
        (LargestLogRate, LargestLogGrowthPerStep) = (double.NegativeInfinity, double.NegativeInfinity);
        var degree = conversion.RateDegree;
        for (var step = target.FirstStep; step < target.End; step++)
        {
            var logRate = target[step].LogRate;
            if (logRate > LargestLogRate) (LargestLogRate, LargestRateStep) = (logRate, step);
            LargestLogGrowthPerStep =
                Math.Max(LargestLogGrowthPerStep, degree * (conversion.LogScaleAt(step + 1) - conversion.LogScaleAt(step)));
        }
        if (target.Count > 0)
            MeanLogGrowthPerStep = degree * (conversion.LogScaleAt(target.End) - conversion.LogScaleAt(target.FirstStep)) / target.Count;
        MeanLogGrowthPerEpoch = MeanLogGrowthPerStep * target.StepsPerEpoch;
        Formats = [.. FormatRange.Known.Select(format => format.Of(conversion))];
    }

    /// <summary>
    /// ln of the factor by which the change of scale makes the rate grow in a step, the mean over the run: 1/α² of SGD, and 1/α where
    /// <see cref="Conversion.RateDegree"/> is 1, as in Adam's forms.
    /// </summary>
    public double MeanLogGrowthPerStep { get; }

    /// <summary>The same for an epoch; null where the schedule has no epochs.</summary>
    public double? MeanLogGrowthPerEpoch { get; }

    /// <summary>The largest of any step.</summary>
    public double LargestLogGrowthPerStep { get; }

    /// <summary>The largest ln η of the equivalent schedule; negative infinity where all rates are 0.</summary>
    public double LargestLogRate { get; }

    /// <summary>The step with the largest rate, the first of several.</summary>
    public long LargestRateStep { get; }

    /// <summary>Where float16, float32 and float64 would overflow in a run that does not re-centre.</summary>
    public IReadOnlyList<FormatRange> Formats { get; }

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(ConversionRange), PrintMembers);
}
