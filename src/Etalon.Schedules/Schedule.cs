namespace Etalon.Schedules;

/// <summary>
/// A number for each update of a training run: a learning rate, a weight decay or a momentum, as a pure function of the step.
/// </summary>
/// <remarks>
/// <para>
/// <b>The step convention.</b> <c>ValueAt(t)</c> is the number that update <c>t</c> uses, where <c>t</c> is 0-based: a run of
/// <c>T</c> updates asks for <c>t = 0, 1, ..., T - 1</c>. A schedule has no counter and no state, so any order of queries gives the
/// same values.
/// </para>
/// <para>
/// A piece owns the half-open interval [begin, end): a boundary belongs to the later piece, past the end the last value holds, and
/// a piece of no steps is legal. A piece of <c>n</c> steps that goes from <c>a</c> to <c>b</c> has the value <c>a</c> at its first
/// step and would have <c>b</c> at step <c>n</c>, the first one past it.
/// </para>
/// </remarks>
public abstract record Schedule
{
    /// <summary>The value that update <paramref name="step"/> uses.</summary>
    /// <param name="step">The 0-based number of the update; at least 0.</param>
    /// <returns>A finite number.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="step"/> is negative.</exception>
    public abstract double ValueAt(long step);
}
