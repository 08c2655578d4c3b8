using System.Globalization;
using System.Numerics;
using Etalon.Engine;
using Etalon.Lab.Models;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;

namespace Etalon.Lab.Training;

/// <summary>A <see cref="TrainerState{T}"/>, whatever its number type.</summary>
internal abstract class TrainerState
{
    /// <summary>Updates done.</summary>
    public long Step { get; set; }

    /// <summary>The rate of the last update; 0 before the first.</summary>
    public double Rate { get; set; }

    /// <summary>Whether an evaluation follows the last update and is not done.</summary>
    public bool OwesEvaluation { get; set; }

    /// <summary>Every tensor that outlives an update, under its name in a checkpoint.</summary>
    public abstract IReadOnlyList<StoredTensor> Tensors { get; }

    /// <summary>Adds the texts of a checkpoint that say what is not in <see cref="Tensors"/>.</summary>
    public abstract void Describe(IDictionary<string, string> metadata);

    /// <summary>Takes on the state of a checkpoint of the same recipe.</summary>
    /// <exception cref="InputException">It is that of another network, or of more updates than the recipe has.</exception>
    public abstract void Restore(Checkpoint checkpoint);

    /// <summary>
    /// Takes on the state of a checkpoint of another recipe; where one of them trains an equivalent form, the state is turned into this
    /// one's.
    /// </summary>
    /// <param name="checkpoint">The state.</param>
    /// <param name="parent">Its recipe.</param>
    /// <exception cref="InputException">It is that of another network, or of more updates than the recipe has.</exception>
    public abstract void Inherit(Checkpoint checkpoint, Recipe parent);
}

/// <summary>Everything of a trainer that outlives an update: what a checkpoint holds, as tensors and as texts.</summary>
/// <param name="recipe">The recipe.</param>
/// <param name="network">Its network.</param>
/// <param name="classes">The classes of its parameters.</param>
/// <param name="optimizer">Its optimizer.</param>
/// <param name="equivalent">The group that trains an equivalent form; null for none.</param>
/// <param name="autoDecay">The controller of the rate; null for none.</param>
internal sealed class TrainerState<T>(
    Recipe recipe, Network<T> network, ParameterClasses classes, Optimizer<T> optimizer, EquivalentGroup<T>? equivalent,
    AutoDecay? autoDecay) : TrainerState
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const string OptimizerStepsKey = "optimizer_steps", OwesEvaluationKey = "owes_evaluation", RateKey = "rate",
        ScaleExponentKey = "scale_exponent",
        UnbufferedKey = "unbuffered";

    public override IReadOnlyList<StoredTensor> Tensors =>
    [
        .. StoredTensor.Of("", network.Parameters), .. StoredTensor.Of("", network.State),
        .. optimizer.Slots.SelectMany(slot => StoredTensor.Of($"{slot.Key}/", slot.Value)),
        .. StoredTensor.Of("optimizer/", optimizer.Accumulators),
    ];

    public override void Describe(IDictionary<string, string> metadata)
    {
        metadata[Checkpoint.StepKey] = $"{Step}";
        metadata[OptimizerStepsKey] = $"{optimizer.Steps}";
        if (optimizer is Sgd<T> sgd)
            metadata[UnbufferedKey] = string.Join(
                ' ', network.Parameters.Tensors.Where((_, tensor) => !sgd.HasBuffer(tensor)).Select(tensor => tensor.Name));
        metadata[OwesEvaluationKey] = OwesEvaluation ? "1" : "0";
        metadata[RateKey] = Rate.ToString("R", CultureInfo.InvariantCulture);
        autoDecay?.Describe(metadata);
        if (equivalent is not null) metadata[ScaleExponentKey] = $"{equivalent.Exponent}";
    }

    public override void Restore(Checkpoint checkpoint)
    {
        // Before the tensors: it turns the running statistics that the network has, and those of the checkpoint have been turned already.
        RequireWithin(checkpoint, recipe);
        equivalent?.ContinueAt(checkpoint.Step, ScaleExponentIn(checkpoint));
        Read(checkpoint);
    }

    public override void Inherit(Checkpoint checkpoint, Recipe parent)
    {
        RequireWithin(checkpoint, parent);
        RequireWithin(checkpoint, recipe);
        var was = StoredScale.Of(parent, checkpoint.Step, ScaleExponentIn(checkpoint));
        network.ActivationScale = was.ActivationScale;
        Read(checkpoint);
        var now = equivalent?.TakeOverAt(Step, was.Exponent) ?? default;
        autoDecay?.RequireStage(Step);
        if (was != default || now != default) was.Transform(network, classes, optimizer, now);
        network.ActivationScale = now.ActivationScale;
    }

    // Above 0 where the stored weights are smaller than the equivalent's; a run that gains one at each of 2^30 updates does not come so
    // far.
    private static int ScaleExponentIn(Checkpoint checkpoint)
    {
        double exponent = checkpoint.OptionalNumber(ScaleExponentKey) ?? 0;
        if (exponent != Math.Floor(exponent) || Math.Abs(exponent) > 1 << 30)
            throw new InputException(
                $"{checkpoint.Path}: {ScaleExponentKey} is {exponent}, but must be a whole number of at most 2^30 in size; was the file "
                + $"edited?");
        return (int)exponent;
    }

    private static void RequireWithin(Checkpoint checkpoint, Recipe recipe)
    {
        if (checkpoint.Step > recipe.TotalSteps)
            throw new InputException(
                $"{checkpoint.Path} holds the state after update {checkpoint.Step}, but the recipe has only {recipe.TotalSteps}; "
                + "give it a longer duration, or take an earlier checkpoint");
    }

    private void Read(Checkpoint checkpoint)
    {
        checkpoint.Restore(Tensors);
        autoDecay?.Restore(checkpoint);
        Step = checkpoint.Step;
        optimizer.Steps = checkpoint.Integer(OptimizerStepsKey);
        if (optimizer is Sgd<T> sgd) ReadBuffers(sgd, checkpoint);
        optimizer.ContinueEvaluating();
        OwesEvaluation = checkpoint.Integer(OwesEvaluationKey) != 0;
        Rate = checkpoint.OptionalNumber(RateKey) ?? 0;
    }

    // Before arithmetic 2 each update filled the buffer.
    private void ReadBuffers(Sgd<T> sgd, Checkpoint checkpoint)
    {
        var without = checkpoint.Metadata.TryGetValue(UnbufferedKey, out var names) ? names.Split(' ').ToHashSet() : null;
        for (int tensor = 0; tensor < network.Parameters.Tensors.Count; tensor++)
            sgd.ContinueBuffer(tensor, without is null ? sgd.Steps > 0 : !without.Contains(network.Parameters.Tensors[tensor].Name));
    }
}
