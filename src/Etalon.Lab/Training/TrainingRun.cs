using System.Diagnostics;
using System.Numerics;
using Etalon.Lab.Data;
using Etalon.Lab.Runs;
using Etalon.Lab.RunSpecs;

namespace Etalon.Lab.Training;

/// <summary>A recipe trained into a run folder.</summary>
public sealed class TrainingRun : ITrainingObserver
{
    private readonly ITrainingObserver _display;
    private readonly MetricsWriter _metrics;
    private readonly long _start = Stopwatch.GetTimestamp();
    private long _images, _steps, _mark = Stopwatch.GetTimestamp();
    private TimeSpan _training;
    private EvaluationReport? _last;
    private double? _best;

    private TrainingRun(MetricsWriter metrics, ITrainingObserver display) => (_metrics, _display) = (metrics, display);

    /// <summary>Trains, and keeps the recipe, the metrics and the result. Nothing is written before recipe and data are known to fit.</summary>
    /// <param name="spec">The recipe.</param>
    /// <param name="runs">The folder of all runs.</param>
    /// <param name="threads">Threads that compute.</param>
    /// <param name="begin">Called when the run's folder is there and training begins; gives who watches.</param>
    /// <param name="cancellation">Stops the run after the update at work.</param>
    /// <returns>The result, as also written to the folder.</returns>
    /// <exception cref="InputException">Recipe, data or folder cannot be used.</exception>
    /// <exception cref="DivergedException">A loss was not finite; the result says so.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped; the result says so.</exception>
    public static RunResult Execute(RunSpec spec, string runs, int threads, Func<RunFolder, ITrainingObserver> begin, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(begin);
        if (spec.Data is null) throw new InputException("training needs data: add `data: {set: digits}` to the recipe");
        var data = DataCatalog.Load(spec.Data.Set, spec.Data.Folder);
        return spec.Precision == Precision.Float64
            ? Execute<double>(spec, data, runs, threads, begin, cancellation)
            : Execute<float>(spec, data, runs, threads, begin, cancellation);
    }

    private static RunResult Execute<T>(
        RunSpec spec, DataSet data, string runs, int threads, Func<RunFolder, ITrainingObserver> begin, CancellationToken cancellation)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var trainer = new Trainer<T>(spec, data, threads);
        var folder = RunFolder.Create(runs, spec, data);
        using var metrics = new MetricsWriter(folder.Metrics, spec.Log.EverySteps, spec.TotalSteps);
        var run = new TrainingRun(metrics, begin(folder));
        var (status, message) = (RunStatus.Failed, (string?)null);
        try
        {
            trainer.Run(run, cancellation);
            status = RunStatus.Done;
        }
        catch (OperationCanceledException exception)
        {
            (status, message) = (RunStatus.Interrupted, $"stopped after {trainer.Step} of {spec.TotalSteps} updates");
            throw new OperationCanceledException($"{message}; {folder.Path} keeps what there is", exception, cancellation);
        }
        catch (Exception exception)
        {
            (status, message) = (exception is DivergedException ? RunStatus.Diverged : RunStatus.Failed, exception.Message);
            throw;
        }
        finally
        {
            folder.Write(run.Result(status, message, threads));
        }
        return run.Result(status, message, threads);
    }

    private RunResult Result(RunStatus status, string? message, int threads) => new()
    {
        Status = status,
        Steps = _steps,
        TestLoss = _last?.Test.Loss,
        TestAccuracy = _last?.Test.Accuracy,
        BestTestAccuracy = _best,
        Seconds = Math.Round(Stopwatch.GetElapsedTime(_start).TotalSeconds, 3),
        ImagesPerSecond = Math.Round(_images / Math.Max(_training.TotalSeconds, 1e-9), 1),
        Threads = threads,
        Message = message,
    };

    /// <inheritdoc/>
    public void Updated(in UpdateReport report)
    {
        _images += report.Batch.Images;
        _steps = report.Step + 1;
        _metrics.Updated(report);
        _display.Updated(report);
        _training += Stopwatch.GetElapsedTime(_mark);
        _mark = Stopwatch.GetTimestamp();
    }

    /// <inheritdoc/>
    public void Evaluated(in EvaluationReport report)
    {
        _last = report;
        _best = Math.Max(_best ?? 0, report.Test.Accuracy);
        _metrics.Evaluated(report);
        _display.Evaluated(report);
        // The time since the update was the evaluation's, not training's.
        _mark = Stopwatch.GetTimestamp();
    }
}
