namespace Etalon.Schedules;

/// <summary>What is known of a run's time, and so turns durations into steps.</summary>
/// <remarks>
/// A duration becomes the nearest whole number of steps, a tie the larger one: with 391 steps an epoch <c>0.5ep</c> is 196 steps. Nothing
/// is rounded to epochs, and a fraction of the run is a fraction of its steps.
/// </remarks>
/// <example>
/// <code>
/// var run = Timeline.OfRun(Duration.Parse("160ep"), stepsPerEpoch: 391);
/// Console.WriteLine(run.TotalSteps); // 62560
/// var rate = new Steps(0.1, [run.StepsOf(Duration.Parse("80ep")), run.StepsOf(Duration.Parse("75%"))], factor: 0.1);
/// Console.WriteLine(string.Join(" ", rate.At)); // 31280 46920
/// </code>
/// </example>
public sealed record Timeline
{
    /// <summary>A timeline of what is known; a duration whose unit needs what is not known is refused.</summary>
    /// <param name="stepsPerEpoch">Updates in an epoch; at least 1.</param>
    /// <param name="samplesPerStep">Samples in an update, over all batches it accumulates; at least 1.</param>
    /// <param name="totalSteps">Updates in the run; at least 0.</param>
    /// <exception cref="ArgumentException">A number is out of its range.</exception>
    public Timeline(long? stepsPerEpoch = null, long? samplesPerStep = null, long? totalSteps = null)
    {
        if (stepsPerEpoch is { } steps) StepsPerEpoch = Require.PositiveLength(steps, nameof(stepsPerEpoch));
        if (samplesPerStep is { } samples) SamplesPerStep = Require.PositiveLength(samples, nameof(samplesPerStep));
        TotalSteps = Require.OptionalLength(totalSteps);
    }

    /// <summary>Updates in an epoch; null where unknown.</summary>
    public long? StepsPerEpoch { get; }

    /// <summary>Samples in an update; null where unknown.</summary>
    public long? SamplesPerStep { get; }

    /// <summary>Updates in the run; null where unknown.</summary>
    public long? TotalSteps { get; }

    /// <summary>The length of a run that lasts <paramref name="duration"/>.</summary>
    /// <exception cref="ArgumentException">
    /// The duration is a fraction of the run itself, or needs the steps of an epoch or the samples of a step and they are not given.
    /// </exception>
    public static RunLength OfRun(Duration duration, long? stepsPerEpoch = null, long? samplesPerStep = null)
    {
        if (duration.Unit == TimeUnit.Run)
            throw Require.Refuse(nameof(duration), duration, "the run cannot last a fraction of itself",
                "give its duration in ep, ba or sp");
        return new RunLength(new Timeline(stepsPerEpoch, samplesPerStep), duration);
    }

    /// <summary>The number of steps in a duration: the nearest whole number, a tie the larger one.</summary>
    /// <exception cref="ArgumentException">What the unit needs is not known, or the result exceeds 2^53 steps.</exception>
    public long StepsOf(Duration duration)
    {
        decimal Known(long? number, string name) =>
            number ?? throw Require.Refuse(nameof(duration), duration, $"its unit needs {name}, which is not known",
                $"give {name}, or write the duration in ba");

        try
        {
            var steps = duration.Unit switch
            {
                TimeUnit.Epochs => duration.Amount * Known(StepsPerEpoch, "the steps per epoch"),
                TimeUnit.Samples => duration.Amount / Known(SamplesPerStep, "the samples per step"),
                TimeUnit.Run => duration.Amount * Known(TotalSteps, "the steps of the run"),
                _ => duration.Amount,
            };
            return Require.Length((long)decimal.Floor(steps + 0.5m), "the number of steps");
        }
        catch (OverflowException)
        {
            throw Require.Refuse(nameof(duration), duration, "is longer than 2^53 steps", "give fewer units");
        }
    }

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(Timeline), PrintMembers);
}
