using System.Diagnostics;
using Etalon.Lab.Benchmarks;
using Etalon.Lab.Data;
using Etalon.Lab.Recipes;
using Etalon.Lab.Training;

namespace Etalon.Lab.Sweeps;

/// <summary>What trials will take.</summary>
internal static class TrialCost
{
    private const int Untimed = 2, FewTimed = 5, MostTimed = 20;
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(0.15), TooLong = TimeSpan.FromSeconds(2);

    /// <summary>Bytes of the largest of the trials, on one thread each.</summary>
    /// <exception cref="InputException">A model does not fit its images.</exception>
    public static long MostMemory(Sweep sweep)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        // A network is laid out to know it, so once for all trials that differ in schedules and seeds alone.
        return sweep.Configurations.Select(configuration => configuration.Trials[0].Recipe)
            .DistinctBy(WhatIsComputed).Max(recipe => RunMemory.Of(recipe, threads: 1)!.Value);
    }

    // As texts: specifications with lists in them are equal only to themselves.
    private static (string Data, string Model, string Loss, Precision Precision, int Slots) WhatIsComputed(Recipe recipe)
    {
        var json = RecipeWriter.ToJson(recipe);
        return ($"{json["data"]}", $"{json["model"]}", $"{json["loss"]}", recipe.Precision, recipe.Optimizer.Slots);
    }

    /// <summary>How many trials train at a time: as many as asked for, and no more than there are or fit into memory.</summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="asked">As many as asked for, at least 1.</param>
    /// <param name="available">Bytes that there are.</param>
    public static int JobsThatFit(Sweep sweep, int asked, long available)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        return (int)Math.Clamp(available / MostMemory(sweep), 1, asked);
    }

    /// <summary>How this machine trains what is left: trials at a time, and the threads of each where there are fewer of them.</summary>
    /// <param name="folder">The sweep's folder.</param>
    /// <param name="sweep">The sweep.</param>
    /// <param name="options">What else is asked.</param>
    /// <param name="asked">Trials at a time as asked for; null for as many as there are processors.</param>
    /// <param name="processors">How many there are.</param>
    public static SweepOptions Fitting(SweepFolder folder, Sweep sweep, SweepOptions options, int? asked, int processors)
    {
        ArgumentNullException.ThrowIfNull(folder);
        int left = Math.Max(1, folder.LeftToTrain(options).Count);
        int jobs = Math.Min(left, JobsThatFit(sweep, asked ?? processors, RunMemory.Available));
        return options with { Jobs = jobs, Threads = Math.Max(1, processors / jobs) };
    }

    /// <summary>
    /// <see cref="SecondsPerUpdate"/> of many recipes: of those that differ in schedules and seeds alone it is measured once.
    /// </summary>
    /// <param name="unknown">Is told why it is not known of one, as where its data are not here.</param>
    public static Func<Recipe, double?> Measured(Action<InputException> unknown)
    {
        ArgumentNullException.ThrowIfNull(unknown);
        var known = new Dictionary<object, double?>();
        return recipe =>
        {
            object computed = WhatIsComputed(recipe with { Data = recipe.Data! with { Seed = 1 } });
            if (known.TryGetValue(computed, out double? before)) return before;
            try
            {
                return known[computed] = SecondsPerUpdate(recipe);
            }
            catch (InputException exception)
            {
                unknown(exception);
                return known[computed] = null;
            }
        };
    }

    /// <summary>
    /// Seconds of an update of a recipe on one thread: the median of up to 20 after 2 that are not timed. Fewer are timed where they take
    /// long: those in 0.15 s but at least 5, or those in 2 s. Of the median, since others may take the processor in the middle of one.
    /// </summary>
    /// <exception cref="InputException">Its data are not here, or do not fit.</exception>
    public static double SecondsPerUpdate(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        using var trainer = Trainer.Of(recipe, RecipeData.Load(recipe.Data!), threads: 1);
        using var stop = new CancellationTokenSource();
        var timer = new Timer(stop, recipe.TotalSteps);
        try
        {
            trainer.Run(timer, stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The timer's doing.
        }
        return timer.SecondsPerUpdate;
    }

    private sealed class Timer(CancellationTokenSource stop, long updates) : ITrainingObserver
    {
        // A run of two updates or fewer is timed whole.
        private readonly long _untimed = Math.Min(Untimed, updates - 1);
        private readonly List<double> _seconds = [];
        private long _begin = Stopwatch.GetTimestamp(), _last = Stopwatch.GetTimestamp(), _done;

        public double SecondsPerUpdate => RepeatedTime.Median(_seconds);

        public void Updated(in UpdateReport report)
        {
            long now = Stopwatch.GetTimestamp();
            if (++_done <= _untimed) _begin = now;
            else _seconds.Add(Stopwatch.GetElapsedTime(_last, now).TotalSeconds);
            _last = now;
            var elapsed = Stopwatch.GetElapsedTime(_begin, now);
            if (_seconds.Count >= MostTimed || (_seconds.Count >= FewTimed && elapsed >= LongEnough)
                || (_seconds.Count > 0 && elapsed >= TooLong)) stop.Cancel();
        }

        public void Evaluated(in EvaluationReport report)
        {
        }
    }
}
