using System.Diagnostics;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;

namespace Etalon.Lab.Training;

/// <summary>Keeps a run in its folder while it trains: metrics, checkpoints, and what its result is made of.</summary>
internal sealed class RunRecorder : ITrainingObserver, IDisposable
{
    private readonly Trainer _trainer;
    private readonly ITrainingObserver _observer;
    private readonly RunIdentity _identity;
    private readonly MetricsWriter _metrics;
    private readonly CheckpointWriter _checkpoints;
    private readonly RunProgress _before;
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly long _every, _perEpoch;
    private readonly bool _keepsStages;
    private readonly TimeSpan _interval;
    private RunProgress _progress;
    private long _mark = Stopwatch.GetTimestamp(), _kept = Stopwatch.GetTimestamp();

    /// <summary>Opens the metrics at a mark.</summary>
    /// <param name="trainer">What trains.</param>
    /// <param name="recipe">Its recipe.</param>
    /// <param name="folder">The run's folder.</param>
    /// <param name="identity">What may not change.</param>
    /// <param name="progress">What earlier parts of the run have added to its result.</param>
    /// <param name="mark">Where the metrics continue.</param>
    /// <param name="observer">Called after each update and evaluation, when both are recorded.</param>
    public RunRecorder(
        Trainer trainer, Recipe recipe, RunFolder folder, RunIdentity identity, RunProgress progress, MetricsPosition mark,
        ITrainingObserver observer)
    {
        (_trainer, _observer, _identity, _progress, _before) = (trainer, observer, identity, progress, progress);
        (_every, _keepsStages) =
            (recipe.Checkpoint.EverySteps ?? recipe.StepsPerEpoch, recipe.Checkpoint.Keep == CheckpointRetention.Stages);
        _interval = recipe.Checkpoint.EveryMinutes is { } minutes ? TimeSpan.FromMinutes(minutes) : TimeSpan.MaxValue;
        _perEpoch = recipe.StepsPerEpoch;
        _metrics = new MetricsWriter(folder.Metrics, recipe.Log.EverySteps, mark, folder.Lock);
        folder.Checkpoints.ContinueFrom(trainer.Step, progress.Spared);
        _checkpoints = new CheckpointWriter(folder.Checkpoints, trainer.State.Tensors, _metrics.Flush);
    }

    /// <inheritdoc/>
    public void Updated(in UpdateReport report)
    {
        _progress = _progress.With(report, Stopwatch.GetElapsedTime(_mark));
        _metrics.Updated(report);
        _observer.Updated(report);
        _mark = Stopwatch.GetTimestamp();
    }

    /// <inheritdoc/>
    public void Evaluated(in EvaluationReport report)
    {
        _progress = _progress.With(report);
        _metrics.Evaluated(report);
        _observer.Evaluated(report);
        // The time since the update was the evaluation's, not training's.
        _mark = Stopwatch.GetTimestamp();
    }

    /// <inheritdoc/>
    public void AtRest()
    {
        _checkpoints.ThrowIfFailed();
        long step = _trainer.Step;
        bool endsStage = _keepsStages && _trainer.IsAtStageEnd;
        if (endsStage) _progress = _progress with { StageEnds = [.. _progress.StageEnds, step] };
        bool wants = endsStage || step % _every == 0 || _trainer.IsDone || step == _progress.BestStep
            || Stopwatch.GetElapsedTime(_kept) >= _interval;
        if (_trainer.AgreesToKeep(wants)) Keep();
    }

    /// <summary>Keeps the state of now; it is on the disk after <see cref="Finish"/>.</summary>
    public void Keep()
    {
        _trainer.PrepareEvaluation();
        _checkpoints.Begin(_trainer.Step, _progress.Spared,
            Describe(_trainer, _identity, _metrics.Mark, _progress with { Seconds = Seconds }));
        _kept = Stopwatch.GetTimestamp();
    }

    /// <summary>Keeps the state that a new run begins with, at once.</summary>
    /// <param name="trainer">Its state.</param>
    /// <param name="identity">What may not change.</param>
    /// <param name="checkpoints">Where.</param>
    public static void KeepFirst(Trainer trainer, RunIdentity identity, CheckpointFolder checkpoints)
    {
        trainer.PrepareEvaluation();
        CheckpointWriter.WriteFirst(checkpoints, trainer.State.Tensors, trainer.Step,
            Describe(trainer, identity, default, new RunProgress()));
    }

    /// <summary>Waits until what was kept is on the disk.</summary>
    public void Finish() => _checkpoints.Finish();

    /// <summary>Writes the losses since the last line, of a run that diverged.</summary>
    public void WriteRest()
    {
        _metrics.WriteRest(_trainer.Step - 1, (double)_trainer.Step / _perEpoch);
        _metrics.Flush();
    }

    /// <summary>What became of the run.</summary>
    public RunResult Result(RunStatus status, string? message, int threads) => new()
    {
        Status = status,
        Steps = _trainer.Step,
        TestLoss = _progress.TestLoss,
        TestAccuracy = _progress.TestAccuracy,
        BestTestAccuracy = _progress.Best,
        BestStep = _progress.BestStep,
        Seconds = Math.Round(Seconds, 3),
        ImagesPerSecond = Math.Round(_progress.Images / Math.Max(_progress.TrainingSeconds, 1e-9), 1),
        Threads = threads,
        Message = message,
    };

    private static Dictionary<string, string> Describe(Trainer trainer, RunIdentity identity, MetricsPosition mark, RunProgress progress)
    {
        var metadata = new Dictionary<string, string> { [Checkpoint.FormatKey] = Checkpoint.Format };
        identity.Describe(metadata);
        trainer.State.Describe(metadata);
        mark.Describe(metadata);
        progress.Describe(metadata);
        return metadata;
    }

    private double Seconds => _before.Seconds + Stopwatch.GetElapsedTime(_start).TotalSeconds;

    /// <inheritdoc/>
    public void Dispose()
    {
        _checkpoints.Dispose();
        _metrics.Dispose();
    }
}
