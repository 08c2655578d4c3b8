using System.Numerics;
using Etalon.Lab.Data;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Lab.Training;

namespace Etalon.Lab.Advice;

/// <summary>
/// The gradient's noise scale of a recipe's scale-invariant weights, tr Σ/|∇L|²: the batch whose noise is as large as its signal.
/// McCandlish, Kaplan and Amodei 2018.
/// </summary>
/// <remarks>
/// A pair of independent batches at the same weights gives noise and signal without bias: |g - h|²/2 and g·h. They are averaged over the
/// second half of some updates that nobody keeps, and divided then: the mean of ratios would have a bias.
/// </remarks>
/// <param name="Batch">Images of a batch.</param>
/// <param name="Noise">The mean of tr Σ of a batch's gradient.</param>
/// <param name="Signal">The mean of |∇L|².</param>
/// <param name="SignalError">The standard error of <paramref name="Signal"/>.</param>
/// <param name="Updates">Updates that were trained.</param>
/// <param name="StartNorm">The norm of the scale-invariant weights before the first.</param>
/// <param name="Weights">How many numbers they are.</param>
internal sealed record GradientNoise(
    int Batch, double Noise, double Signal, double SignalError, long Updates, double StartNorm, long Weights)
{
    /// <summary>Updates that are trained, where a recipe has as many.</summary>
    public const long UsualUpdates = 200;

    // A measurement costs an update.
    private const long Between = 5;

    /// <summary>The noise scale in images; null where the signal is not told from 0.</summary>
    public double? Images => Signal > 2 * SignalError ? Batch * Noise / Signal : null;

    /// <summary>What the noise scale is at least: with a signal two standard errors above the measured one.</summary>
    public double LeastImages => Batch * Noise / (Math.Max(0, Signal) + 2 * SignalError);

    /// <summary>The root mean square of the weights at the start.</summary>
    public double StartRms => StartNorm / Math.Sqrt(Weights);

    /// <summary>Trains so many updates of a recipe and measures.</summary>
    /// <exception cref="InputException">Recipe and data do not fit, or the loss leaves the range of numbers.</exception>
    /// <exception cref="OperationCanceledException">The measurement was canceled.</exception>
    public static GradientNoise Of(Recipe recipe, DataSet data, int threads, CancellationToken cancellation = default) =>
        recipe.Precision == Precision.Float64
            ? Of<double>(recipe, data, threads, cancellation) : Of<float>(recipe, data, threads, cancellation);

    private static GradientNoise Of<T>(Recipe recipe, DataSet data, int threads, CancellationToken cancellation)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        long updates = Math.Min(UsualUpdates, recipe.TotalSteps);
        var log = new LogSpec { MonitorSteps = updates, NoiseSteps = Math.Min(Between, Math.Max(1, updates / 4)) };
        using var trainer = new Trainer<T>(recipe with { Log = log, Equivalent = null }, data, threads);
        using var batches = new BatchPrefetcher<T>(trainer.TrainingBatches);
        var (noises, signals, startNorm) = (new List<double>(), new List<double>(), 0.0);
        try
        {
            while (trainer.Step < updates)
            {
                cancellation.ThrowIfCancellationRequested();
                var report = trainer.Update(batches.Next());
                if (report.Monitors is not { } reading) continue;
                var whole = reading[reading.Groups.Count - 1];
                if (report.Step == 0) startNorm = whole.Norm;
                if (report.Step < updates / 2 || whole is not { Noise: { } noise, Signal: { } signal }) continue;
                noises.Add(noise);
                signals.Add(signal);
            }
        }
        catch (DivergedException exception)
        {
            throw new InputException(
                $"learning_rate {NumberWords.OfRate(recipe.LearningRate.ValueAt(0))}: {exception.Message}; give a smaller --rate");
        }
        var covered = TrainingMonitors<T>.Covered(trainer.Classes, log).SelectMany(group => group).ToHashSet();
        long weights = trainer.Network.Parameters.Tensors.Where(tensor => covered.Contains(tensor.Name)).Sum(tensor => tensor.Length);
        double mean = signals.Average();
        double error = Math.Sqrt(signals.Sum(signal => (signal - mean) * (signal - mean)) / (signals.Count - 1) / signals.Count);
        return new(trainer.TrainingBatches.BatchSize, noises.Average(), mean, error, updates, startNorm, weights);
    }
}
