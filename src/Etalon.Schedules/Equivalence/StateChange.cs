namespace Etalon.Schedules.Equivalence;

/// <summary>What is done once to the stored state of an equivalent run just before update <paramref name="Step"/>: <c>v ← BufferFactor (v - Share w)</c>, then <c>w ← WeightFactor w</c>.</summary>
/// <param name="Step">The 0-based update.</param>
/// <param name="WeightFactor">A power of two, except where a form changes the scale.</param>
/// <param name="BufferFactor">What the buffer is multiplied by.</param>
/// <param name="Share">The share of the weights, as they were stored before, that leaves the buffer.</param>
internal readonly record struct StateChange(long Step, double WeightFactor, double BufferFactor, double Share);
