using System.Numerics;
using Etalon.Engine;
using Etalon.Lab.Data;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;

namespace Etalon.Lab.Training;

/// <summary>Recipes trained into run folders: begun, resumed as if nothing had happened, or forked with changes.</summary>
/// <remarks>
/// In each case the run may end with a <see cref="DivergedException"/>, with an <see cref="OperationCanceledException"/> after a checkpoint, or with
/// an <see cref="IOException"/> where the disk is full or the folder is gone; the folder's result says so where it can still be written.
/// </remarks>
public static class TrainingRun
{
    /// <summary>Trains a recipe, and keeps the recipe, the metrics, checkpoints and the result. Nothing is written before recipe and data are known to fit.</summary>
    /// <param name="spec">The recipe.</param>
    /// <param name="runs">The folder of all runs.</param>
    /// <param name="threads">Threads that compute.</param>
    /// <param name="begin">Called when the run's folder is there and training begins; gives who watches.</param>
    /// <param name="cancellation">Stops the run after the update at work, with a checkpoint.</param>
    /// <returns>The result, as also written to the folder.</returns>
    /// <exception cref="InputException">Recipe, data or folder cannot be used.</exception>
    public static RunResult Execute(Recipe spec, string runs, int threads, Func<RunStart, ITrainingObserver> begin, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(begin);
        var data = LoadData(spec);
        var plan = new RunPlan { Spec = spec, Data = data, Identity = RunIdentity.Of(spec, data, parent: null), Open = keepFirst => RunFolder.Create(runs, spec, data, keepFirst) };
        return Train(plan, threads, begin, cancellation);
    }

    /// <summary>Goes on with a run from its last good checkpoint, to the bit as if it had never ended.</summary>
    /// <param name="run">The run's folder.</param>
    /// <param name="threads">Threads that compute; no more of them than a batch has parts.</param>
    /// <param name="begin">Called when training begins; gives who watches. Not called where nothing is left to do.</param>
    /// <param name="cancellation">Stops the run after the update at work, with a checkpoint.</param>
    /// <returns>The result, as also written to the folder.</returns>
    /// <exception cref="InputException">
    /// There is no good checkpoint; another process has the run; or recipe, data or arithmetic are not those that it began with. Every difference is named.
    /// </exception>
    public static RunResult Resume(string run, int threads, Func<RunStart, ITrainingObserver> begin, CancellationToken cancellation) =>
        Resume(run, threads, inexact: false, begin, cancellation);

    /// <summary>The same, also where the run was computed with another arithmetic, whose last digits differ.</summary>
    /// <param name="run">The run's folder.</param>
    /// <param name="threads">Threads that compute; no more of them than a batch has parts.</param>
    /// <param name="inexact">Whether to go on then; a note says so, and resolved.json from which update on.</param>
    /// <param name="begin">Called when training begins; gives who watches. Not called where nothing is left to do.</param>
    /// <param name="cancellation">Stops the run after the update at work, with a checkpoint.</param>
    /// <returns>The result, as also written to the folder.</returns>
    /// <exception cref="InputException">As above.</exception>
    public static RunResult Resume(string run, int threads, bool inexact, Func<RunStart, ITrainingObserver> begin, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(begin);
        using var folder = RunFolder.Open(run);
        if (RunFolder.ResultOf(folder.Path) is { Status: RunStatus.Done } done)
        {
            Resumption.RequireUnchanged(folder);
            return done;
        }
        using var found = Resumption.Of(folder, inexact);
        var plan = new RunPlan
        {
            Spec = found.Spec,
            Data = found.Data,
            Identity = found.Identity,
            Open = keepFirst =>
            {
                folder.Prepare();
                folder.ChangeArithmetic(found.Checkpoint?.Step ?? 0, found.Checkpoint is { } state ? Arithmetic.Of(state) : Arithmetic.Of(ResolvedRecipe.Read(folder.Path).Resolved));
                if (found.Checkpoint is null) keepFirst(folder.Checkpoints);
                return folder;
            },
            From = found.Checkpoint,
            Progress = found.Checkpoint is null ? new() : RunProgress.Of(found.Checkpoint),
            Mark = found.Checkpoint is null ? default : MetricsPosition.Of(found.Checkpoint),
            Notes = found.Notes,
        };
        return Train(plan, threads, begin, cancellation);
    }

    /// <summary>
    /// Begins a new run from a checkpoint of another, with a changed recipe: the same weights and buffers, the new numbers. Where one of the two
    /// trains an equivalent form, weights and buffers are turned from the one form into the other, so that a fork that changes the form alone
    /// computes the same functions as its parent.
    /// </summary>
    /// <param name="parent">The folder of the run to continue; it stays as it is.</param>
    /// <param name="step">The updates after which to leave it; null for its last good checkpoint.</param>
    /// <param name="overrides">"key=value", what the new recipe has instead.</param>
    /// <param name="runs">The folder of all runs.</param>
    /// <param name="threads">Threads that compute.</param>
    /// <param name="begin">Called when the run's folder is there and training begins; gives who watches.</param>
    /// <param name="cancellation">Stops the run after the update at work, with a checkpoint.</param>
    /// <returns>The result, as also written to the folder.</returns>
    /// <exception cref="InputException">There is no such checkpoint, or the changed recipe cannot go on from it.</exception>
    public static RunResult Fork(
        string parent, long? step, IReadOnlyList<string> overrides, string runs, int threads, Func<RunStart, ITrainingObserver> begin, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(overrides);
        ArgumentNullException.ThrowIfNull(begin);
        var written = ResolvedRecipe.Read(parent);
        var notes = new List<string>();
        var (old, spec) = (written.Spec, ForkedRecipe.Of(parent, written, overrides, notes));
        using var checkpoint = step is null ? CheckpointChoice.Last(parent, old, notes) : CheckpointChoice.At(parent, old, step.Value);
        if (checkpoint is null) throw new InputException($"{parent} has no checkpoint yet; train its recipe with the changes instead");
        if (checkpoint.Step >= spec.TotalSteps)
            throw new InputException($"the checkpoint holds the state after update {checkpoint.Step}, and the fork's recipe ends there or before, at {spec.TotalSteps}; give it a longer duration, or --at an earlier one");
        if (old.Optimizer.Name != spec.Optimizer.Name)
            throw new InputException($"optimizer.name: a fork goes on with what its optimizer remembers, and {spec.Optimizer.Name} remembers something else than {old.Optimizer.Name}; leave the name as it is, or train the changed recipe anew");
        if (FormOf(old) is var was && FormOf(spec) is var now && was != now) notes.Add($"weights and buffers are turned from {was} into {now}");
        if (AutoDecay.NoteOfLeaving(old, spec, checkpoint) is { } left) notes.Add(left);
        var data = LoadData(spec);
        var origin = new RunParent(Path.GetFullPath(parent), checkpoint.Step, old.Hash, Arithmetic.Of(checkpoint), overrides);
        if (origin.Arithmetic != Arithmetic.Version) notes.Add(Arithmetic.NotExact(origin.Arithmetic));
        var plan = new RunPlan
        {
            Spec = spec,
            Data = data,
            Identity = RunIdentity.Of(spec, data, origin),
            Open = keepFirst => RunFolder.Create(runs, spec, data, keepFirst, origin),
            From = checkpoint,
            Notes = notes,
            Parent = old,
        };
        return Train(plan, threads, begin, cancellation);
    }

    private static string FormOf(Recipe spec) => spec.Equivalent is { } equivalent ? $"the form {FormWords.Of(equivalent.Form)}" : "the recipe's own";

    private static DataSet LoadData(Recipe spec) => spec.Data is { } data
        ? RecipeData.Load(data)
        : throw new InputException("training needs data: add `data: {set: digits}` to the recipe");

    private static RunResult Train(RunPlan plan, int threads, Func<RunStart, ITrainingObserver> begin, CancellationToken cancellation) =>
        plan.Spec.Precision == Precision.Float64 ? Train<double>(plan, Useful(plan, threads), begin, cancellation) : Train<float>(plan, Useful(plan, threads), begin, cancellation);

    // More than there are parts of a batch would only wait for each other.
    private static int Useful(RunPlan plan, int threads) => Math.Min(threads, BatchChunks.Of(plan.Spec.Data!.Batch));

    private static RunResult Train<T>(RunPlan plan, int threads, Func<RunStart, ITrainingObserver> begin, CancellationToken cancellation)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var trainer = new Trainer<T>(plan.Spec, plan.Data, threads);
        if (plan is { From: { } state, Parent: { } parent }) trainer.Inherit(state, parent);
        else if (plan.From is not null) trainer.Restore(plan.From);
        using var folder = plan.Open(checkpoints => RunRecorder<T>.KeepFirst(trainer, plan.Identity, checkpoints));
        using var recorder = new RunRecorder<T>(trainer, plan.Spec, folder, plan.Identity, plan.Progress, plan.Mark);
        // The last that goes of what an earlier part left: from here on the folder says no more than its checkpoint.
        folder.Reopen();
        try
        {
            recorder.Display = begin(new RunStart { Folder = folder.Path, Spec = plan.Spec, Step = trainer.Step, Notes = plan.Notes, Parent = plan.Parent });
            trainer.Run(recorder, cancellation);
            recorder.Finish();
        }
        catch (OperationCanceledException exception)
        {
            recorder.Keep();
            recorder.Finish();
            string message = $"stopped after {trainer.Step} of {plan.Spec.TotalSteps} updates";
            folder.Write(recorder.Result(RunStatus.Interrupted, message, threads));
            throw new OperationCanceledException($"{message}; go on with: etalon resume {folder.Path}", exception, cancellation);
        }
        catch (Exception exception)
        {
            WriteIfPossible(() =>
            {
                if (exception is DivergedException) recorder.WriteRest();
                folder.Write(recorder.Result(exception is DivergedException ? RunStatus.Diverged : RunStatus.Failed, exception.Message, threads));
            });
            throw;
        }
        var result = recorder.Result(RunStatus.Done, null, threads);
        folder.Write(result);
        return result;
    }

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
}
