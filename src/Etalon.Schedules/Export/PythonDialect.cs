namespace Etalon.Schedules.Export;

/// <summary>
/// The few places where Python over single numbers and Python over arrays part: how a choice is written, which functions there are,
/// and how a list is read. All else of a schedule's formula is the same text for every target.
/// </summary>
internal abstract class PythonDialect
{
    /// <summary>Up to this magnitude of x, e^x and its inverse are ordinary numbers of the target's number type.</summary>
    public abstract double ExponentLimit { get; }

    /// <summary>What the formulas of a module may need before them: the largest number, and guarded functions.</summary>
    public abstract IEnumerable<string> Preamble(Func<string, bool> uses);

    public abstract string Call(string function, params string[] arguments);

    /// <summary>A power; <paramref name="x"/> is one term, in parentheses where it must be.</summary>
    public abstract string Power(string x, string exponent);

    public abstract string Where(string condition, string then, string otherwise);

    /// <summary>
    /// The time since <paramref name="begin"/>, to be divided. Where all branches are computed, a time before it must do no harm.
    /// </summary>
    public abstract string Since(string time, string begin);

    /// <summary>Entry <paramref name="index"/>, a time, of the list called <paramref name="list"/>.</summary>
    public abstract string Entry(string list, string index);

    public abstract string List(IEnumerable<string> rows);

    /// <summary>The lines that return the value of the first case whose condition holds, else <paramref name="otherwise"/>.</summary>
    public abstract IEnumerable<string> Choose(IReadOnlyList<(string Condition, string Value)> cases, string otherwise);
}
