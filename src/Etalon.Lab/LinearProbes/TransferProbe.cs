using System.Numerics;
using Etalon.Lab.Data;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Lab.Training;

namespace Etalon.Lab.LinearProbes;

/// <summary>
/// Freezes a run's network at a checkpoint and asks how well a new linear classifier on its features tells the classes of other data sets
/// apart.
/// </summary>
/// <remarks>
/// <para>
/// Features are what the last linear layer reads, in evaluation mode. The images of a target are standardized as all data sets are, by the
/// mean and deviation of their own training split: so they lie where the network was trained to look. Features are standardized by those of
/// the target's training split, then fitted by <see cref="RidgeProbe"/> and <see cref="LogisticProbe"/>.
/// </para>
/// <para>The network before training has no running statistics yet; they are gathered from the first training batches of the source, whose
/// labels it does not see.</para>
/// </remarks>
internal sealed class TransferProbe : IDisposable
{
    private readonly HeldCheckpoints _checkpoints;
    private readonly Recipe _recipe;
    private readonly DataSet _source;
    private readonly IReadOnlyList<ProbeTarget> _targets;
    private readonly int _threads;

    /// <summary>
    /// A probe of a run. The run's folder is only read, also while the run is being trained: the checkpoints that it has now are held open.
    /// </summary>
    /// <param name="run">The run's folder.</param>
    /// <param name="targets">What to probe on; images of the network's size.</param>
    /// <param name="threads">Threads that compute; the readings do not depend on them.</param>
    /// <param name="source">The data set that the run's recipe names, where it has been loaded already; null loads it.</param>
    /// <exception cref="InputException">The folder is no run, its data are not there, or a target does not fit its network.</exception>
    public TransferProbe(string run, IReadOnlyList<ProbeTarget> targets, int threads, DataSet? source = null)
    {
        ArgumentNullException.ThrowIfNull(targets);
        (_targets, _threads) = (targets, threads);
        _recipe = ResolvedRecipe.Read(run).Recipe;
        if (_recipe.Data!.Text is not null)
            throw new InputException($"{run}: its network reads a text, and probes read images with a label each; probe another run");
        foreach (var target in targets) target.RequireReadable(run, _recipe.Data!.Image);
        _source = source ?? RecipeData.Load(_recipe.Data!);
        _checkpoints = new HeldCheckpoints(run, _recipe);
    }

    /// <summary>
    /// 0 for the network before training, and the updates after which the run had a checkpoint when the probe was made, ascending.
    /// </summary>
    public IReadOnlyList<long> Steps => [0, .. _checkpoints.Steps.Where(step => step > 0)];

    /// <summary>The readings at a checkpoint.</summary>
    /// <param name="step">The updates done, of a checkpoint that the run kept; 0 for the network before training.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="InputException">There is no such checkpoint, or it is damaged.</exception>
    public ProbeReading Read(long step, CancellationToken cancellation = default) =>
        _recipe.Precision == Precision.Float64 ? Read<double>(step, cancellation) : Read<float>(step, cancellation);

    private ProbeReading Read<T>(long step, CancellationToken cancellation) where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var trainer = step == 0 ? Untrained<T>() : Restored<T>(step);
        double accuracy = trainer.Evaluate().Accuracy;
        var readings = new List<TargetReading>();
        int features = 0;
        foreach (var target in _targets)
        {
            var training = FeatureReader.Read(trainer.Network, target.Data, target.Data.Training, cancellation);
            var test = FeatureReader.Read(trainer.Network, target.Data, target.Data.Test, cancellation);
            features = training.Dimension;
            readings.Add(Probe(target.Name, training, test, cancellation));
        }
        double? rate = step == 0 || _recipe.AutoDecay is not null ? null : _recipe.LearningRate.ValueAt(step - 1);
        return new ProbeReading(step, (double)step / _recipe.StepsPerEpoch, rate, accuracy, features, readings);
    }

    private TargetReading Probe(string name, FeatureTable training, FeatureTable test, CancellationToken cancellation)
    {
        var scale = FeatureScale.Of(training);
        (training, test) = (scale.Apply(training), scale.Apply(test));
        var ridge = RidgeProbe.Fit(training);
        var logistic = LogisticProbe.Fit(training, _threads, cancellation);
        return new(name, ridge.Classifier.AccuracyOn(test), ridge.Strength, logistic.Classifier.AccuracyOn(test), logistic.Strength,
            logistic.GradientNorm);
    }

    private Trainer<T> Restored<T>(long step) where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var checkpoint = _checkpoints.Open(step);
        return RestoredTrainer.Open<T>(_recipe, checkpoint, _threads, _source);
    }

    private Trainer<T> Untrained<T>() where T : unmanaged, IFloatingPointIeee754<T>
    {
        var trainer = new Trainer<T>(_recipe, _source, _threads);
        new BatchStatistics<T>(trainer.Network, trainer.TrainingBatches).Gather();
        return trainer;
    }

    /// <summary>Lets the run's checkpoints go.</summary>
    public void Dispose() => _checkpoints.Dispose();
}
