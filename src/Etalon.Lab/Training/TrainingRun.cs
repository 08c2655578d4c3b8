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
    private readonly RunFolder _folder;
    private readonly RunResult? _done;
    private Work? _work;

    // Of which nothing is left to train.
    private TrainingRun(DisposalList taken, RunFolder folder, Recipe recipe, RunResult done) =>
        (_taken, _folder, Recipe, _done, StartStep) = (taken, folder, recipe, done, done.Steps);

    private TrainingRun(DisposalList taken, RunFolder folder, Recipe recipe, Work work) =>
        (_taken, _folder, Recipe, _work, StartStep) = (taken, folder, recipe, work, work.Trainer.Step);

    /// <summary>Its folder.</summary>
    public string Folder => _folder.Path;

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
    /// <exception cref="InputException">Recipe, data or folder cannot be used, or something has <paramref name="name"/>
    /// already.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static TrainingRun Begin(ReadRecipe read, string runs, int threads, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(read);
        var recipe = read.Recipe;
        var data = LoadData(recipe);
        var identity = RunIdentity.Of(read, data, parent: null);
        threads = Useful(threads, recipe);
        using var taken = new DisposalList();
        var trainer = taken.Add(Trainer.Of(recipe, data, threads));
        var folder =
            taken.Add(RunFolder.Create(runs, read, data, checkpoints => RunRecorder.KeepFirst(trainer, identity, checkpoints), name: name));
        return new TrainingRun(taken.Release(), folder, recipe, new Work(trainer, identity, threads));
    }

    /// <summary>Resumes a run from its last good checkpoint, to the bit as if it had never ended.</summary>
    /// <param name="run">The run's folder.</param>
    /// <param name="threads">Threads that compute; no more of them than a batch has parts.</param>
    /// <param name="inexact">
    /// Whether to continue also where the run was computed with another arithmetic, whose last digits differ; a note says so, and
    /// resolved.json from which update on. Default: false.
    /// </param>
    /// <exception cref="InputException">
    /// There is no good checkpoint; another process has the run; or recipe, data or arithmetic are not those that it began with. Every
    /// difference is named.
    /// </exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static TrainingRun Resume(string run, int threads, bool inexact = false)
    {
        using var taken = new DisposalList();
        var folder = taken.Add(RunFolder.Open(run));
        if (RunFolder.ResultOf(folder.Path) is { Status: RunStatus.Done } done)
        {
            var written = Resumption.RequireUnchanged(folder);
            return new TrainingRun(taken.Release(), folder, written.Recipe, done);
        }
        using var found = Resumption.Of(folder, inexact);
        threads = Useful(threads, found.Recipe);
        var trainer = taken.Add(Trainer.Of(found.Recipe, found.Data, threads));
        if (found.Checkpoint is { } state) trainer.State.Restore(state);
        folder.Prepare();
        folder.ChangeArithmetic(trainer.Step, found.ComputedWith);
        if (found.Checkpoint is null) RunRecorder.KeepFirst(trainer, found.Identity, folder.Checkpoints);
        var work = new Work(trainer, found.Identity, threads);
        if (found.Checkpoint is { } last) work = work with { Progress = RunProgress.Of(last), Position = MetricsPosition.Of(last) };
        return new TrainingRun(taken.Release(), folder, found.Recipe, work)
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
    /// <exception cref="InputException">There is no such checkpoint, or the changed recipe cannot continue from it.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static TrainingRun Fork(string parent, long? step, IReadOnlyList<string> overrides, string runs, int threads)
    {
        ArgumentNullException.ThrowIfNull(overrides);
        var written = ResolvedRecipe.Read(parent);
        var notes = new List<string>();
        var old = written.Recipe;
        // The changes and the checkpoint may both be wrong, and the user sees both.
        var problems = new List<string>();
        var changed = InputException.Collect(problems, () => ForkedRecipe.Of(parent, written, overrides, notes));
        using var kept = InputException.Collect(problems, () => Choose(parent, old, step, notes));
        if (kept is not null) problems.AddRange(WhyNotContinuable(kept, old, changed?.Recipe));
        if (changed is not { } read || kept is not { } checkpoint || problems.Count > 0) throw new InputException(problems);
        var recipe = read.Recipe;
        if (FormOf(old) is var was && FormOf(recipe) is var now && was != now)
            notes.Add($"weights and buffers are turned from {was} into {now}");
        if (AutoDecay.NoteOfLeaving(old, recipe, checkpoint) is { } left) notes.Add(left);
        var data = LoadData(recipe);
        var origin = new RunParent(Path.GetFullPath(parent), checkpoint.Step, old.Hash, Arithmetic.Of(checkpoint), overrides);
        if (origin.Arithmetic != Arithmetic.Version) notes.Add(Arithmetic.NotExact(origin.Arithmetic));
        var identity = RunIdentity.Of(read, data, origin);
        threads = Useful(threads, recipe);
        using var taken = new DisposalList();
        var trainer = taken.Add(Trainer.Of(recipe, data, threads));
        trainer.State.Inherit(checkpoint, old);
        var folder =
            taken.Add(RunFolder.Create(runs, read, data, checkpoints => RunRecorder.KeepFirst(trainer, identity, checkpoints), origin));
        return new TrainingRun(taken.Release(), folder, recipe, new Work(trainer, identity, threads))
        {
            Notes = notes,
            Warnings = read.Warnings,
            Parent = old,
        };
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
        using var recorder = new RunRecorder(work.Trainer, Recipe, _folder, work.Identity, work.Progress, work.Position, observer);
        // The last that goes of what an earlier part left: from here on the folder says no more than its checkpoint.
        _folder.Reopen();
        try
        {
            work.Trainer.Run(recorder, cancellation);
            recorder.Finish();
        }
        catch (OperationCanceledException exception)
        {
            recorder.Keep();
            recorder.Finish();
            string message = $"stopped after {work.Trainer.Step} of {Recipe.TotalSteps} updates";
            _folder.Write(recorder.Result(RunStatus.Interrupted, message, work.Threads));
            throw new OperationCanceledException($"{message}; go on with: etalon resume {Folder}", exception, cancellation);
        }
        catch (Exception exception)
        {
            WriteIfPossible(() =>
            {
                if (exception is DivergedException) recorder.WriteRest();
                _folder.Write(
                    recorder.Result(exception is DivergedException ? RunStatus.Diverged : RunStatus.Failed, exception.Message,
                        work.Threads));
            });
            throw;
        }
        var result = recorder.Result(RunStatus.Done, null, work.Threads);
        _folder.Write(result);
        return result;
    }

    private static Checkpoint Choose(string parent, Recipe recipe, long? step, List<string> notes) =>
        (step is { } at ? CheckpointChoice.At(parent, recipe, at) : CheckpointChoice.Last(parent, recipe, notes))
            ?? throw new InputException($"{parent} has no checkpoint yet; train its recipe with the changes instead");

    private static IEnumerable<string> WhyNotContinuable(Checkpoint checkpoint, Recipe old, Recipe? recipe)
    {
        if (recipe is null) yield break;
        if (checkpoint.Step >= recipe.TotalSteps)
            yield return
                $"the checkpoint holds the state after update {checkpoint.Step}, and the fork's recipe ends there or before, at "
                + $"{recipe.TotalSteps}; "
                + "give it a longer duration, or --at an earlier one";
        if (old.Optimizer.Name != recipe.Optimizer.Name)
            yield return
                $"optimizer.name: a fork goes on with what its optimizer remembers, and {recipe.Optimizer.Name} remembers something else "
                + $"than "
                + $"{old.Optimizer.Name}; leave the name as it is, or train the changed recipe anew";
    }

    private static string FormOf(Recipe recipe) =>
        recipe.Equivalent is { } equivalent ? $"the form {FormWords.Of(equivalent.Form)}" : "the recipe's own";

    private static DataSet LoadData(Recipe recipe) => recipe.Data is { } data
        ? RecipeData.Load(data)
        : throw new InputException("training needs data: add `data: {set: digits}` to the recipe");

    // More than there are parts of a batch would only wait for each other.
    private static int Useful(int threads, Recipe recipe) => Math.Min(threads, BatchChunks.Of(recipe.Data!.Batch));

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
