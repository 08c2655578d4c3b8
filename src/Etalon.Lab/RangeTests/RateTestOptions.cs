namespace Etalon.Lab.RangeTests;

/// <summary>How a <see cref="RateRangeTest"/> is made.</summary>
public sealed record RateTestOptions
{
    /// <summary>The largest rate that a test rises to.</summary>
    internal const double Most = 1e30;

    private const double Least = 1e-30;
    private const int FewestUpdates = 50, MostUpdates = 10_000, MostSeeds = 100;

    /// <summary>The rate of the first update.</summary>
    /// <value>Above 0; 1e-5 by default.</value>
    public double From { get; init; } = 1e-5;

    /// <summary>The rate of the last update, if the loss lets the test come so far.</summary>
    /// <value>At least ten times <see cref="From"/>; 100 by default.</value>
    public double To { get; init; } = 100;

    /// <summary>Updates from <see cref="From"/> to <see cref="To"/>.</summary>
    /// <value>50 to 10,000; 200 by default.</value>
    public int Updates { get; init; } = 200;

    /// <summary>How many seeds are tested: the recipe's, and those that follow it.</summary>
    /// <value>1 to 100; 3 by default.</value>
    public int Seeds { get; init; } = 3;

    /// <summary>Refuses what is out of its range, all at once.</summary>
    /// <exception cref="InputException">A number is.</exception>
    internal void Check()
    {
        List<string> problems = [];
        if (!(From is >= Least and <= Most))
            problems.Add($"--from is {From}, but the first rate is a number from {Least} to {Most}; 1e-5 is usual");
        if (!(To is >= Least and <= Most))
            problems.Add($"--to is {To}, but the last rate is a number from {Least} to {Most}; 100 is usual");
        if (problems.Count == 0 && !(To >= 10 * From))
            problems.Add($"--from is {From} and --to {To}, but a test rises by a factor of 10 at least; 1e-5 and 100 are usual");
        if (Updates is < FewestUpdates or > MostUpdates)
            problems.Add($"--updates is {Updates}, but a test has {FewestUpdates} to {MostUpdates} of them; 200 is usual");
        if (Seeds is < 1 or > MostSeeds) problems.Add($"--seeds is {Seeds}, but 1 to {MostSeeds} are tested; 3 is usual");
        if (problems.Count > 0) throw new InputException(problems);
    }
}
