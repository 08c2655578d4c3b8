using Etalon.Lab.Data;
using Etalon.Lab.Models;
using Etalon.Lab.Recipes;
using Etalon.Schedules;

namespace Etalon.Lab.Claims.Shared;

/// <summary>Recipes that experiments build in code.</summary>
internal static class ExperimentRecipe
{
    /// <summary>
    /// A recipe for some updates at the rate 1, without decay and momentum, for an experiment to change with <c>with</c>.
    /// </summary>
    /// <param name="data">The data.</param>
    /// <param name="model">The network.</param>
    /// <param name="updates">T.</param>
    public static Recipe OfUpdates(DataSpec data, ModelSpec model, long updates) => new()
    {
        Name = "experiment",
        Data = data,
        Model = model,
        StepsPerEpoch = data.StepsPerEpoch,
        TotalSteps = updates,
        LearningRate = new Constant(1),
        WeightDecay = new Constant(0),
        Momentum = new Constant(0),
    };

    /// <summary>The same for some epochs.</summary>
    /// <inheritdoc cref="OfUpdates"/>
    public static Recipe OfEpochs(DataSpec data, ModelSpec model, int epochs) => OfUpdates(data, model, epochs * data.StepsPerEpoch);

    /// <summary>The rate of an epoch on, a tenth of the one before it at each of some epochs.</summary>
    /// <param name="recipe">Gives the updates of an epoch.</param>
    /// <param name="start">The first rate.</param>
    /// <param name="epochs">After how many epochs it falls; none for a constant.</param>
    public static Schedule RateFalling(this Recipe recipe, double start, params IReadOnlyList<int> epochs) =>
        epochs.Count == 0 ? new Constant(start) : new Steps(start, [.. epochs.Select(epoch => epoch * recipe.StepsPerEpoch)], 0.1);

    /// <summary>
    /// The recipe of one run, read back from its canonical text: every rule of recipes is checked, a run's folder holds the text that was
    /// trained, and its hash is that of the same recipe written by hand.
    /// </summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="name">The run's name.</param>
    /// <param name="seed">The run's seed.</param>
    /// <exception cref="InputException">The recipe breaks a rule.</exception>
    public static Recipe ForRun(this Recipe recipe, string name, int seed)
    {
        var run = recipe with { Name = name, Seed = (ulong)seed };
        return RecipeReader.ReadWritten(RecipeWriter.ToOwnYaml(run), name, []).Recipe;
    }
}
