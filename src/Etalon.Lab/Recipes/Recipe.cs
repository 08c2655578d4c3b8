using System.Runtime.CompilerServices;
using Etalon.Lab.Data;
using Etalon.Lab.Models;
using Etalon.Lab.Optimizers;
using Etalon.Schedules;

namespace Etalon.Lab.Recipes;

/// <summary>
/// A recipe, resolved: everything that decides a training run, and nothing else. All durations are in steps (updates). Where it came from
/// is in <see cref="ReadRecipe"/>.
/// </summary>
public sealed record Recipe
{
    // By reference, beside the recipe and not in it: `with` copies every field, and would copy a hash that is no longer right.
    private static readonly ConditionalWeakTable<Recipe, string> Hashes = [];

    /// <summary>What the run is called; a folder's name follows from it.</summary>
    public required string Name { get; init; }

    /// <summary>What all randomness follows from.</summary>
    /// <value>1 by default.</value>
    public ulong Seed { get; init; } = 1;

    /// <summary>Updates of the run: T. The last is T - 1.</summary>
    /// <value>At least 1.</value>
    public required long TotalSteps
    {
        get;
        init => field = Require.AtLeast(value, 1L, "a run has at least one update");
    }

    /// <summary>Updates in an epoch; the last epoch of a run may be partial.</summary>
    /// <value>At least 1.</value>
    public required long StepsPerEpoch
    {
        get;
        init => field = Require.AtLeast(value, 1L, "an epoch has at least one update");
    }

    /// <summary>Epochs of the run; null where nobody said how long one is, so that the run stands for it.</summary>
    internal double? Epochs => Data is null && StepsPerEpoch == TotalSteps ? null : TotalSteps / (double)StepsPerEpoch;

    /// <summary>The data; null in a recipe that only plans.</summary>
    public DataSpec? Data { get; init; }

    /// <summary>The network; null in a recipe that only plans.</summary>
    public ModelSpec? Model { get; init; }

    /// <summary>The update rule.</summary>
    public OptimizerSpec Optimizer { get; init; } = new SgdSpec();

    /// <summary>The learning rate eta of each update; never negative.</summary>
    public required Schedule LearningRate { get; init; }

    /// <summary>The weight decay lambda of each update; never negative.</summary>
    public required Schedule WeightDecay { get; init; }

    /// <summary>The momentum mu of each update; in [0, 1).</summary>
    public required Schedule Momentum { get; init; }

    /// <summary>That the run trains an equivalent of these schedules; null, the default, for the schedules themselves.</summary>
    public EquivalentSpec? Equivalent { get; init; }

    /// <summary>The controller that lowers the rate when the loss stops falling; null, the default, for the schedule alone.</summary>
    public AutoDecaySpec? AutoDecay { get; init; }

    /// <summary>The loss.</summary>
    public LossSpec Loss { get; init; } = new();

    /// <summary>The number type.</summary>
    /// <value>Float32 by default.</value>
    public Precision Precision { get; init; }

    /// <summary>How often metrics are written.</summary>
    public LogSpec Log { get; init; } = new();

    /// <summary>How often the run's state is kept; no part of <see cref="Hash"/>, for it changes nothing that is trained.</summary>
    public CheckpointSpec Checkpoint { get; init; } = new();

    /// <summary>
    /// SHA-256 of the canonical recipe, 64 hexadecimal digits: the same for every formatting, key order and spelling of one recipe.
    /// </summary>
    public string Hash => Hashes.GetValue(this, RecipeWriter.HashOf);

    /// <summary>
    /// The three schedules with the rule they enter: what conversions map and exports write. Parameter groups are not part of it. Adam's
    /// momentum is its beta1.
    /// </summary>
    public UpdateSchedule ToSchedule() => new UpdateSchedule
    {
        LearningRate = LearningRate,
        WeightDecay = WeightDecay,
        Momentum = Momentum is Constant { Value: 0 } && Optimizer.Beta1 is { } beta1 ? new Constant(beta1, Momentum.Length) : Momentum,
        TotalSteps = TotalSteps,
        StepsPerEpoch = StepsPerEpoch,
        Rule = Optimizer.Rule,
    };
}

/// <summary>The number type that a network is trained in.</summary>
public enum Precision
{
    /// <summary>Single precision: for speed.</summary>
    Float32,

    /// <summary>Double precision: for proof.</summary>
    Float64,
}
