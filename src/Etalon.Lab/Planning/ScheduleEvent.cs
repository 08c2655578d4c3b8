namespace Etalon.Lab.Planning;

/// <summary>Something that happens to a schedule at a step: a piece begins, a milestone comes, a peak is reached.</summary>
/// <param name="Step">The first update that uses the new value.</param>
/// <param name="What">What happens, in words.</param>
/// <param name="Value">The value from there.</param>
public sealed record ScheduleEvent(long Step, string What, double Value);
