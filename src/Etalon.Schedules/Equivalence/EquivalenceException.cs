namespace Etalon.Schedules.Equivalence;

/// <summary>A schedule has no equivalent of the form asked for. The message says where, which condition fails, and what to change.</summary>
public sealed class EquivalenceException : Exception
{
    /// <summary>A condition that fails at a step, or where <paramref name="step"/> is null for the whole schedule.</summary>
    public EquivalenceException(string condition, string remedy, long? step = null)
        : base($"{(step is { } at ? $"at step {at}: " : "")}{condition}; {remedy}.") =>
        (Condition, Remedy, Step) = (condition, remedy, step);

    /// <summary>What does not hold, with its numbers.</summary>
    public string Condition { get; }

    /// <summary>What to change, or which exact form to ask for instead.</summary>
    public string Remedy { get; }

    /// <summary>The first step at which it does not hold; null where it concerns the whole schedule.</summary>
    public long? Step { get; }
}
