using System.Text.Json.Serialization;
using Etalon.Numerics;
using Etalon.Schedules.Dynamics;
using Etalon.Schedules.Export;

namespace Etalon.Schedules;

/// <summary>A value for each step: <c>value(t) = Values[t]</c>, and the last of them past the end.</summary>
/// <remarks>
/// With <see cref="Logarithmic"/> the numbers are natural logarithms, for values that leave the range of float64:
/// <c>value(t) = exp(Values[t])</c>, saturating at the largest finite number, and <see cref="Schedule.LogValueAt"/> is <c>Values[t]</c>
/// itself.
/// </remarks>
/// <example>
/// <code>
/// var rate = new Table([0.1, 0.2, 0.05]);
/// Console.WriteLine(rate.ValueAt(1)); // 0.2
/// Console.WriteLine(rate.ValueAt(7)); // 0.05, the last one
/// var logarithms = new Table([0, 5000], logarithmic: true);
/// Console.WriteLine(logarithms.LogValueAt(1)); // 5000
/// </code>
/// </example>
public sealed record Table : Schedule
{
    private readonly ValueList<double> _values;

    /// <summary>One value a step, or with <paramref name="logarithmic"/> its natural logarithm.</summary>
    /// <exception cref="ArgumentException">The table is empty or a value is not finite.</exception>
    public Table(IReadOnlyList<double> values, bool logarithmic = false)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Count == 0)
            throw Require.Refuse(nameof(values), "empty", "a table needs a value to hold", "give at least one");
        _values = ValueList<double>.Copy(values);
        for (var i = 0; i < _values.Count; i++) Require.Value(_values[i], $"values[{i}]");
        Logarithmic = logarithmic;
    }

    /// <summary>The value of each step, or its natural logarithm; at least one.</summary>
    public IReadOnlyList<double> Values => _values;

    /// <summary>Whether <see cref="Values"/> are natural logarithms. Default: false.</summary>
    public bool Logarithmic { get; }

    /// <summary>The number of values.</summary>
    [JsonIgnore]
    public override long? Length => _values.Count;

    internal override double Evaluate(double time) =>
        Logarithmic ? Math.Min(double.MaxValue, Elementary.Exp(Entry(time))) : Entry(time);

    internal override double EvaluateLog(double time) => Logarithmic ? Entry(time) : base.EvaluateLog(time);

    private double Entry(double time)
    {
        var values = _values.Items;
        return values[(int)Math.Min(time, values.Length - 1)];
    }

    internal override Schedule ScaledBy(double factor) => Logarithmic
        ? new Table([.. Values.Select(value => value + Elementary.Log(factor))], logarithmic: true)
        : new Table([.. Values.Select(value => Rounded(value * factor))]);

    internal override IEnumerable<Breakpoint> BreakpointsWithin(long length) =>
        Boundaries.OfNumbers(i => Values[(int)i], Math.Min(length, Values.Count)).Select(begin => new Breakpoint(begin));

    internal override string InWords() => $"table of {Values.Count} values";

    internal override string FormulaAt(long step) => $"row {Math.Min(step, Values.Count - 1) + 1} of {Values.Count}";

    internal override bool FitsALine => false;

    internal override bool MayLeaveNumbers => Logarithmic;

    internal override Formula ToFormula(FormulaTarget target) =>
        Logarithmic ? Formula.Limited(Formula.Exp(EntryFormula())) : EntryFormula();

    internal override Formula? ToLogFormula(FormulaTarget target) => Logarithmic ? EntryFormula() : null;

    private Formula.Entry EntryFormula() => new(Values, Formula.Min(Formula.T, Formula.Steps(Values.Count - 1)));
}
