using System.Globalization;
using System.Numerics;
using Etalon.Engine;
using Etalon.Engine.Memory;
using Etalon.Engine.Optimizers;
using Etalon.Engine.Parallel;
using Etalon.Lab.Conversions;
using Etalon.Lab.Data;
using Etalon.Lab.Models;
using Etalon.Lab.Optimizers;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;

namespace Etalon.Lab.Training;

/// <summary>
/// Trains the network of a recipe: the one loop in which schedules, data, network and optimizer meet.
/// </summary>
/// <remarks>The result depends on the recipe and the data alone: not on the number of threads, nor on who observes.</remarks>
/// <typeparam name="T">float or double, as the recipe's precision says.</typeparam>
public sealed class Trainer<T> : IDisposable where T : unmanaged, IFloatingPointIeee754<T>
{
    private const string OptimizerStepsKey = "optimizer_steps", OwesEvaluationKey = "owes_evaluation", RateKey = "rate", ScaleExponentKey = "scale_exponent", UnbufferedKey = "unbuffered";

    private readonly Recipe _spec;
    private readonly Workers _workers;
    private readonly Optimizer<T> _optimizer;
    private readonly ParameterGroups _groups;
    private readonly EquivalentGroup<T>? _equivalent;
    private readonly BatchSource<T> _training;
    private readonly SplitEvaluation<T> _test;
    private readonly SplitEvaluation<T>? _fit;
    private readonly BatchStatistics<T>? _statistics;
    private readonly AutoDecay? _autoDecay;
    private readonly TrainingMonitors<T>? _monitors;
    private double _rate;
    private bool _owesEvaluation;

    /// <summary>Lays out the network and initializes it.</summary>
    /// <param name="spec">The recipe; it names data and a model.</param>
    /// <param name="data">The data that it names.</param>
    /// <param name="threads">Threads that compute, at least 1.</param>
    /// <exception cref="InputException">The recipe has no model, or recipe and data do not fit.</exception>
    public Trainer(Recipe spec, DataSet data, int threads) : this(spec, data, threads, EquivalentGroup<T>.DefaultSlack) { }

    internal Trainer(Recipe spec, DataSet data, int threads, int slack)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(data);
        if (spec.Data is null || spec.Model is null)
            throw new InputException("training needs data and a model: add `data: {set: digits}` and `model: {name: preresnet-8}` to the recipe");
        _spec = spec;
        var conversion = ScheduleConversion.Of(spec);
        _groups = new ParameterGroups(spec);
        RunMemory.Require(spec, threads, RunMemory.Available);
        Data = data = RecipeData.Prepare(spec.Data, data);
        _training = BatchSource<T>.ForTraining(data, spec.Data.Batch, BatchSettings(spec));
        int testBatch = BatchSource<T>.ForTest(data, spec.Data.Batch).BatchSize;
        _workers = new Workers(threads);
        Network = Model.Build<T>(spec.Model, data.Image, data.ClassCount, spec.Loss.Make(), Math.Max(_training.BatchSize, testBatch), _workers);
        try
        {
            RefuseUseless(spec);
            Classes = ParameterClasses.Of(Network.Layers);
        }
        catch
        {
            Network.Dispose();
            _workers.Dispose();
            throw;
        }
        Network.Initialize(spec.Seed);
        _test = new SplitEvaluation<T>(Network, data, data.Test, testBatch);
        if (data.Training.Groups.Count > 0) _fit = new SplitEvaluation<T>(Network, data, data.Training, _training.BatchSize);
        _autoDecay = spec.AutoDecay is { } autoDecay ? new AutoDecay(autoDecay) : null;
        _optimizer = spec.Optimizer.Create(Network, tensor => _groups.Of(Classes, tensor), () => CurvatureProbe.Measure(Network, _training, spec.Seed));
        if (_optimizer.HasEvaluationWeights && Network.State.Length > 0) _statistics = new BatchStatistics<T>(Network, BatchSource<T>.ForTraining(data, spec.Data.Batch, BatchSettings(spec)));
        if (conversion is not null)
        {
            _equivalent = new EquivalentGroup<T>(Network, (Sgd<T>)_optimizer, _groups.Converted!.Value, conversion, slack);
            _equivalent.MoveTo(0);
        }
        var weights = TrainingMonitors<T>.Covered(Classes, spec.Log);
        if (weights.Count == 0) return;
        var second = spec.Log.NoiseSteps is null ? null : new SecondBatches<T>(data, spec.Data.Batch, BatchSettings(spec));
        _monitors = new TrainingMonitors<T>(Network, _optimizer, weights, _groups.Of(Classes, weights[0][0]), spec.Log, spec.TotalSteps, _workers, second);
    }

    /// <summary>The network.</summary>
    public Network<T> Network { get; }

    /// <summary>The classes of its parameters.</summary>
    internal ParameterClasses Classes { get; }

    /// <summary>The optimizer: its rates at the last update, and what it remembers.</summary>
    public Optimizer<T> Optimizer => _optimizer;

    /// <summary>How many times as large the scale-invariant weights are as those that <see cref="Network"/> stores, as a power of two; 0 but in an equivalent run.</summary>
    public int ScaleExponent => _equivalent?.Exponent ?? 0;

    /// <summary>What the network trains on, so that several trainers can be fed the same batches.</summary>
    internal BatchSource<T> TrainingBatches => _training;

    /// <summary>What it trains and is tested on, as the recipe wants it.</summary>
    internal DataSet Data { get; }

    /// <summary>The test split.</summary>
    internal BatchSource<T> TestBatches => _test.Batches;

    /// <summary>Updates done.</summary>
    public long Step { get; private set; }

    /// <summary>Whether the run has come to its end: that of the recipe's duration, or of the last stage where its rate decays by itself.</summary>
    public bool IsDone => Step >= _spec.TotalSteps || _autoDecay?.HasEnded == true;

    /// <summary>Whether the last update ended a stage: the next one's rate is half of its rate or less.</summary>
    public bool IsAtStageEnd => !IsDone && _rate > 0 && _groups.At(Step, rateFactor: RateFactor)[0].Rate <= _rate / 2;

    private double RateFactor => _autoDecay?.Factor ?? 1;

    /// <summary>Trains to the end of the recipe, with an evaluation after each epoch and at the end.</summary>
    /// <param name="observer">Hears of each update and evaluation.</param>
    /// <param name="cancellation">Ends the run after the update at work, or in the middle of an evaluation; a further call goes on from there.</param>
    /// <exception cref="DivergedException">A loss, a gradient, or a weight at an evaluation was not finite.</exception>
    /// <exception cref="OperationCanceledException">The run was canceled.</exception>
    public void Run(ITrainingObserver observer, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(observer);
        int perEpoch = _training.BatchesPerEpoch;
        using var batches = new BatchPrefetcher<T>(_training, (int)(Step / perEpoch), (int)(Step % perEpoch));
        while (!IsDone || _owesEvaluation)
        {
            cancellation.ThrowIfCancellationRequested();
            if (_owesEvaluation)
            {
                observer.Evaluated(EvaluateAfterUpdate(cancellation));
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
    /// <exception cref="DivergedException">The loss or the gradient was not finite; nothing was updated.</exception>
    public UpdateReport Update(Batch<T> batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (_optimizer.IsEvaluating) _optimizer.SwapEvaluationWeights();
        long step = Step;
        _monitors?.BeforePasses(step);
        var result = Network.Forward(batch.Pixels, batch.Labels, isTraining: true);
        if (!double.IsFinite(result.LossSum)) throw DivergedException.OfLoss(step, Network.FirstNonFiniteLayer()?.Name);
        Network.Backward();
        var numbers = _groups.At(step, _equivalent?.At(step) ?? default, RateFactor);
        _monitors?.BeforeUpdate(step, numbers);
        if (!_optimizer.Update(numbers, _workers)) throw DivergedException.OfGradient(step, FirstNonFinite(Network.Gradients));
        var reading = _monitors?.AfterUpdate(numbers, _equivalent);
        Step = step + 1;
        _equivalent?.MoveTo(Step);
        _autoDecay?.Updated(result.LossSum, result.Images, endsEpoch: Step % _training.BatchesPerEpoch == 0);
        _rate = numbers[0].Rate;
        _owesEvaluation = Step % (_spec.Log.EvaluationSteps ?? _training.BatchesPerEpoch) == 0 || IsDone;
        return new UpdateReport(step, (double)Step / _training.BatchesPerEpoch, result, numbers[0], _equivalent?.LogScale) { IsLast = IsDone, Monitors = reading };
    }

    private EvaluationReport EvaluateAfterUpdate(CancellationToken cancellation)
    {
        PrepareEvaluation();
        RequireFiniteWeights();
        var test = _test.Run(cancellation);
        if (!double.IsFinite(test.Total.LossSum)) throw DivergedException.OfEvaluation(Step - 1, Network.FirstNonFiniteLayer()?.Name);
        var fit = _fit?.Run(cancellation);
        if (fit is { Total.LossSum: var sum } && !double.IsFinite(sum)) throw DivergedException.OfEvaluation(Step - 1, Network.FirstNonFiniteLayer()?.Name);
        return new EvaluationReport(Step - 1, (double)Step / _training.BatchesPerEpoch, test, fit);
    }

    // A rectifier makes 0 of a NaN, so that the loss can be finite where the weights no longer are.
    private void RequireFiniteWeights()
    {
        if (FirstNonFinite(Network.Parameters) is { } tensor) throw DivergedException.OfEvaluation(Step - 1, tensor);
    }

    /// <summary>Loss and accuracy on the test split.</summary>
    public LossResult Evaluate()
    {
        PrepareEvaluation();
        return _test.Run(CancellationToken.None).Total;
    }

    /// <summary>
    /// Brings the weights to evaluate and keep into the network, where the optimizer trains at others, with running statistics of their own; the next
    /// update goes on from the trained ones.
    /// </summary>
    internal void PrepareEvaluation()
    {
        if (!_optimizer.HasEvaluationWeights || _optimizer.IsEvaluating) return;
        _optimizer.SwapEvaluationWeights();
        _statistics?.Gather();
    }

    /// <summary>Every tensor that outlives an update, under its name in a checkpoint.</summary>
    internal IReadOnlyList<StoredTensor> Tensors =>
    [
        .. StoredTensor.Of("", Network.Parameters), .. StoredTensor.Of("", Network.State),
        .. _optimizer.Slots.SelectMany(slot => StoredTensor.Of($"{slot.Key}/", slot.Value)),
        .. StoredTensor.Of("optimizer/", _optimizer.Accumulators),
    ];

    /// <summary>The texts that say in a checkpoint what is not in <see cref="Tensors"/>.</summary>
    internal void Describe(IDictionary<string, string> metadata)
    {
        metadata[Checkpoint.StepKey] = $"{Step}";
        metadata[OptimizerStepsKey] = $"{_optimizer.Steps}";
        if (_optimizer is Sgd<T> sgd) metadata[UnbufferedKey] = string.Join(' ', Network.Parameters.Tensors.Where((_, tensor) => !sgd.HasBuffer(tensor)).Select(tensor => tensor.Name));
        metadata[OwesEvaluationKey] = _owesEvaluation ? "1" : "0";
        metadata[RateKey] = _rate.ToString("R", CultureInfo.InvariantCulture);
        _autoDecay?.Describe(metadata);
        if (_equivalent is not null) metadata[ScaleExponentKey] = $"{_equivalent.Exponent}";
    }

    /// <summary>Takes on the state of a checkpoint of the same recipe.</summary>
    /// <exception cref="InputException">It is that of another network, or of more updates than the recipe has.</exception>
    internal void Restore(Checkpoint checkpoint)
    {
        // Before the tensors: it turns the running statistics that the network has, and those of the checkpoint have been turned already.
        RequireWithin(checkpoint, _spec);
        _equivalent?.ContinueAt(checkpoint.Step, ScaleExponentIn(checkpoint));
        Read(checkpoint);
    }

    /// <summary>Takes on the state of a checkpoint of another recipe; where one of them trains an equivalent form, the state is turned into this one's.</summary>
    /// <exception cref="InputException">It is that of another network, or of more updates than the recipe has.</exception>
    internal void Inherit(Checkpoint checkpoint, Recipe parent)
    {
        RequireWithin(checkpoint, parent);
        RequireWithin(checkpoint, _spec);
        var was = StoredScale.Of(parent, checkpoint.Step, ScaleExponentIn(checkpoint));
        Network.ActivationScale = was.ActivationScale;
        Read(checkpoint);
        var now = _equivalent?.TakeOverAt(Step, was.Exponent) ?? default;
        _autoDecay?.RequireStage(Step);
        if (_optimizer is Sgd<T> sgd) was.Transform(Network, Classes, sgd, now);
        Network.ActivationScale = now.ActivationScale;
    }

    // Above 0 where the stored weights are smaller than the equivalent's; a run that gains one at each of 2^30 updates does not come so far.
    private static int ScaleExponentIn(Checkpoint checkpoint)
    {
        double exponent = checkpoint.OptionalNumber(ScaleExponentKey) ?? 0;
        if (exponent != Math.Floor(exponent) || Math.Abs(exponent) > 1 << 30)
            throw new InputException($"{checkpoint.Path}: {ScaleExponentKey} is {exponent}, but must be a whole number of at most 2^30 in size; was the file edited?");
        return (int)exponent;
    }

    private static void RequireWithin(Checkpoint checkpoint, Recipe spec)
    {
        if (checkpoint.Step > spec.TotalSteps)
            throw new InputException($"{checkpoint.Path} holds the state after update {checkpoint.Step}, but the recipe has only {spec.TotalSteps}; give it a longer duration, or take an earlier checkpoint");
    }

    private void Read(Checkpoint checkpoint)
    {
        checkpoint.Restore(Tensors);
        _autoDecay?.Restore(checkpoint);
        Step = checkpoint.Step;
        _optimizer.Steps = checkpoint.Integer(OptimizerStepsKey);
        if (_optimizer is Sgd<T> sgd) ReadBuffers(sgd, checkpoint);
        _optimizer.ContinueEvaluating();
        _owesEvaluation = checkpoint.Integer(OwesEvaluationKey) != 0;
        _rate = checkpoint.OptionalNumber(RateKey) ?? 0;
    }

    // Before arithmetic 2 each update filled the buffer.
    private void ReadBuffers(Sgd<T> sgd, Checkpoint checkpoint)
    {
        var without = checkpoint.Metadata.TryGetValue(UnbufferedKey, out var names) ? names.Split(' ').ToHashSet() : null;
        for (int tensor = 0; tensor < Network.Parameters.Tensors.Count; tensor++)
            sgd.ContinueBuffer(tensor, without is null ? sgd.Steps > 0 : !without.Contains(Network.Parameters.Tensors[tensor].Name));
    }

    private static string? FirstNonFinite(Region<T> region)
    {
        foreach (var tensor in region.Tensors)
            foreach (T value in tensor.Span)
                if (!T.IsFinite(value)) return tensor.Name;
        return null;
    }

    private void RefuseUseless(Recipe spec)
    {
        if (Network.Parameters.Length == 0) throw new InputException($"model.head = frozen: nothing else in {spec.Model!.Name} could be trained; write head: trained, or hidden layers");
        int rest = _training.ExampleCount % _training.BatchSize;
        SingleValues.Refuse(Network, rest > 0 ? rest : _training.BatchSize);
    }

    private static BatchOptions BatchSettings(Recipe spec) => new()
    {
        Seed = spec.Seed,
        DropLast = spec.Data!.DropLast,
        Augmentation = new CropFlip(
            Padding: spec.Data.Augment is Augmentation.CropFlip or Augmentation.Crop ? CropFlip.Standard.Padding : 0,
            Flip: spec.Data.Augment is Augmentation.CropFlip or Augmentation.Flip),
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
