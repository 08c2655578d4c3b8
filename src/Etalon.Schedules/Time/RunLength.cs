namespace Etalon.Schedules;

/// <summary>How long a run is: its epochs and updates, both known.</summary>
/// <remarks>
/// A number of epochs becomes the nearest whole number of steps, a tie the larger one, as in a <see cref="Timeline"/>.
/// </remarks>
/// <example>
/// <code>
/// var run = new RunLength(epochs: 90, stepsPerEpoch: 391);
/// Console.WriteLine(run.TotalSteps); // 35190
/// Console.WriteLine(run.Epochs(5)); // 1955
/// Console.WriteLine(run.After(5)); // 33235
/// var rate = new Warmup(0.4, run.Epochs(5)).Then(new Cosine(0.4, 0, run.After(5)));
/// Console.WriteLine(rate.Length == run.TotalSteps); // True
/// </code>
/// </example>
public sealed record RunLength
{
    private readonly Timeline _timeline;

    /// <summary>A run of so many epochs.</summary>
    /// <param name="epochs">Epochs in the run, at least 0; half an epoch is legal.</param>
    /// <param name="stepsPerEpoch">Updates in an epoch; at least 1.</param>
    /// <exception cref="ArgumentException">A number is out of its range.</exception>
    public RunLength(double epochs, long stepsPerEpoch)
        : this(new Timeline(stepsPerEpoch), OfEpochs(epochs))
    {
    }

    internal RunLength(Timeline timeline, Duration duration)
    {
        TotalSteps = timeline.StepsOf(duration);
        _timeline = new Timeline(timeline.StepsPerEpoch, timeline.SamplesPerStep, TotalSteps);
    }

    /// <summary>Updates in the run.</summary>
    public long TotalSteps { get; }

    /// <summary>Updates in so many epochs.</summary>
    /// <param name="epochs">Epochs, at least 0.</param>
    /// <exception cref="ArgumentException">It is negative, or the updates of an epoch are not known.</exception>
    public long Epochs(double epochs) => _timeline.StepsOf(OfEpochs(epochs));

    /// <summary>Updates that are left after so many epochs.</summary>
    /// <param name="epochs">Epochs, from 0 to those of the run.</param>
    /// <exception cref="ArgumentException">It is negative, longer than the run, or the updates of an epoch are not known.</exception>
    public long After(double epochs) => TotalSteps - Epochs(epochs) is >= 0 and var left
        ? left
        : throw Require.Refuse(nameof(epochs), epochs, $"the run has {TotalSteps} updates, and these are {Epochs(epochs)}",
            "give fewer epochs");

    /// <summary>Updates in a duration: the nearest whole number, a tie the larger one.</summary>
    /// <exception cref="ArgumentException">What the unit needs is not known, or the result exceeds 2^53 steps.</exception>
    public long StepsOf(Duration duration) => _timeline.StepsOf(duration);

    // Decimal has 28 digits: 0.1 epochs are a tenth exactly.
    private static Duration OfEpochs(double epochs) => epochs is >= 0 and <= 1e15
        ? new Duration((decimal)epochs, TimeUnit.Epochs)
        : throw Require.Refuse(nameof(epochs), epochs, "must be a number of epochs from 0 to 1e15", "give a number such as 90");

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(RunLength), PrintMembers);
}
