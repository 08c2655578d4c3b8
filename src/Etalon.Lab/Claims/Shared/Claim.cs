namespace Etalon.Lab.Claims.Shared;

/// <summary>A paper's claim, and an experiment that can refute it.</summary>
internal abstract class Claim
{
    /// <summary>Its name on the command line, as in <c>fast-equilibrium</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The claim in one sentence.</summary>
    public abstract string Statement { get; }

    /// <summary>Where it is made.</summary>
    public abstract string Source { get; }

    /// <summary>How long it takes on two cores, and which data it needs that Etalon does not have.</summary>
    public abstract string Cost { get; }

    /// <summary>Runs the experiment and judges it.</summary>
    /// <param name="run">Where, and on how many threads.</param>
    /// <exception cref="InputException">An option does not fit the claim, data are missing, or the folder holds other runs.</exception>
    /// <exception cref="OperationCanceledException">It was canceled; what is done is kept.</exception>
    public abstract ClaimReport Reproduce(ClaimRun run);
}
