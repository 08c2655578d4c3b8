namespace Etalon.Lab.Claims.FastEquilibrium;

/// <summary>Where the runs of an arm come from before they share their numbers with those of the others.</summary>
/// <param name="Name">Its name; the directions of its initial weights are drawn from it.</param>
public sealed record EquilibriumArm(string Name)
{
    /// <summary>The norm of each weight tensor at the start. Default: 3.</summary>
    public double InitialNorm { get; init; } = 3;

    /// <summary>Updates before the shared ones. Default: 0.</summary>
    public int HistorySteps { get; init; }

    /// <summary>Their rate. Default: 0.</summary>
    public double HistoryRate { get; init; }

    /// <summary>Their decay. Default: 0.</summary>
    public double HistoryDecay { get; init; }
}
