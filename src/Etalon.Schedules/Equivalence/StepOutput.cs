namespace Etalon.Schedules.Equivalence;

/// <summary>What one step of a recurrence gives.</summary>
/// <param name="Target">The numbers with which the equivalent run makes the update.</param>
/// <param name="State">How its state follows from the source's after the update.</param>
public readonly record struct StepOutput(StepNumbers Target, StateMap State);
