namespace Etalon.Lab.Claims.Shared;

/// <summary>One thing that an experiment was expected to show.</summary>
/// <param name="Statement">What was expected, with its bound.</param>
/// <param name="Holds">Whether it was so.</param>
/// <param name="Measured">What was measured.</param>
internal sealed record ClaimCheck(string Statement, bool Holds, string Measured)
{
    /// <summary>That the mean over seeds is at least a bound.</summary>
    internal static ClaimCheck AtLeast(string statement, SeedSample sample, double bound) =>
        new(statement, sample.Mean >= bound, $"{sample}, lowest {sample.Values.Min():F3}");

    /// <summary>That the mean over seeds is at most a bound.</summary>
    internal static ClaimCheck AtMost(string statement, SeedSample sample, double bound) =>
        new(statement, sample.Mean <= bound, $"{sample}, highest {sample.Values.Max():F3}");
}
