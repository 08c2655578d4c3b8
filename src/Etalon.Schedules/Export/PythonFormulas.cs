using System.Globalization;
using System.Text;
using static Etalon.Schedules.Export.PythonText;

namespace Etalon.Schedules.Export;

/// <summary>
/// Schedules as Python functions of the step <c>t</c>: one function a piece, named after the quantity and the piece's place in it. What a
/// target writes otherwise is in its <see cref="PythonDialect"/>; the formulas are written once, for all of them.
/// </summary>
internal sealed class PythonFormulas(PythonDialect dialect)
{
    private const int ValuesPerRow = 8;

    private readonly Queue<Function> _missing = new();
    private readonly HashSet<Function> _known = [];
    private readonly HashSet<string> _lists = [];

    /// <summary>
    /// A function for each of several schedules, after it those of its parts; a schedule that stands twice is defined once and has two
    /// names.
    /// </summary>
    public static string Write(IEnumerable<(string Name, Schedule Schedule)> schedules, long totalSteps, PythonDialect dialect)
    {
        var formulas = new PythonFormulas(dialect);
        var text = new StringBuilder();
        var names = new Dictionary<Schedule, string>();
        foreach (var (name, schedule) in schedules)
        {
            if (!names.TryAdd(schedule, name) && schedule is not Constant)
            {
                text.Append(CultureInfo.InvariantCulture, $"\n\n{name} = {names[schedule]}\n");
                continue;
            }
            formulas.Needs(new Function(name, schedule, totalSteps));
            while (formulas._missing.TryDequeue(out var next)) formulas.Define(text, next);
        }
        var functions = text.ToString();
        return string.Concat(dialect.Preamble(name => functions.Contains(name, StringComparison.Ordinal))) + functions;
    }

    private void Define(StringBuilder text, Function function)
    {
        var formula = new FormulaText(
            dialect,
            part => Needs(function.Part(part)),
            list =>
            {
                if (_lists.Add(ListOf(function))) DefineList(text, ListOf(function), list);
                return ListOf(function);
            });
        var lines = formula.Body(FormulaOf(function)).ToList();
        text.Append(CultureInfo.InvariantCulture, $"\n\ndef {function.FullName}(t):\n    # {Description(function)}\n");
        foreach (var line in lines) text.Append("    ").Append(line).Append('\n');
    }

    private Formula FormulaOf(Function function)
    {
        var target = new FormulaTarget(function.Horizon, dialect.ExponentLimit, function.IsLogarithm);
        if (!function.IsLogarithm) return function.Schedule.ToFormula(target);
        return function.Schedule.ToLogFormula(target)
            ?? new Formula.Call("log", new Formula.Symbol($"{Needs(function with { IsLogarithm = false })}(t)"));
    }

    private void DefineList(StringBuilder text, string name, IReadOnlyList<double> values) => text
        .Append(CultureInfo.InvariantCulture, $"\n\n{name} = ")
        .Append(dialect.List(values.Chunk(ValuesPerRow).Select(row => $"    {string.Join(", ", row.Select(Number))},")))
        .Append('\n');

    /// <summary>Sees to it that the function is defined, and returns its name.</summary>
    private string Needs(Function function)
    {
        if (_known.Add(function)) _missing.Enqueue(function);
        return function.FullName;
    }

    private static string ListOf(Function function) => (function.Name[0] == '_' ? "" : "_") + function.Name + "_list";

    private static string Description(Function function)
    {
        var schedule = function.Schedule;
        var what = schedule.FitsALine ? schedule.ToJson() : schedule.GetType().Name.ToLowerInvariant();
        return function.IsLogarithm ? "logarithm of " + what : what;
    }

    /// <summary>A function to be defined: the schedule's value, or its logarithm, up to the step at which the run ends.</summary>
    private sealed record Function(string Name, Schedule Schedule, double Horizon, bool IsLogarithm = false)
    {
        public string FullName => IsLogarithm ? $"{(Name[0] == '_' ? "" : "_")}{Name}_log" : Name;

        public Function Part(Formula.Part part) =>
            new($"{(Name[0] == '_' ? "" : "_")}{Name}_{part.Name}", part.Schedule, part.Horizon, part.IsLogarithm);
    }
}
