namespace Etalon.Lab.Claims.Shared;

/// <summary>One thing that an experiment was expected to show.</summary>
/// <param name="Statement">What was expected, with its bound.</param>
/// <param name="Holds">Whether it was so.</param>
/// <param name="Measured">What was measured.</param>
internal sealed record ClaimCheck(string Statement, bool Holds, string Measured)
{
    /// <summary>How often the criterion errs.</summary>
    public CheckPower Power { get; init; } = CheckPower.Unstated;

    /// <summary>Whether it is a control: where it does not come out as expected, the experiment tells nothing.</summary>
    public bool IsControl { get; init; }

    /// <summary>Holds, does not hold, or undecided.</summary>
    public ClaimOutcome Outcome => !Power.Decides ? ClaimOutcome.Undecided : Holds ? ClaimOutcome.Holds : ClaimOutcome.DoesNotHold;

    /// <summary>That the mean over seeds is at least a bound.</summary>
    /// <param name="statement">What was expected, with the bound.</param>
    /// <param name="sample">A value for each seed.</param>
    /// <param name="bound">The bound.</param>
    /// <param name="margin">The claim is true at bound + margin and false at bound - margin. Default: as much as the bound is above 0, as
    /// of an effect that is none where the claim is false.</param>
    internal static ClaimCheck AtLeast(string statement, SeedSample sample, double bound, double? margin = null) =>
        new(statement, sample.Mean >= bound, $"{sample}, lowest {sample.Values.Min():F3}")
        {
            Power = CheckPower.OfMean(sample, bound, margin ?? Math.Abs(bound), isUpper: false),
        };

    /// <summary>That the mean over seeds is at most a bound.</summary>
    /// <inheritdoc cref="AtLeast"/>
    internal static ClaimCheck AtMost(string statement, SeedSample sample, double bound, double? margin = null) =>
        new(statement, sample.Mean <= bound, $"{sample}, highest {sample.Values.Max():F3}")
        {
            Power = CheckPower.OfMean(sample, bound, margin ?? Math.Abs(bound), isUpper: true),
        };

    /// <summary>That the mean over seeds is no farther from 0 than a bound: true at 0, false at twice the bound.</summary>
    internal static ClaimCheck Near(string statement, SeedSample difference, double bound) =>
        new(statement, Math.Abs(difference.Mean) <= bound, $"{difference}")
        {
            Power = CheckPower.OfMean(new([.. difference.Values.Select(value => difference.Mean < 0 ? -value : value)]), bound, bound,
                isUpper: true),
        };

    /// <summary>That a number that no chance decides is at most a bound.</summary>
    internal static ClaimCheck Exact(string statement, double value, double bound, string measured, string control) =>
        new(statement, value <= bound, measured) { Power = CheckPower.OfNoChance(control) };
}
