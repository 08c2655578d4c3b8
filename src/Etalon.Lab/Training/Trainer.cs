using System.Numerics;
using Etalon.Engine;
using Etalon.Engine.Losses;
using Etalon.Engine.Memory;
using Etalon.Engine.Optimizers;
using Etalon.Engine.Parallel;
using Etalon.Lab.Data;
using Etalon.Lab.Models;
using Etalon.Lab.Runs;
using Etalon.Lab.RunSpecs;
using Etalon.Schedules;

namespace Etalon.Lab.Training;

/// <summary>
/// Trains the network of a recipe: the one loop in which schedules, data, network and optimizer meet.
/// </summary>
/// <remarks>The result depends on the recipe and the data alone: not on the number of threads, nor on who observes.</remarks>
/// <typeparam name="T">float or double, as the recipe's precision says.</typeparam>
public sealed class Trainer<T> : IDisposable where T : unmanaged, IFloatingPointIeee754<T>
{
    private const string OptimizerStepsKey = "optimizer_steps", OwesEvaluationKey = "owes_evaluation", ScaleExponentKey = "scale_exponent";

    private readonly RunSpec _spec;
    private readonly Workers _workers;
    private readonly Sgd<T> _optimizer;
    private readonly ParameterGroups _groups;
    private readonly EquivalentGroup<T>? _equivalent;
    private readonly BatchSource<T> _training, _test;
    private readonly TrainingMonitors<T>? _monitors;
    private readonly SecondBatches<T>? _second;
    private readonly int _monitored;
    private bool _owesEvaluation;

    /// <summary>Lays out the network and initializes it.</summary>
    /// <param name="spec">The recipe; it names data and a model.</param>
    /// <param name="data">The data that it names.</param>
    /// <param name="threads">Threads that compute, at least 1.</param>
    /// <exception cref="InputException">The recipe has no model, or recipe and data do not fit.</exception>
    public Trainer(RunSpec spec, DataSet data, int threads) : this(spec, data, threads, EquivalentGroup<T>.DefaultSlack) { }

    internal Trainer(RunSpec spec, DataSet data, int threads, int slack)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(data);
        if (spec.Data is null || spec.Model is null)
            throw new InputException("training needs data and a model: add `data: {set: digits}` and `model: {name: preresnet-8}` to the recipe");
        _spec = spec;
        var conversion = Equivalent.Of(spec);
        _groups = new ParameterGroups(spec);
        data = data.Limit(spec.Data.TrainLimit, spec.Data.TestLimit);
        _training = BatchSource<T>.ForTraining(data, spec.Data.Batch, BatchSettings(spec));
        _test = BatchSource<T>.ForTest(data, spec.Data.Batch);
        _workers = new Workers(threads);
        Network = Model.Build<T>(
            spec.Model, data.Image, data.ClassCount, MakeLoss(spec.Loss), Math.Max(_training.BatchSize, _test.BatchSize), _workers);
        Network.Initialize(spec.Seed);
        _optimizer = new Sgd<T>(
            Network.Parameters, Network.Gradients,
            new SgdOptions { IsNesterov = spec.Optimizer.Nesterov, Dampening = spec.Optimizer.Dampening, IsDecayDecoupled = spec.Optimizer.Decay == DecayForm.Decoupled },
            _groups.Of);
        if (conversion is not null)
        {
            _equivalent = new EquivalentGroup<T>(Network, _optimizer, _groups.Converted!.Value, conversion, slack);
            _equivalent.MoveTo(0);
        }
        var weights = TrainingMonitors<T>.Covered(Network, spec.Log);
        if (weights.Count == 0) return;
        _monitors = new TrainingMonitors<T>(Network, _optimizer, weights, spec.Log, spec.TotalSteps, _workers);
        _monitored = _groups.Of(weights[0][0]);
        if (spec.Log.NoiseSteps is not null) _second = new SecondBatches<T>(data, spec.Data.Batch, BatchSettings(spec));
    }

    /// <summary>The network.</summary>
    public Network<T> Network { get; }

    /// <summary>How many times as large the scale-invariant weights are as those that <see cref="Network"/> stores, as a power of two; 0 but in an equivalent run.</summary>
    public int ScaleExponent => _equivalent?.Exponent ?? 0;

    /// <summary>What the network trains on, so that several trainers can be fed the same batches.</summary>
    internal BatchSource<T> TrainingBatches => _training;

    /// <summary>The test split.</summary>
    internal BatchSource<T> TestBatches => _test;

    /// <summary>Updates done.</summary>
    public long Step { get; private set; }

    /// <summary>Trains to the end of the recipe, with an evaluation after each epoch and at the end.</summary>
    /// <param name="observer">Hears of each update and evaluation.</param>
    /// <param name="cancellation">Ends the run after the update at work, or in the middle of an evaluation; a further call goes on from there.</param>
    /// <exception cref="DivergedException">A loss was not finite.</exception>
    /// <exception cref="OperationCanceledException">The run was canceled.</exception>
    public void Run(ITrainingObserver observer, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(observer);
        int perEpoch = _training.BatchesPerEpoch;
        using var batches = new BatchPrefetcher<T>(_training, (int)(Step / perEpoch), (int)(Step % perEpoch));
        while (Step < _spec.TotalSteps || _owesEvaluation)
        {
            cancellation.ThrowIfCancellationRequested();
            if (_owesEvaluation)
            {
                observer.Evaluated(new EvaluationReport(Step - 1, (double)Step / perEpoch, EvaluateUntil(cancellation)));
                _owesEvaluation = false;
            }
            else
            {
                observer.Updated(Update(batches.Next()));
            }
            if (!_owesEvaluation) observer.AtRest();
        }
    }

    /// <summary>One update on a batch.</summary>
    /// <exception cref="DivergedException">The loss was not finite; nothing was updated.</exception>
    public UpdateReport Update(Batch<T> batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        long step = Step;
        if (_monitors?.IsNoiseDue(step) == true)
        {
            var second = _second!.At(step);
            _monitors.TakeSecond(second.Pixels, second.Labels);
        }
        var result = Network.Forward(batch.Pixels, batch.Labels, isTraining: true);
        if (!double.IsFinite(result.LossSum)) throw new DivergedException(step, Network.FirstNonFiniteLayer()?.Name);
        Network.Backward();
        var numbers = _groups.At(step, _equivalent?.At(step) ?? default);
        bool isMonitored = _monitors?.IsDue(step) == true;
        if (isMonitored) _monitors!.BeforeUpdate(step, numbers[_monitored]);
        _optimizer.Update(numbers, _workers);
        var reading = isMonitored ? _monitors!.AfterUpdate(numbers[_equivalent is null ? _monitored : 0], Network.ActivationScale, _equivalent?.BufferScale ?? 1) : null;
        Step = step + 1;
        _equivalent?.MoveTo(Step);
        _owesEvaluation = Step % _training.BatchesPerEpoch == 0 || Step == _spec.TotalSteps;
        return new UpdateReport(step, (double)Step / _training.BatchesPerEpoch, result, numbers[0], _equivalent?.LogScale, reading);
    }

    /// <summary>Loss and accuracy on the test split.</summary>
    public LossResult Evaluate() => EvaluateUntil(CancellationToken.None);

    // An evaluation takes seconds; whoever cancels waits for a batch only.
    private LossResult EvaluateUntil(CancellationToken cancellation)
    {
        double loss = 0;
        int correct = 0;
        using var batches = new BatchPrefetcher<T>(_test);
        for (int i = 0; i < _test.BatchesPerEpoch; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var batch = batches.Next();
            var result = Network.Forward(batch.Pixels, batch.Labels, isTraining: false);
            loss += result.LossSum;
            correct += result.Correct;
        }
        return new LossResult(loss, correct, _test.ExampleCount);
    }

    /// <summary>Every tensor that outlives an update, under its name in a checkpoint.</summary>
    internal IReadOnlyList<KeyValuePair<string, Tensor<T>>> Tensors =>
    [
        .. Network.Parameters.Tensors.Concat(Network.State.Tensors).Select(tensor => KeyValuePair.Create(tensor.Name, tensor)),
        .. _optimizer.Velocity.Tensors.Select(tensor => KeyValuePair.Create($"velocity/{tensor.Name}", tensor)),
    ];

    /// <summary>The texts that say in a checkpoint what is not in <see cref="Tensors"/>.</summary>
    internal void Describe(IDictionary<string, string> metadata)
    {
        metadata[Checkpoint.StepKey] = $"{Step}";
        metadata[OptimizerStepsKey] = $"{_optimizer.Steps}";
        metadata[OwesEvaluationKey] = _owesEvaluation ? "1" : "0";
        if (_equivalent is not null) metadata[ScaleExponentKey] = $"{_equivalent.Exponent}";
    }

    /// <summary>Takes on the state of a checkpoint.</summary>
    /// <exception cref="InputException">It is that of another network, or of more updates than the recipe has.</exception>
    internal void Restore(Checkpoint checkpoint)
    {
        if (checkpoint.Step > _spec.TotalSteps)
            throw new InputException($"{checkpoint.Path} holds the state after update {checkpoint.Step}, but the recipe has only {_spec.TotalSteps}; give it a longer duration, or take an earlier checkpoint");
        // Before the tensors: it turns the running statistics that the network has, and those of the checkpoint have been turned already.
        _equivalent?.ContinueAt(checkpoint.Step, (int)checkpoint.Number(ScaleExponentKey));
        checkpoint.Restore(Tensors);
        Step = checkpoint.Step;
        _optimizer.Steps = checkpoint.Integer(OptimizerStepsKey);
        _owesEvaluation = checkpoint.Integer(OwesEvaluationKey) != 0;
    }

    private static BatchOptions BatchSettings(RunSpec spec) => new()
    {
        Seed = spec.Seed,
        DropLast = spec.Data!.DropLast,
        Augmentation = new CropFlip(
            Padding: spec.Data.Augment is Augmentation.CropFlip or Augmentation.Crop ? CropFlip.Standard.Padding : 0,
            Flip: spec.Data.Augment is Augmentation.CropFlip or Augmentation.Flip),
    };

    internal static Loss MakeLoss(LossSpec loss) => loss.Kind switch
    {
        LossKind.SquaredError => new SquaredError(),
        LossKind.Logistic => new Logistic(),
        _ => new SoftmaxCrossEntropy(loss.LabelSmoothing),
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        _monitors?.Dispose();
        _optimizer.Dispose();
        Network.Dispose();
        _workers.Dispose();
    }
}
