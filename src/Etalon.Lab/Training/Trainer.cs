using System.Numerics;
using Etalon.Engine;
using Etalon.Lab.Conversions;
using Etalon.Lab.Data;
using Etalon.Lab.Models;
using Etalon.Lab.Optimizers;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;

namespace Etalon.Lab.Training;

/// <summary>A <see cref="Trainer{T}"/>, whatever its number type.</summary>
public abstract class Trainer : IDisposable
{
    private protected Trainer() { }

    /// <summary>Updates done.</summary>
    public abstract long Step { get; }

    /// <summary>
    /// Whether the run has come to its end: that of the recipe's duration, or of the last stage where its rate decays by itself.
    /// </summary>
    public abstract bool IsDone { get; }

    /// <summary>Whether the last update ended a stage: the next one's rate is half of its rate or less.</summary>
    public abstract bool IsAtStageEnd { get; }

    /// <summary>What outlives an update.</summary>
    internal abstract TrainerState State { get; }

    /// <summary>A trainer of the number type that the recipe names.</summary>
    /// <inheritdoc cref="Trainer{T}(Recipe, DataSet, int, Communicator)"/>
    internal static Trainer Of(Recipe recipe, DataSet data, int threads, Communicator? ranks = null) =>
        recipe.Precision == Precision.Float64
            ? new Trainer<double>(recipe, data, threads, ranks) : new Trainer<float>(recipe, data, threads, ranks);

    /// <summary>Trains to the end of the recipe, with an evaluation after each epoch and at the end.</summary>
    /// <param name="observer">Called after each update and evaluation.</param>
    /// <param name="cancellation">Ends the run after the update at work, or in the middle of an evaluation; a further call continues from
    /// there.</param>
    /// <exception cref="DivergedException">A loss, a gradient, or a weight at an evaluation was not finite.</exception>
    /// <exception cref="OperationCanceledException">The run was canceled.</exception>
    public abstract void Run(ITrainingObserver observer, CancellationToken cancellation = default);

    /// <summary>
    /// Brings the weights to evaluate and keep into the network, where the optimizer trains at others, with running statistics of their
    /// own; the next update continues from the trained ones.
    /// </summary>
    internal abstract void PrepareEvaluation();

    /// <summary>
    /// Whether the state is to be kept now, where one of the ranks wants it: all of them have to know where
    /// <see cref="PrepareEvaluation"/> computes.
    /// </summary>
    /// <param name="wants">Whether this rank wants it.</param>
    internal abstract bool AgreesToKeep(bool wants);

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>
/// Trains the network of a recipe: the one loop in which schedules, data, network and optimizer meet.
/// </summary>
/// <remarks>The result depends on the recipe and the data alone: not on the number of threads or ranks, nor on who observes.</remarks>
/// <typeparam name="T">float or double, as the recipe's precision says.</typeparam>
public sealed class Trainer<T> : Trainer where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Recipe _recipe;
    private readonly DisposalList _taken;
    private readonly Workers _workers;
    private readonly Communicator _ranks;
    private readonly ParameterGroups _groups;
    private readonly EquivalentGroup<T>? _equivalent;
    private readonly SplitEvaluation<T> _test;
    private readonly SplitEvaluation<T>? _fit;
    private readonly BatchStatistics<T>? _statistics;
    private readonly AutoDecay? _autoDecay;
    private readonly TrainingMonitors<T>? _monitors;
    private readonly TrainerState<T> _state;

    /// <summary>Lays out the network and initializes it.</summary>
    /// <param name="recipe">The recipe; it names data and a model.</param>
    /// <param name="data">The data that it names.</param>
    /// <param name="threads">Threads that compute, at least 1.</param>
    /// <param name="ranks">The processes that train together; each has a trainer of its own, and all make the same calls. Default: this
    /// one alone.</param>
    /// <exception cref="InputException">The recipe has no model, recipe and data do not fit, or a batch has fewer parts than there are
    /// ranks.</exception>
    public Trainer(Recipe recipe, DataSet data, int threads, Communicator? ranks = null)
        : this(recipe, data, threads, EquivalentGroup<T>.DefaultSlack, ranks) { }

    internal Trainer(Recipe recipe, DataSet data, int threads, int slack, Communicator? ranks = null)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(data);
        if (recipe.Data is null || recipe.Model is null)
            throw new InputException(
                "training needs data and a model: add `data: {set: digits}` and `model: {name: preresnet-8}` to the recipe");
        (_recipe, _ranks) = (recipe, ranks ?? Communicator.Alone);
        var conversion = ScheduleConversion.Of(recipe);
        _groups = new ParameterGroups(recipe);
        RunMemory.Require(recipe, threads, RunMemory.Available);
        Data = data = RecipeData.Prepare(recipe.Data, data);
        TrainingBatches = BatchesOf(data);
        RefuseIdleRanks(_ranks.Size, TrainingBatches.BatchSize);
        int testBatch = BatchSource<T>.ForTest(data, recipe.Data.Batch).BatchSize;
        using var taken = new DisposalList();
        _workers = taken.Add(new Workers(threads));
        Network = taken.Add(Model.Build<T>(
            recipe.Model, data.Image, data.ClassCount, recipe.Loss.Make(), Math.Max(TrainingBatches.BatchSize, testBatch), _workers,
            _ranks));
        RefuseUseless(recipe);
        Classes = ParameterClasses.Of(Network.Layers);
        Network.Initialize(recipe.Seed);
        _test = new SplitEvaluation<T>(Network, data, data.Test, testBatch, _ranks);
        if (data.Training.Groups.Count > 0)
            _fit = new SplitEvaluation<T>(Network, data, data.Training, TrainingBatches.BatchSize, _ranks);
        _autoDecay = recipe.AutoDecay is { } autoDecay ? new AutoDecay(autoDecay) : null;
        Optimizer = taken.Add(recipe.Optimizer.Create(
            Network, tensor => _groups.Of(Classes, tensor), () => CurvatureProbe.Measure(Network, TrainingBatches, recipe.Seed)));
        if (Optimizer.HasEvaluationWeights && Network.State.Length > 0)
            _statistics = new BatchStatistics<T>(Network, BatchesOf(data));
        if (conversion is not null)
        {
            _equivalent = new EquivalentGroup<T>(Network, Optimizer, _groups.Converted!.Value, conversion, slack);
            Network.FollowScaleOf(ScalingGroup.Of(tensor => _groups.IsConverted(Classes, tensor)));
            _equivalent.MoveTo(0);
        }
        if (TrainingMonitors<T>.Covered(Classes, recipe.Log) is { Count: > 0 } weights)
        {
            var second = recipe.Log.NoiseSteps is null ? null : new SecondBatches<T>(data, recipe.Data.Batch, BatchSettings(recipe));
            _monitors = taken.Add(new TrainingMonitors<T>(
                Network, Optimizer, weights, _groups.Of(Classes, weights[0][0]), recipe.Log, recipe.TotalSteps, _workers, second,
                recipe.Optimizer.HasDirection));
        }
        _state = new TrainerState<T>(recipe, Network, Classes, Optimizer, _equivalent, _autoDecay);
        _taken = taken.Release();
    }

    /// <summary>The network.</summary>
    public Network<T> Network { get; }

    /// <summary>The classes of its parameters.</summary>
    internal ParameterClasses Classes { get; }

    /// <summary>The optimizer: its rates at the last update, and what it remembers.</summary>
    public Optimizer<T> Optimizer { get; }

    /// <summary>
    /// How many times as large the scale-invariant weights are as those that <see cref="Network"/> stores, as a power of two; 0 but in an
    /// equivalent run.
    /// </summary>
    public int ScaleExponent => _equivalent?.Exponent ?? 0;

    /// <summary>What the network trains on, so that several trainers can be fed the same batches.</summary>
    internal BatchSource<T> TrainingBatches { get; }

    /// <summary>The data with the recipe's changes made: what it trains on and is tested on.</summary>
    internal DataSet Data { get; }

    /// <summary>The test split.</summary>
    internal BatchSource<T> TestBatches => _test.Batches;

    /// <inheritdoc/>
    public override long Step => _state.Step;

    /// <inheritdoc/>
    public override bool IsDone => Step >= _recipe.TotalSteps || _autoDecay?.HasEnded == true;

    /// <inheritdoc/>
    public override bool IsAtStageEnd => !IsDone && _state.Rate > 0 && _groups.At(Step, rateFactor: RateFactor)[0].Rate <= _state.Rate / 2;

    /// <inheritdoc/>
    internal override TrainerState State => _state;

    private double RateFactor => _autoDecay?.Factor ?? 1;

    /// <inheritdoc/>
    public override void Run(ITrainingObserver observer, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(observer);
        int perEpoch = TrainingBatches.BatchesPerEpoch;
        using var batches = new BatchPrefetcher<T>(TrainingBatches, (int)(Step / perEpoch), (int)(Step % perEpoch));
        while (!IsDone || _state.OwesEvaluation)
        {
            if (_ranks.Any(cancellation.IsCancellationRequested)) throw new OperationCanceledException(cancellation);
            if (_state.OwesEvaluation)
            {
                observer.Evaluated(EvaluateAfterUpdate(cancellation));
                _state.OwesEvaluation = false;
            }
            else
            {
                observer.Updated(Update(batches.Next()));
            }
            if (!_state.OwesEvaluation) observer.AtRest();
        }
    }

    /// <summary>One update on a batch.</summary>
    /// <exception cref="DivergedException">The loss or the gradient was not finite; nothing was updated.</exception>
    public UpdateReport Update(Batch<T> batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (Optimizer.IsEvaluating) Optimizer.SwapEvaluationWeights();
        long step = Step;
        _monitors?.BeforePasses(step);
        var result = Network.Forward(batch.Pixels, batch.Labels, isTraining: true);
        if (!double.IsFinite(result.LossSum)) throw DivergedException.OfLoss(step, Network.FirstNonFiniteLayer()?.Name);
        Network.Backward();
        var numbers = _groups.At(step, _equivalent?.At(step) ?? default, RateFactor);
        _monitors?.BeforeUpdate(step, numbers);
        if (!Optimizer.Update(numbers, _workers)) throw DivergedException.OfGradient(step, FirstNonFinite(Network.Gradients));
        var reading = _monitors?.AfterUpdate(numbers, _equivalent);
        _state.Step = step + 1;
        _equivalent?.MoveTo(Step);
        _autoDecay?.Updated(result.LossSum, result.Labels, endsEpoch: Step % TrainingBatches.BatchesPerEpoch == 0);
        _state.Rate = numbers[0].Rate;
        _state.OwesEvaluation = Step % (_recipe.Log.EvaluationSteps ?? TrainingBatches.BatchesPerEpoch) == 0 || IsDone;
        return new UpdateReport(step, (double)Step / TrainingBatches.BatchesPerEpoch, result, numbers[0],
            _equivalent?.LogScale)
        { IsLast = IsDone, Monitors = reading };
    }

    private EvaluationReport EvaluateAfterUpdate(CancellationToken cancellation)
    {
        PrepareEvaluation();
        RequireFiniteWeights();
        var test = _test.Run(cancellation);
        if (!double.IsFinite(test.Total.LossSum)) throw DivergedException.OfEvaluation(Step - 1, Network.FirstNonFiniteLayer()?.Name);
        var fit = _fit?.Run(cancellation);
        if (fit is { Total.LossSum: var sum } && !double.IsFinite(sum))
            throw DivergedException.OfEvaluation(Step - 1, Network.FirstNonFiniteLayer()?.Name);
        return new EvaluationReport(Step - 1, (double)Step / TrainingBatches.BatchesPerEpoch, test, fit);
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

    /// <inheritdoc/>
    internal override void PrepareEvaluation()
    {
        if (!Optimizer.HasEvaluationWeights || Optimizer.IsEvaluating) return;
        Optimizer.SwapEvaluationWeights();
        _statistics?.Gather();
    }

    /// <inheritdoc/>
    internal override bool AgreesToKeep(bool wants) => Optimizer.HasEvaluationWeights ? _ranks.Any(wants) : wants;

    private static string? FirstNonFinite(Region<T> region)
    {
        foreach (var tensor in region.Tensors)
            foreach (T value in tensor.Span)
                if (!T.IsFinite(value)) return tensor.Name;
        return null;
    }

    private void RefuseUseless(Recipe recipe)
    {
        if (Network.Parameters.Length == 0)
            throw new InputException(
                $"model.head = frozen: nothing else in {recipe.Model!.Name} could be trained; write head: trained, or hidden layers");
        int rest = TrainingBatches.ExampleCount % TrainingBatches.BatchSize;
        SingleValues.Refuse(Network, rest > 0 ? rest : TrainingBatches.BatchSize);
    }

    private static void RefuseIdleRanks(int ranks, int batch)
    {
        int chunks = BatchChunks.Of(batch);
        if (ranks > chunks)
            throw new InputException(
                $"data.batch = {batch}: a batch of {batch} images is cut into {chunks} parts, and {ranks} ranks would share them; start at "
                + $"most {chunks} ranks{(chunks < BatchChunks.Most ? ", or take a larger batch" : "")}");
    }

    // The pixels of this rank's images alone are read.
    private BatchSource<T> BatchesOf(DataSet data)
    {
        var source = BatchSource<T>.ForTraining(data, _recipe.Data!.Batch, BatchSettings(_recipe));
        source.Share = (_ranks.Rank, _ranks.Size);
        return source;
    }

    private static BatchOptions BatchSettings(Recipe recipe) => new()
    {
        Seed = recipe.Seed,
        DropLast = recipe.Data!.DropLast,
        Augmentation = new CropFlip(
            Padding: recipe.Data.Augment is Augmentation.CropFlip or Augmentation.Crop ? CropFlip.Standard.Padding : 0,
            Flip: recipe.Data.Augment is Augmentation.CropFlip or Augmentation.Flip),
    };

    /// <inheritdoc/>
    public override void Dispose() => _taken.Dispose();
}
