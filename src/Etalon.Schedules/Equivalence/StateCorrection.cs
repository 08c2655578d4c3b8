namespace Etalon.Schedules.Equivalence;

/// <summary>What to do once to weights and buffer of the equivalent run, just before update <paramref name="Step"/>.</summary>
/// <param name="Step">The 0-based update.</param>
/// <param name="Map">The change, in the equivalent run's own units; mostly <c>v ← v - k w</c> alone.</param>
public readonly record struct StateCorrection(long Step, StateMap Map)
{
    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(StateCorrection), PrintMembers);
}
