namespace Etalon.Schedules.Equivalence;

/// <summary>How far a converted schedule goes: its growth, its largest rate, and where each number format ends.</summary>
public sealed record ConversionRange
{
    internal ConversionRange(Conversion conversion)
    {
        var target = conversion.Target;
        (LargestLogRate, LargestLogGrowthPerStep) = (double.NegativeInfinity, double.NegativeInfinity);
        for (var step = target.FirstStep; step < target.End; step++)
        {
            var logRate = target[step].LogRate;
            if (logRate > LargestLogRate) (LargestLogRate, LargestRateStep) = (logRate, step);
            LargestLogGrowthPerStep =
                Math.Max(LargestLogGrowthPerStep, 2 * (conversion.LogScaleAt(step + 1) - conversion.LogScaleAt(step)));
        }
        if (target.Count > 0)
            MeanLogGrowthPerStep = 2 * (conversion.LogScaleAt(target.End) - conversion.LogScaleAt(target.FirstStep)) / target.Count;
        MeanLogGrowthPerEpoch = MeanLogGrowthPerStep * target.StepsPerEpoch;
        Formats = [.. FormatRange.Known.Select(format => format.Of(conversion))];
    }

    /// <summary>ln of the factor 1/α² by which the change of scale makes the rate grow in a step, the mean over the run.</summary>
    public double MeanLogGrowthPerStep { get; }

    /// <summary>The same for an epoch; null where the schedule has no epochs.</summary>
    public double? MeanLogGrowthPerEpoch { get; }

    /// <summary>The largest ln(1/α²) of any step.</summary>
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
