namespace Etalon.Schedules.Dynamics;

/// <summary>A stretch of a schedule within which one thing happens: its numbers stay the same, or move in one way.</summary>
/// <param name="Begin">The first update.</param>
/// <param name="End">The update after the last one.</param>
/// <param name="First">The numbers of its first update.</param>
/// <param name="Last">The numbers of its last update.</param>
/// <param name="IsConstant">Whether all its updates have the same numbers.</param>
/// <param name="MixingUnits">M, the sum of the intrinsic rate over its updates.</param>
/// <example>
/// <code>
/// var schedule = new UpdateSchedule
/// {
///     LearningRate = new Steps(0.1, [30_000, 60_000], factor: 0.1),
///     WeightDecay = 5e-4,
///     Momentum = 0.9,
///     TotalSteps = 90_000,
/// };
/// var last = Phases.Of(schedule)[^1];
/// Console.WriteLine($"{last.Begin} to {last.End}"); // 60000 to 90000
/// Console.WriteLine($"{last.MixingUnits:F2}"); // 0.15
/// Console.WriteLine($"{last.Equilibrated:F2}"); // 0.45, far from its equilibrium, where step decay leaves most runs
/// </code>
/// </example>
public sealed record Phase(long Begin, long End, SteadyUpdate First, SteadyUpdate Last, bool IsConstant, double MixingUnits)
{
    /// <summary>The number of its updates.</summary>
    public long Steps => End - Begin;

    /// <summary>
    /// q = 1 - exp(-4 M): the share of a deviation from equilibrium that is gone at its end. In a moving phase the equilibrium moves
    /// meanwhile; what happened at its begin is forgotten to this share all the same.
    /// </summary>
    public double Equilibrated => Dynamics.MixingUnits.Equilibrated(MixingUnits);

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(Phase), PrintMembers);
}
