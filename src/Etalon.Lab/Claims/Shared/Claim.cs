using Etalon.Lab.Recipes;

namespace Etalon.Lab.Claims.Shared;

/// <summary>A paper's claim, and an experiment that can refute it.</summary>
internal abstract class Claim
{
    /// <summary>Its name on the command line, as in <c>fast-equilibrium</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Its numbers in the catalog of the papers' claims, as in <c>E2</c>.</summary>
    public abstract IReadOnlyList<string> Ids { get; }

    /// <summary>The claim in one sentence.</summary>
    public abstract string Statement { get; }

    /// <summary>Where it is made.</summary>
    public abstract string Source { get; }

    /// <summary>What the experiment asks.</summary>
    public abstract string Question { get; }

    /// <summary>What the paper reports, with its numbers where they are known.</summary>
    public abstract string PaperSays { get; }

    /// <summary>
    /// Criteria that were changed after a result had been seen: what, why, and the verdict under the old one. None by default.
    /// </summary>
    public virtual IReadOnlyList<string> Amendments => [];

    /// <summary>The amendments as Markdown, for every report of the claim; nothing where there are none.</summary>
    internal IEnumerable<string> AmendmentLines => Amendments.Count == 0 ? [] :
        ["", "**Changed after a result had been seen.**", "", .. Amendments.Select(amendment => $"- {amendment}")];

    /// <summary>What it costs at a scale; null where there is no experiment of that scale, so that it leaves the claim undecided.</summary>
    public abstract ClaimCost? CostAt(ClaimScale scale);

    /// <summary>
    /// The recipes of the training runs that it judges, which other processes may train before it. None by default: what a claim computes
    /// besides is computed where it is judged.
    /// </summary>
    /// <param name="run">At which scale, and how many runs of each kind.</param>
    /// <exception cref="InputException">An option does not fit the claim.</exception>
    internal virtual IReadOnlyList<Recipe> Recipes(ClaimRun run) => [];

    /// <summary>Runs the experiment and judges it.</summary>
    /// <param name="run">Where, at which scale, and on how many threads.</param>
    /// <exception cref="InputException">An option does not fit the claim, data are missing, or the folder holds other runs.</exception>
    /// <exception cref="OperationCanceledException">It was canceled; what is done is kept.</exception>
    public abstract ClaimReport Reproduce(ClaimRun run);
}
