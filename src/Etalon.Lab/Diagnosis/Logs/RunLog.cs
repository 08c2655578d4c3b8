using Etalon.Schedules.Equivalence;

namespace Etalon.Lab.Diagnosis.Logs;

/// <summary>What a run wrote down of its updates and of groups of weights: all that <c>diagnose</c> reads. Rows ascend by step and may leave steps out.</summary>
public sealed class RunLog
{
    /// <summary>Where it comes from: a run's name or a file.</summary>
    public required string Source { get; init; }

    /// <summary>The formula of the update.</summary>
    public required UpdateRule Rule { get; init; }

    /// <summary>The 0-based update of each row.</summary>
    public required long[] Steps { get; init; }

    /// <summary>The rate η of each row's update; NaN where it is missing.</summary>
    public required double[] Rate { get; init; }

    /// <summary>The weight decay λ of each row's update.</summary>
    public required double[] WeightDecay { get; init; }

    /// <summary>The momentum μ of each row's update.</summary>
    public required double[] Momentum { get; init; }

    /// <summary>The groups, in the order of their first columns.</summary>
    public required IReadOnlyList<LogGroup> Groups { get; init; }

    /// <summary>Updates that the run was planned to have; null where nobody said.</summary>
    public long? PlannedSteps { get; init; }

    /// <summary>What was wrong with the log and was gone without.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The update after the last one that the log speaks of: as far as its usual interval reaches past the last row.</summary>
    public long End => PlannedSteps is { } planned ? Math.Min(planned, Steps[^1] + Interval) : Steps[^1] + Interval;

    /// <summary>Updates from a row to the next: the median; 1 for a single row.</summary>
    public long Interval => field > 0 ? field : field = Median();

    private long Median()
    {
        if (Steps.Length < 2) return 1;
        long[] gaps = [.. Steps.Zip(Steps.Skip(1), (a, b) => b - a).Order()];
        return gaps[gaps.Length / 2];
    }
}
