using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Claims.Phases;

/// <summary>Runs of one scale-invariant network through phases of different rate and decay, several seeds of each.</summary>
/// <remarks>
/// <para>
/// Question: what do rate and decay of a phase decide, and what is left of the phases before? Each claim of this room asks a part of it,
/// with
/// arms of its own.
/// </para>
/// <para>
/// Expected: the effective rate and what follows from it forget in mixing units of the phase at hand, the sum of eta lambda / (1 - mu).
/// </para>
/// <para>Cost: two seconds of a core for a run of 50 epochs of the digits.</para>
/// </remarks>
/// <param name="Arms">The settings.</param>
internal sealed record PhasesExperiment(IReadOnlyList<ExperimentArm> Arms)
{
    /// <summary>Runs of each arm: the seeds 1, 2, ... of labels, start and order.</summary>
    /// <value>At least 2; 5 by default.</value>
    public int Seeds { get; init; } = 5;

    /// <summary>The recipes of all runs.</summary>
    internal IReadOnlyList<Recipe> Recipes => ExperimentRuns.SharedRecipes(Arms, Seeds);

    /// <summary>Trains what is not there yet.</summary>
    /// <param name="run">Where, and on how many threads.</param>
    /// <exception cref="InputException">The folder holds other runs of these names.</exception>
    public PhasesReport Run(ClaimRun run) => new(this, ExperimentRuns.ExecuteShared(Arms, Seeds, run));
}
