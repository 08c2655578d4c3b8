using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Conversions;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Lab.Verifications;
using Etalon.Schedules;
using Etalon.Schedules.Equivalence;

namespace Etalon.Lab.Claims.ScheduleTwins;

/// <summary>
/// A recipe with weight decay beside its twin without: the same batches in float64 for some updates, and whole runs in float32 for several
/// seeds (Li and Arora 2019).
/// </summary>
/// <remarks>
/// <para>
/// Question: is decay the same training run as a rate that grows exponentially? In float64, where rounding has not grown, the outputs must
/// be identical; in float32 rounding grows to the size of the outputs, and the two must differ by no more than their seeds do.
/// </para>
/// <para>
/// Expected: identical to 1e-8, while a control that drops the decay and keeps the rates moves away by more than 1e-2; accuracies within
/// the
/// spread of seeds at every epoch, angles within 5 %, the control's not.
/// </para>
/// <para>Cost: an identity is four runs of the updates it compares; a run on the digits is a second of a core for 20 epochs.</para>
/// </remarks>
internal sealed record ScheduleTwinsExperiment
{
    /// <summary>The pairs whose identity is checked, in float64.</summary>
    public required IReadOnlyList<TwinCase> Identities { get; init; }

    /// <summary>The pair that is trained whole; null for identities alone.</summary>
    public TwinCase? Runs { get; init; }

    /// <summary>Runs of each arm.</summary>
    /// <value>At least 2; 12 by default, as many as do not miss a point of training accuracy.</value>
    public int Seeds { get; init; } = 12;

    /// <summary>Runs of the control, of the first seeds.</summary>
    /// <value>As many as of the other arms by default.</value>
    public int? ControlSeeds { get; init; }

    /// <summary>Updates of each identity, at most.</summary>
    /// <value>200 by default.</value>
    public int Updates { get; init; } = 200;

    /// <summary>What the recipe's own run is compared with; tests leave something out of it.</summary>
    internal Func<TwinCase, Recipe> Twin { get; init; } = TwinOf;

    /// <summary>The run whose decay is dropped while the rates stay; tests keep it.</summary>
    internal Func<Recipe, Recipe> Control { get; init; } = recipe => recipe with { WeightDecay = new Constant(0) };

    /// <summary>The recipes of all whole runs.</summary>
    internal IReadOnlyList<Recipe> Recipes => Runs is { } pair
        ? [.. ExperimentRuns.SharedRecipes(Arms(pair), Seeds), .. ExperimentRuns.SharedRecipes([ControlOf(pair)], ControlSeeds ?? Seeds)]
        : [];

    /// <summary>Compares.</summary>
    /// <param name="run">Where, and on how many threads.</param>
    /// <exception cref="InputException">The folder holds other runs of these names, or a recipe has no twin.</exception>
    /// <exception cref="DivergedException">A recipe diverged in float64.</exception>
    public ScheduleTwinsReport Run(ClaimRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var kept = new OutcomeCache<Identity>(run);
        var identities = new List<(TwinCase, Identity)>();
        foreach (var pair in Identities)
        {
            identities.Add((pair, kept.Get($"identity-{pair.Name}", new { pair.Recipe.Hash, pair.Form, Updates },
                () => Compare(pair, run))));
            run.Report($"identity of {pair.Title} done");
        }
        return new ScheduleTwinsReport(this, identities, Runs is { } whole
            ?
            [
                .. ExperimentRuns.ExecuteShared(Arms(whole), Seeds, run),
                .. ExperimentRuns.ExecuteShared([ControlOf(whole)], ControlSeeds ?? Seeds, run),
            ]
            : []);
    }

    private Identity Compare(TwinCase pair, ClaimRun run)
    {
        run.Cancellation.ThrowIfCancellationRequested();
        var conversion = RecipeConversion.Of(pair.Recipe, new EquivalentSpec { Form = pair.Form });
        var comparisons = Verification.Run(conversion, Math.Min(Updates, pair.Recipe.TotalSteps), Precision.Float64, run.Threads, _ => { },
            run.Cancellation).Comparisons;
        return new(
            comparisons[^1].Updates, comparisons.Max(point => point.Outputs), comparisons.Max(point => point.Norm),
            comparisons.Max(point => point.ControlOutputs), comparisons.Max(point => point.PerturbedOutputs));
    }

    private IReadOnlyList<ExperimentArm> Arms(TwinCase pair) =>
    [
        new(ScheduleTwinsReport.Own, "with decay", pair.Recipe),
        new(ScheduleTwinsReport.Twin, $"its twin ({pair.FormName})", Twin(pair)),
    ];

    private ExperimentArm ControlOf(TwinCase pair) =>
        new(ScheduleTwinsReport.Control, "control: decay dropped, rates kept", Control(pair.Recipe));

    private static Recipe TwinOf(TwinCase pair) => pair.Recipe with { Equivalent = new EquivalentSpec { Form = pair.Form } };
}

/// <summary>A recipe and the form of its twin.</summary>
/// <param name="Name">Its name in files.</param>
/// <param name="Title">What it is called.</param>
/// <param name="Recipe">The recipe with decay.</param>
/// <param name="Form">The form without.</param>
internal sealed record TwinCase(string Name, string Title, Recipe Recipe, EquivalentForm Form)
{
    /// <summary>As recipes write it.</summary>
    public string FormName => Form switch
    {
        EquivalentForm.TexpPlusPlus => "texp++",
        EquivalentForm.Texp => "texp",
        _ => "exponential",
    };
}

/// <summary>How far a twin was from its recipe in float64, the largest over the comparisons.</summary>
/// <param name="Updates">Updates made.</param>
/// <param name="Outputs">Relative to the largest output.</param>
/// <param name="Norm">|w~| / (P |w|) - 1.</param>
/// <param name="Control">The outputs of the run whose decay was dropped.</param>
/// <param name="Rounding">The outputs of the recipe from a start changed in its last digits.</param>
internal sealed record Identity(long Updates, double Outputs, double Norm, double Control, double Rounding);
