using System.Text.Json;
using Etalon.Engine;
using Etalon.Lab.Data;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;

namespace Etalon.Lab.Training;

/// <summary>
/// A recipe that trains into a run folder: begun, resumed as if nothing had happened, or forked with changes. Until it is disposed, no
/// other process can write to the folder.
/// </summary>
public sealed class TrainingRun : IDisposable
{
    private readonly DisposalList _taken;
    private readonly RunFolder? _folder;
    private readonly Communicator _ranks;
    private readonly RunResult? _done;
    private Work? _work;

    // Of which nothing is left to train.
    private TrainingRun(DisposalList taken, RunFolder folder, Recipe recipe, RunResult done, Communicator ranks)
    {
        (_taken, _folder, Folder, Recipe, _done, StartStep) = (taken, folder, folder.Path, recipe, done, done.Steps);
        _ranks = ranks;
    }

    // The folder is that of the first rank; the others have none.
    private TrainingRun(DisposalList taken, RunFolder? folder, Recipe recipe, Work work, Communicator ranks)
    {
        (_taken, _folder, Recipe, _work, StartStep) = (taken, folder, recipe, work, work.Trainer.Step);
        _ranks = ranks;
        Folder = ranks.Exchange(folder?.Path ?? "")[0];
    }

    /// <summary>Its folder.</summary>
    public string Folder { get; }

    /// <summary>Its recipe.</summary>
    public Recipe Recipe { get; }

    /// <summary>The updates that were done before.</summary>
    public long StartStep { get; }

    /// <summary>What was found on the way and got around, such as a damaged checkpoint; a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; private init; } = [];

    /// <summary>
    /// Of a resumed run and of a fork, whose recipes are read here: what is allowed in the recipe but probably not meant. Empty for a run
    /// that begins.
    /// </summary>
    public IReadOnlyList<string> Warnings { get; private init; } = [];

    /// <summary>The recipe of the run that this one was forked from; null for none.</summary>
    public Recipe? Parent { get; private init; }

    /// <summary>Whether all updates were done before, so that nothing is left to train.</summary>
    public bool IsDone => _done is not null;

    /// <summary>
    /// Begins a run of a recipe: makes its folder with recipe and first checkpoint. Nothing is written before recipe and data are known to
    /// fit.
    /// </summary>
    /// <param name="read">The recipe, with the text that the folder keeps.</param>
    /// <param name="runs">The folder of all runs.</param>
    /// <param name="threads">Threads that compute; no more of them than a batch has parts.</param>
    /// <param name="name">The name that the run's folder has and no other. Default: the recipe's, with a number where that exists.</param>
    /// <param name="ranks">The processes that train it together; the first one writes. Default: this one alone.</param>
    /// <exception cref="InputException">Recipe, data or folder cannot be used, something has <paramref name="name"/> already, or the ranks
    /// do not have the same.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static TrainingRun Begin(ReadRecipe read, string runs, int threads, string? name = null, Communicator? ranks = null)
    {
        ArgumentNullException.ThrowIfNull(read);
        ranks ??= Communicator.Alone;
        var recipe = read.Recipe;
        threads = Useful(threads, recipe, ranks);
        var (data, identity) = RankAgreement.Make(ranks, () =>
        {
            var data = LoadData(recipe);
            RunMemory.Require(recipe, threads, RunMemory.Available);
            return (Data: data, Identity: RunIdentity.Of(read, data, parent: null));
        }, found => RankAgreement.Describe(recipe, found.Identity, step: 0));
        using var taken = new DisposalList();
        var trainer = taken.Add(Trainer.Of(recipe, data, threads, ranks));
        RankAgreement.RequireSameState(ranks, trainer.State);
        var folder = Create(
            taken, ranks, trainer,
            () => RunFolder.Create(runs, read, data, checkpoints => RunRecorder.KeepFirst(trainer, identity, checkpoints), name: name));
        return new TrainingRun(taken.Release(), folder, recipe, new Work(trainer, identity, threads), ranks);
    }

    /// <summary>Resumes a run from its last good checkpoint, to the bit as if it had never ended.</summary>
    /// <param name="run">The run's folder.</param>
    /// <param name="threads">Threads that compute; no more of them than a batch has parts.</param>
    /// <param name="inexact">
    /// Whether to continue also where the run was computed with another arithmetic, whose last digits differ; a note says so, and
    /// resolved.json from which update on. Default: false.
    /// </param>
    /// <param name="ranks">The processes that train it together, as many as they are now. Default: this one alone.</param>
    /// <param name="waiting">Is told, in a sentence, where it waits for a holder on another host that may be gone.</param>
    /// <param name="cancellation">Ends that wait, where no other ranks wait too.</param>
    /// <exception cref="InputException">
    /// There is no good checkpoint; another process has the run; or recipe, data or arithmetic are not those that it began with. Every
    /// difference is named.
    /// </exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was canceled while it waited.</exception>
    public static TrainingRun Resume(
        string run, int threads, bool inexact = false, Communicator? ranks = null, Action<string>? waiting = null,
        CancellationToken cancellation = default)
    {
        var together = ranks ?? Communicator.Alone;
        using var taken = new DisposalList();
        // The first may have to wait for the lock of a holder on another host that is gone.
        var end = together.IsAlone ? cancellation : CancellationToken.None;
        var folder = taken.Add(RankAgreement.Make(
            together, () => together.IsFirst ? RunFolder.Open(run, waiting, end) : RunFolder.Follow(run), longer: 2 * LockHost.Takeover));
        if (RunFolder.ResultOf(folder.Path) is { Status: RunStatus.Done } done)
        {
            var written = RankAgreement.Make(together, () => Resumption.RequireUnchanged(folder));
            return new TrainingRun(taken.Release(), folder, written.Recipe, done, together);
        }
        using var found = RankAgreement.Make(
            together, () => Resumption.Of(folder, inexact),
            found => RankAgreement.Describe(found.Recipe, found.Identity, found.Checkpoint?.Step ?? 0));
        threads = Useful(threads, found.Recipe, together);
        var trainer = taken.Add(Trainer.Of(found.Recipe, found.Data, threads, together));
        if (found.Checkpoint is { } state) trainer.State.Restore(state);
        RankAgreement.RequireSameState(together, trainer.State);
        if (found.Checkpoint is null) trainer.PrepareEvaluation();
        if (together.IsFirst)
        {
            folder.Prepare();
            folder.ChangeArithmetic(trainer.Step, found.ComputedWith);
            if (found.Checkpoint is null) RunRecorder.KeepFirst(trainer, found.Identity, folder.Checkpoints);
        }
        var work = new Work(trainer, found.Identity, threads);
        if (found.Checkpoint is { } last) work = work with { Progress = RunProgress.Of(last), Position = MetricsPosition.Of(last) };
        return new TrainingRun(taken.Release(), folder, found.Recipe, work, together)
        {
            Notes = found.Notes,
            Warnings = found.Warnings,
        };
    }

    /// <summary>
    /// Begins a new run from a checkpoint of another, with a changed recipe: the same weights and buffers, the new numbers. Where one of
    /// the two trains an equivalent form, weights and buffers are turned from the one form into the other, so that a fork that changes the
    /// form alone computes the same functions as its parent.
    /// </summary>
    /// <param name="parent">The folder of the run to continue; it stays as it is.</param>
    /// <param name="step">The updates after which to leave it; null for its last good checkpoint.</param>
    /// <param name="overrides">"key=value", what the new recipe has instead.</param>
    /// <param name="runs">The folder of all runs.</param>
    /// <param name="threads">Threads that compute; no more of them than a batch has parts.</param>
    /// <param name="ranks">The processes that train it together; the first one writes. Default: this one alone.</param>
    /// <exception cref="InputException">There is no such checkpoint, or the changed recipe cannot continue from it.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static TrainingRun Fork(
        string parent, long? step, IReadOnlyList<string> overrides, string runs, int threads, Communicator? ranks = null)
    {
        ArgumentNullException.ThrowIfNull(overrides);
        ranks ??= Communicator.Alone;
        using var plan = RankAgreement.Make(
            ranks, () => ForkPlan.Of(parent, step, overrides),
            found => RankAgreement.Describe(found.Read.Recipe, found.Identity, found.Checkpoint.Step));
        var recipe = plan.Read.Recipe;
        threads = Useful(threads, recipe, ranks);
        using var taken = new DisposalList();
        var trainer = taken.Add(Trainer.Of(recipe, plan.Data, threads, ranks));
        trainer.State.Inherit(plan.Checkpoint, plan.Old);
        RankAgreement.RequireSameState(ranks, trainer.State);
        var folder = Create(
            taken, ranks, trainer,
            () => RunFolder.Create(
                runs, plan.Read, plan.Data, checkpoints => RunRecorder.KeepFirst(trainer, plan.Identity, checkpoints), plan.Origin));
        return new TrainingRun(taken.Release(), folder, recipe, new Work(trainer, plan.Identity, threads), ranks)
        {
            Notes = plan.Notes,
            Warnings = plan.Read.Warnings,
            Parent = plan.Old,
        };
    }

    // What a run starts with may have to be computed, on every rank, before the first one keeps it.
    private static RunFolder? Create(DisposalList taken, Communicator ranks, Trainer trainer, Func<RunFolder> create)
    {
        trainer.PrepareEvaluation();
        var folder = RankAgreement.Make(ranks, () => ranks.IsFirst ? create() : null);
        return folder is null ? null : taken.Add(folder);
    }

    /// <summary>
    /// Trains to the end, and keeps metrics, checkpoints and the result. Where nothing is left to train, the result of then.
    /// </summary>
    /// <param name="observer">Called after each update and evaluation.</param>
    /// <param name="cancellation">Stops the run after the update at work, with a checkpoint.</param>
    /// <returns>The result, as also written to the folder.</returns>
    /// <exception cref="DivergedException">A loss, a gradient or a weight was not finite; the folder's result says so.</exception>
    /// <exception cref="OperationCanceledException">The run was canceled, and its state kept.</exception>
    /// <exception cref="IOException">The disk is full or the folder is gone; the folder's result says so where it can still be
    /// written.</exception>
    /// <exception cref="InvalidOperationException">It was trained before.</exception>
    public RunResult Train(ITrainingObserver observer, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(observer);
        if (_done is not null) return _done;
        if (_work is not { } work) throw new InvalidOperationException($"{Folder}: a run trains once; open it again with {nameof(Resume)}");
        _work = null;
        return _ranks.IsFirst ? Lead(work, _folder!, observer, cancellation) : Follow(work, cancellation);
    }

    private RunResult Lead(Work work, RunFolder folder, ITrainingObserver observer, CancellationToken cancellation)
    {
        using var recorder = new RunRecorder(work.Trainer, Recipe, folder, work.Identity, work.Progress, work.Position, observer);
        // The last that goes of what an earlier part left: from here on the folder says no more than its checkpoint.
        folder.Reopen();
        try
        {
            work.Trainer.Run(recorder, cancellation);
            recorder.Finish();
        }
        catch (OperationCanceledException exception)
        {
            recorder.Keep();
            recorder.Finish();
            folder.Write(Result(RunStatus.Interrupted, Stopped(work)));
            throw Canceled(work, exception);
        }
        catch (Exception exception)
        {
            WriteIfPossible(() =>
            {
                if (exception is DivergedException) recorder.WriteRest();
                folder.Write(Result(exception is DivergedException ? RunStatus.Diverged : RunStatus.Failed, exception.Message));
            });
            throw;
        }
        var result = Result(RunStatus.Done, null);
        folder.Write(result);
        _ranks.Exchange(JsonSerializer.Serialize(result, RunResult.Json));
        return result;

        RunResult Result(RunStatus status, string? message) =>
            recorder.Result(status, message, work.Threads) with { Ranks = _ranks.IsAlone ? null : _ranks.Size };
    }

    // Trains along with the first rank, and waits until it has written the result.
    private RunResult Follow(Work work, CancellationToken cancellation)
    {
        try
        {
            work.Trainer.Run(new RankFollower(work.Trainer), cancellation);
        }
        catch (OperationCanceledException exception)
        {
            work.Trainer.PrepareEvaluation();
            throw Canceled(work, exception);
        }
        return JsonSerializer.Deserialize<RunResult>(_ranks.Exchange("")[0], RunResult.Json)!;
    }

    private string Stopped(Work work) => $"stopped after {work.Trainer.Step} of {Recipe.TotalSteps} updates";

    private OperationCanceledException Canceled(Work work, OperationCanceledException exception) =>
        new($"{Stopped(work)}; go on with: etalon resume {Folder}", exception, exception.CancellationToken);

    internal static DataSet LoadData(Recipe recipe) => recipe.Data is { } data
        ? RecipeData.Load(data)
        : throw new InputException("training needs data: add `data: {set: digits}` to the recipe");

    // More than a rank has parts of a batch would only wait for each other. A recipe without data is refused where they are loaded.
    private static int Useful(int threads, Recipe recipe, Communicator ranks) =>
        recipe.Data is { Batch: var batch } ? Math.Min(threads, (BatchChunks.Of(batch) + ranks.Size - 1) / ranks.Size) : threads;

    // Where the disk is full or the folder gone, what went wrong first matters more.
    private static void WriteIfPossible(Action write)
    {
        try
        {
            write();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
        }
    }

    // What a run has still to do, and with what.
    private sealed record Work(Trainer Trainer, RunIdentity Identity, int Threads)
    {
        // What earlier parts of the run have added to its result.
        public RunProgress Progress { get; init; } = new();

        // Where the metrics continue.
        public MetricsPosition Position { get; init; }
    }

    /// <summary>Frees the trainer, and lets others write to the folder.</summary>
    public void Dispose() => _taken.Dispose();
}
