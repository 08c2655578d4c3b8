using Etalon.Lab.Data;
using Etalon.Schedules;

namespace Etalon.Lab.Recipes;

/// <summary>The time of a recipe: its run's length, and durations to steps.</summary>
internal sealed class RecipeTime
{
    /// <summary>More steps than any run has; float64 counts them exactly.</summary>
    public const long MostSteps = 1L << 53;

    // Stand-ins after a problem, so that the rest of the recipe is checked too: large enough that fractions stay apart.
    private const long SomeStepsPerEpoch = 1000;
    private const long SomeSteps = 1_000_000_000;

    private readonly Timeline timeline;

    private RecipeTime(Timeline timeline, string folder) => (this.timeline, Folder) = (timeline, folder);

    /// <summary>The folder that paths in the recipe count from.</summary>
    public string Folder { get; }

    /// <summary>The files of tables that were read from there.</summary>
    public List<string> Tables { get; } = [];

    /// <summary>Updates of the run.</summary>
    public long TotalSteps => timeline.TotalSteps.GetValueOrDefault();

    /// <summary>Updates of an epoch; the whole run where the recipe does not say.</summary>
    public long StepsPerEpoch => timeline.StepsPerEpoch ?? TotalSteps;

    /// <summary>Reads <c>duration</c> and <c>steps_per_epoch</c>.</summary>
    /// <param name="root">The recipe.</param>
    /// <param name="data">Its data, which decides the steps of an epoch; null where it has none or a problem.</param>
    /// <param name="hasData">Whether it names data at all.</param>
    /// <param name="folder">The folder that paths in the recipe count from.</param>
    public static RecipeTime Read(SectionReader root, DataSpec? data, bool hasData, string folder)
    {
        var perEpoch = root.Read("steps_per_epoch", (long?)null, node => StepsOfEpoch(node, data));
        perEpoch = data?.StepsPerEpoch ?? (hasData ? SomeStepsPerEpoch : perEpoch);
        var samples = data?.Batch ?? (hasData ? 1L : (long?)null);
        var known = new RecipeTime(new Timeline(perEpoch, samples), folder);
        var total = root.Need("duration", SomeSteps, "write how long the run is, as in duration: 30ep", node => known.RunSteps(node));
        return new RecipeTime(new Timeline(perEpoch, samples, total), folder);
    }

    /// <summary>A duration in steps: the nearest whole number.</summary>
    public long Steps(RecipeNode node) => Refusing(node, timeline.StepsOf);

    /// <summary>A duration in steps that need not be whole: the time scale of a formula rather than a place in the run.</summary>
    public double FractionalSteps(RecipeNode node) => Refusing(node, duration => (double)duration.Amount * (duration.Unit switch
    {
        TimeUnit.Epochs => timeline.StepsPerEpoch,
        TimeUnit.Samples => 1.0 / timeline.SamplesPerStep,
        TimeUnit.Run => timeline.TotalSteps,
        _ => 1,
    }).GetValueOrDefault());

    private T Refusing<T>(RecipeNode node, Func<Duration, T> convert)
    {
        try
        {
            var duration = Duration.Parse(ScalarReader.Scalar(node, "a duration such as 30ep").Text);
            return Missing(duration.Unit) is { } missing ? throw new ValueException(node, missing) : convert(duration);
        }
        catch (FormatException e)
        {
            throw new ValueException(node, e.Message.TrimEnd('.'));
        }
        catch (ArgumentException e)
        {
            throw new ValueException(node, SectionReader.RuleOf(e));
        }
    }

    private long RunSteps(RecipeNode node)
    {
        var steps = Steps(node);
        return steps >= 1 ? steps : throw new ValueException(node, "is no update at all; a run has at least one");
    }

    private string? Missing(TimeUnit unit) => unit switch
    {
        TimeUnit.Epochs when timeline.StepsPerEpoch is null =>
            "epochs need the steps of an epoch; write steps_per_epoch, or name the data, or write the duration in ba",
        TimeUnit.Samples when timeline.SamplesPerStep is null =>
            "samples need the batch; name the data with its batch, or write the duration in ba",
        TimeUnit.Run when timeline.TotalSteps is null =>
            "the run cannot last a fraction of itself; write its duration in ep, ba or sp",
        _ => null,
    };

    private static long? StepsOfEpoch(RecipeNode node, DataSpec? data)
    {
        var steps = ScalarReader.Long(node);
        if (steps < 1) throw new ValueException(node, "must be at least 1: the updates of an epoch");
        if (steps > MostSteps) throw new ValueException(node, "is more than 2^53");
        if (data is not null && steps != data.StepsPerEpoch)
            throw new ValueException(node,
                $"the data says {data.StepsPerEpoch}: {data.TrainCount} images in batches of {data.Batch}; remove the key");
        return steps;
    }
}
