namespace Etalon.Schedules.Export;

/// <summary>Plain Python: one number at a time, and only the branch that applies is computed.</summary>
internal sealed class NumberDialect : PythonDialect
{
    public override double ExponentLimit => 700;

    public override IEnumerable<string> Preamble(Func<string, bool> uses)
    {
        if (uses("_LARGEST")) yield return $"_LARGEST = {PythonText.Number(double.MaxValue)}\n";
        foreach (var definition in PythonElementary.Needed(uses)) yield return definition;
    }

    public override string Call(string function, params string[] arguments) => function switch
    {
        "minimum" => "min",
        "maximum" => "max",
        "exp" => "_exp",
        "log" => "_ln",
        "cos" => "_cos",
        _ => $"math.{function}",
    } + $"({string.Join(", ", arguments)})";

    public override string Power(string x, string exponent) => $"_power({x}, {exponent})";

    public override string Where(string condition, string then, string otherwise) => $"{then} if {condition} else {otherwise}";

    public override string Since(string time, string begin) => begin[0] == '-' ? $"({time} + {begin[1..]})" : $"({time} - {begin})";

    public override string Entry(string list, string index) => $"{list}[int({index})]";

    public override string List(IEnumerable<string> rows) => $"[\n{string.Join("\n", rows)}\n]";

    public override IEnumerable<string> Choose(IReadOnlyList<(string Condition, string Value)> cases, string otherwise)
    {
        foreach (var (condition, value) in cases)
        {
            yield return $"if {condition}:";
            yield return $"    return {value}";
        }
        yield return $"return {otherwise}";
    }
}
