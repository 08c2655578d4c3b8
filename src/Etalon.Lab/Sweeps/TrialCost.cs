using System.Diagnostics;
using Etalon.Lab.Data;
using Etalon.Lab.Recipes;
using Etalon.Lab.Training;

namespace Etalon.Lab.Sweeps;

/// <summary>What trials will take.</summary>
internal static class TrialCost
{
    private const int Untimed = 2, MostTimed = 20;
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(0.5);

    /// <summary>Bytes of the largest of the trials, on one thread each.</summary>
    /// <exception cref="InputException">A model does not fit its images.</exception>
    public static long MostMemory(Sweep sweep)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        // Seeds take the same memory.
        return sweep.Configurations.Max(configuration => RunMemory.Of(configuration.Trials[0].Recipe, threads: 1)!.Value);
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

    /// <summary>
    /// Seconds of an update of a recipe on one thread: the mean of up to 20 after 2 that are not timed, or of those in half a second.
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
        private long _begin = Stopwatch.GetTimestamp(), _done;
        private TimeSpan _elapsed;

        public double SecondsPerUpdate => _elapsed.TotalSeconds / Math.Max(1, _done - _untimed);

        public void Updated(in UpdateReport report)
        {
            _done++;
            if (_done == _untimed) _begin = Stopwatch.GetTimestamp();
            _elapsed = Stopwatch.GetElapsedTime(_begin);
            if (_done - _untimed >= MostTimed || (_done > _untimed && _elapsed >= LongEnough)) stop.Cancel();
        }

        public void Evaluated(in EvaluationReport report)
        {
        }
    }
}
