using System.Globalization;
using System.Text;
using Etalon.Numerics;
using static Etalon.Schedules.Export.PythonText;

namespace Etalon.Schedules.Export;

/// <summary>
/// Schedules as Python functions of the step <c>t</c>: one function a piece, named after the quantity and the piece's place in it. What a
/// target writes otherwise is in its <see cref="PythonDialect"/>; the formulas are written once, for all of them.
/// </summary>
internal sealed class PythonFormulas(PythonDialect dialect)
{
    private const int ValuesPerRow = 8;

    private readonly PythonPieces _pieces = new(dialect);
    private readonly Queue<Function> _missing = new();
    private readonly HashSet<Function> _known = [];
    private readonly HashSet<string> _lists = [];

    /// <summary>A function for each of several schedules, after it those of its parts; a schedule that stands twice is defined once and has two names.</summary>
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
        if (function.Schedule is Table table && _lists.Add(ListOf(function))) DefineList(text, function, table);
        text.Append(CultureInfo.InvariantCulture, $"\n\ndef {function.FullName}(t):\n    # {Description(function)}\n");
        foreach (var line in function.IsLogarithm ? Logarithm(function) : Value(function)) text.Append("    ").Append(line).Append('\n');
    }

    private void DefineList(StringBuilder text, Function function, Table table) => text
        .Append(CultureInfo.InvariantCulture, $"\n\n{ListOf(function)} = ")
        .Append(dialect.List(table.Values.Chunk(ValuesPerRow).Select(row => $"    {string.Join(", ", row.Select(Number))},")))
        .Append('\n');

    private IEnumerable<string> Value(Function function) => function.Schedule switch
    {
        Sequence or Repeated or Stretched => Elsewhere(function),
        Scaled scaled => Product(scaled, function),
        var piece => _pieces.Body(piece, ListOf(function), function.Horizon),
    };

    private IEnumerable<string> Logarithm(Function function) => function.Schedule switch
    {
        Sequence or Repeated or Stretched => Elsewhere(function),
        Scaled { Factor: 0 } => ["return -math.inf"],
        Scaled scaled => [$"return {Number(Elementary.Log(scaled.Factor) + scaled.LogFactor)} + {Needs(function.Part("of", scaled.Of, function.Horizon))}(t)"],
        var piece => [$"return {_pieces.Logarithm(piece, ListOf(function)) ?? dialect.Call("log", $"{Needs(function with { IsLogarithm = false })}(t)")}"],
    };

    /// <summary>What asks another schedule at another time, for its value or its logarithm alike.</summary>
    private IEnumerable<string> Elsewhere(Function function)
    {
        switch (function.Schedule)
        {
            case Sequence sequence:
                return InTurn(sequence, function);
            case Repeated repeated:
                var period = repeated.Of.Length.GetValueOrDefault();
                var once = Needs(function.Part("of", repeated.Of, period));
                var again = $"{once}(t % {Time(period)})";
                return repeated.Length is { } end ? dialect.Choose([($"t < {Time(end)}", again)], $"{once}({Time(period)})") : [$"return {again}"];
            case Stretched stretched:
                return [$"return {Needs(function.Part("of", stretched.Of, function.Horizon / stretched.Factor))}(t / {Number(stretched.Factor)})"];
            default:
                throw new NotSupportedException($"{function.Schedule.GetType().Name} has no formula in Python.");
        }
    }

    private IEnumerable<string> InTurn(Sequence sequence, Function function)
    {
        var cases = new List<(string Condition, string Value)>();
        for (var i = 0; i < sequence.Pieces.Count; i++)
        {
            var begin = sequence.Begins[i];
            var end = i + 1 < sequence.Pieces.Count ? sequence.Begins[i + 1] : double.PositiveInfinity;
            if (begin == end) continue;
            var part = Needs(function.Part($"{i + 1}", sequence.Pieces[i], Math.Min(end, function.Horizon) - begin));
            var since = begin == 0 ? "t" : dialect.Since("t", Time(begin));
            // What is in parentheses is an argument list already.
            cases.Add(($"t < {Time(end)}", part + (since[0] == '(' ? since : $"({since})")));
        }
        return dialect.Choose(cases[..^1], cases[^1].Value);
    }

    /// <summary>By way of the logarithm where the other schedule may leave the number type although the product does not.</summary>
    private IEnumerable<string> Product(Scaled scaled, Function function)
    {
        if (scaled.Factor == 0) return ["return 0.0"];
        var part = function.Part("of", scaled.Of, function.Horizon);
        var logOfFactors = Number(Elementary.Log(scaled.Factor) + scaled.LogFactor);
        string OfLogarithm() => $"{Needs(part with { IsLogarithm = true })}(t)";
        if (scaled.LogFactor != 0) return [$"return {_pieces.Limited(dialect.Call("exp", $"{logOfFactors} + {OfLogarithm()}"))}"];

        var direct = $"{Number(scaled.Factor)} * {Needs(part)}(t)";
        if (!MayLeaveNumbers(scaled.Of)) return [$"return {(scaled.Factor <= 1 ? direct : _pieces.Limited(direct))}"];
        var isOrdinary = $"abs(log) <= {Number(dialect.ExponentLimit)}";
        return [$"log = {OfLogarithm()}", $"return {_pieces.Limited(dialect.Where(isOrdinary, direct, dialect.Call("exp", $"{logOfFactors} + log")))}"];
    }

    private static bool MayLeaveNumbers(Schedule schedule) => schedule switch
    {
        Exponential => true,
        Table table => table.Logarithmic,
        Scaled scaled => scaled.LogFactor != 0 || MayLeaveNumbers(scaled.Of),
        Sequence sequence => sequence.Pieces.Any(MayLeaveNumbers),
        Repeated repeated => MayLeaveNumbers(repeated.Of),
        Stretched stretched => MayLeaveNumbers(stretched.Of),
        _ => false,
    };

    /// <summary>Sees to it that the function is defined, and returns its name.</summary>
    private string Needs(Function function)
    {
        if (_known.Add(function)) _missing.Enqueue(function);
        return function.FullName;
    }

    private static string ListOf(Function function) => (function.Name[0] == '_' ? "" : "_") + function.Name + "_list";

    private static string Description(Function function)
    {
        var kind = function.Schedule.GetType().Name;
        var isShort = function.Schedule is not (Table or Sequence or Scaled or Repeated or Stretched or Steps { At.Count: > 8 });
        return (function.IsLogarithm ? "logarithm of " : "") + (isShort ? function.Schedule.ToJson() : kind.ToLowerInvariant());
    }

    /// <summary>A function to be defined: the schedule's value, or its logarithm, up to the step at which the run ends.</summary>
    private sealed record Function(string Name, Schedule Schedule, double Horizon, bool IsLogarithm = false)
    {
        public string FullName => IsLogarithm ? $"{(Name[0] == '_' ? "" : "_")}{Name}_log" : Name;

        public Function Part(string suffix, Schedule part, double horizon) =>
            this with { Name = $"{(Name[0] == '_' ? "" : "_")}{Name}_{suffix}", Schedule = part, Horizon = horizon };
    }
}
