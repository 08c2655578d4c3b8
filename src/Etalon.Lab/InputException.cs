namespace Etalon.Lab;

/// <summary>
/// Something a user gave cannot be used: a recipe, a file, an option. Each problem says what was wrong (name, value, place), the rule
/// and the remedy. The command line prints them and exits with code 2.
/// </summary>
public sealed class InputException : Exception
{
    /// <summary>One problem.</summary>
    public InputException(string problem) : this([problem]) { }

    /// <summary>All problems at once.</summary>
    public InputException(IReadOnlyList<string> problems) : base(string.Join(Environment.NewLine, problems)) => Problems = problems;

    /// <summary>Each problem, in the order of its place.</summary>
    public IReadOnlyList<string> Problems { get; }

    /// <summary>
    /// The result of a step that may refuse its input, so that what is wrong beside it is reported together; null after a problem was
    /// noted.
    /// </summary>
    internal static T? Collect<T>(List<string> problems, Func<T> step) where T : class
    {
        try
        {
            return step();
        }
        catch (InputException exception)
        {
            problems.AddRange(exception.Problems);
            return null;
        }
    }
}
