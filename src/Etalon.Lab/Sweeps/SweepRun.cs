using Etalon.Lab.Runs;
using Etalon.Lab.Training;

namespace Etalon.Lab.Sweeps;

/// <summary>
/// Trains what is missing of a sweep, and resumes what was interrupted; what is done stays as it is. It may be killed at any moment
/// and run again.
/// </summary>
internal sealed class SweepRun
{
    // Somebody who asks how a trial stands holds its lock for a moment.
    private const int Attempts = 5;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(2);

    private readonly string _root;
    private readonly Action<TrialState> _ended;
    private readonly object _lock = new();

    private SweepRun(string root, Action<TrialState> ended) => (_root, _ended) = (root, ended);

    /// <summary>Trains.</summary>
    /// <param name="folder">The sweep's folder as it stands.</param>
    /// <param name="options">How.</param>
    /// <param name="ended">Called after each trial that was trained or could not be, one call at a time.</param>
    /// <param name="cancellation">Stops all trials after the updates at work, each with a checkpoint.</param>
    /// <exception cref="InputException">Trials were computed with another arithmetic.</exception>
    /// <exception cref="OperationCanceledException">It was canceled.</exception>
    public static void Execute(SweepFolder folder, SweepOptions options, Action<TrialState> ended, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(options);
        var missing = folder.LeftToTrain(options);
        if (missing.Count == 0) return;
        if (!options.MixVersions) folder.RequireOneArithmetic();
        var run = new SweepRun(folder.Path, ended);
        if (folder.Sweep.Halving is not null)
        {
            run.TrainByRungs(folder, options, cancellation);
            return;
        }
        ParallelRuns.ForEach(missing, options.Jobs, trial => run.Train(trial, options, long.MaxValue, cancellation), cancellation);
    }

    // Each worker takes the trial that has come farthest of those that go on, as things stand then. Who finds none waits for those at work,
    // whose coming to a rung may let others go on.
    private void TrainByRungs(SweepFolder folder, SweepOptions options, CancellationToken cancellation)
    {
        var now = folder.Trials.ToArray();
        HashSet<string> taken = [], given = [];
        var known = new Dictionary<(string Trial, long Rung), double>();
        (int Place, long Until)? Next()
        {
            lock (_lock)
            {
                while (!cancellation.IsCancellationRequested)
                {
                    var state = HalvingState.Of(folder.Sweep, now, known);
                    var open = now.Index().Where(pair => IsToTrain(pair.Item, options) && !taken.Contains(pair.Item.Trial.Id)
                        && !given.Contains(pair.Item.Trial.Id) && pair.Item.Updates < state.UntilOf(pair.Item.Trial)).ToList();
                    if (open.Count > 0)
                    {
                        int place = open.MaxBy(pair => pair.Item.Updates).Index;
                        taken.Add(now[place].Trial.Id);
                        return (place, state.UntilOf(now[place].Trial));
                    }
                    if (taken.Count == 0) return null;
                    Monitor.Wait(_lock, BetweenLooks);
                }
                return null;
            }
        }

        void Work()
        {
            while (Next() is { } next)
            {
                var after = Train(now[next.Place], options, next.Until, cancellation);
                lock (_lock)
                {
                    taken.Remove(after.Trial.Id);
                    // What cannot be trained now is not tried again and again.
                    if (after.Updates <= now[next.Place].Updates && IsToTrain(after, options)) given.Add(after.Trial.Id);
                    now[next.Place] = after;
                    Monitor.PulseAll(_lock);
                }
            }
        }

        ParallelRuns.ForEach([.. Enumerable.Range(0, options.Jobs)], options.Jobs, _ => Work(), cancellation);
        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>
    /// Trains these trials to their ends, also those that another process trains just now: where it ends before them, this one goes on.
    /// </summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="runs">The folder of all runs.</param>
    /// <param name="trials">The trials by name.</param>
    /// <param name="options">How.</param>
    /// <param name="ended">Called after each trial that was trained here or could not be.</param>
    /// <param name="cancellation">Stops all trials after the updates at work, each with a checkpoint.</param>
    /// <returns>How they stand.</returns>
    /// <exception cref="InputException">The sweep no longer asks for one, or one was computed with another arithmetic.</exception>
    /// <exception cref="OperationCanceledException">It was canceled.</exception>
    public static SweepFolder ExecuteToEnd(Sweep sweep, string runs, IReadOnlyList<string> trials, SweepOptions options,
        Action<TrialState> ended, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        ArgumentNullException.ThrowIfNull(trials);
        var asked = sweep.Trials.Select(trial => trial.Id).ToHashSet();
        string[] unknown = [.. trials.Where(trial => !asked.Contains(trial))];
        if (unknown.Length > 0)
            throw new InputException(
                $"{sweep.File} does not ask for {string.Join(' ', unknown)} any longer; it or a recipe was changed after the tasks were "
                + "submitted. Cancel them, and submit again");
        var folder = SweepFolder.Of(sweep, runs, options.Waiting);
        SweepFolder NowOf(IReadOnlyList<TrialState> states) => folder with
        {
            Trials = TrialState.LookAgain([.. states.Select(trial => TrialState.Of(folder.Path, trial.Trial))], LockHost.This),
        };
        if (sweep.Halving is not null)
        {
            while (true)
            {
                Execute(folder, options, ended, cancellation);
                folder = NowOf(folder.Trials);
                if (folder.Count(TrialStatus.Running) == 0) return folder;
                cancellation.WaitHandle.WaitOne(BetweenLooks);
                cancellation.ThrowIfCancellationRequested();
            }
        }
        folder = folder with { Trials = [.. folder.Trials.Where(trial => trials.Contains(trial.Trial.Id))] };
        // What cannot be trained now is not tried again and again; what its process left meanwhile is.
        var given = new HashSet<string>();
        void Ended(TrialState trial)
        {
            if (IsToTrain(trial, options) || trial.Status == TrialStatus.Failed) given.Add(trial.Trial.Id);
            ended(trial);
        }
        bool IsOpen(TrialState trial) => trial.Status == TrialStatus.Running
            || (IsToTrain(trial, options) && !given.Contains(trial.Trial.Id));
        for (var left = folder; left.Trials.Count > 0;)
        {
            Execute(left, options, Ended, cancellation);
            left = left with { Trials = [.. NowOf(left.Trials).Trials.Where(IsOpen)] };
            if (left.Trials.Count == 0) break;
            if (left.Count(TrialStatus.Running) < left.Trials.Count) continue;
            cancellation.WaitHandle.WaitOne(BetweenLooks);
            cancellation.ThrowIfCancellationRequested();
            left = NowOf(left.Trials);
        }
        return NowOf(folder.Trials);
    }

    /// <summary>Whether a trial is trained, or trained on.</summary>
    public static bool IsToTrain(TrialState trial, SweepOptions options)
    {
        ArgumentNullException.ThrowIfNull(trial);
        ArgumentNullException.ThrowIfNull(options);
        return trial.Status is TrialStatus.Pending or TrialStatus.Interrupted
            || (trial.Status == TrialStatus.Failed && options.RetryFailed);
    }

    private TrialState Train(TrialState trial, SweepOptions options, long until, CancellationToken cancellation)
    {
        string? reason = null;
        bool isOurs = false;
        for (int attempt = 0; attempt < Attempts && IsToTrain(trial, options) && trial.Updates < until; attempt++)
        {
            reason = Attempt(trial, options, until, cancellation);
            isOurs |= reason is null;
            trial = TrialState.Of(_root, trial.Trial);
            if (trial.Status == TrialStatus.Failed) break;
        }
        // What has no folder, or no result, has its reason from here alone.
        if (trial.Status is TrialStatus.Pending or TrialStatus.Interrupted) trial = trial with { Reason = reason };
        // One that another process brought to its end since it was looked at is that process's to tell.
        if (isOurs || trial.Status is not (TrialStatus.Done or TrialStatus.Diverged)) lock (_lock) _ended(trial);
        return trial;
    }

    // Why it could not be trained; null where its folder says what became of it.
    private string? Attempt(TrialState trial, SweepOptions options, long until, CancellationToken cancellation)
    {
        using var rung = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            using var run = trial.Status == TrialStatus.Pending
                ? TrainingRun.Begin(trial.Trial.Read, _root, options.Threads, trial.Trial.Id)
                : TrainingRun.Resume(trial.Path, options.Threads, options.MixVersions, waiting: options.Waiting, cancellation: rung.Token);
            run.Train(new RungObserver(until, rung), rung.Token);
            return null;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
        catch (DivergedException)
        {
            return null;
        }
        // One trial's full disk, damaged file or missing data set ends no other trial.
        catch (Exception exception) when (exception is InputException or IOException or UnauthorizedAccessException or OutOfMemoryException)
        {
            return exception.Message;
        }
    }
}

/// <summary>Stops a run at a rung, after the evaluation there.</summary>
internal sealed class RungObserver(long until, CancellationTokenSource stop) : ITrainingObserver
{
    public void Updated(in UpdateReport report)
    {
    }

    public void Evaluated(in EvaluationReport report)
    {
        if (report.Step + 1 == until) stop.Cancel();
    }
}

/// <summary>How a sweep is run.</summary>
internal sealed record SweepOptions
{
    /// <summary>Trials at a time.</summary>
    /// <value>At least 1; 1 by default.</value>
    public int Jobs
    {
        get;
        init => field = Require.AtLeast(value, 1, "at least one trial trains at a time");
    } = 1;

    /// <summary>Threads of each trial; no result depends on them.</summary>
    /// <value>At least 1; 1 by default.</value>
    public int Threads
    {
        get;
        init => field = Require.AtLeast(value, 1, "a trial has at least one thread");
    } = 1;

    /// <summary>Whether failed trials are resumed too; diverged ones are not, for they would diverge again.</summary>
    public bool RetryFailed { get; init; }

    /// <summary>Whether trials may be computed with different versions of the arithmetic.</summary>
    public bool MixVersions { get; init; }

    /// <summary>Is told, in a sentence, where it waits for a holder on another host that may be gone; null where nobody listens.</summary>
    public Action<string>? Waiting { get; init; }
}
