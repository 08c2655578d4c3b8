namespace Etalon.Schedules.Export;

/// <summary>
/// Python over arrays that may be traced by a compiler: no Python <c>if</c> on a value, all branches are computed and one is selected.
/// The numbers are float32 unless the user says otherwise.
/// </summary>
/// <param name="module">The name under which the module imports its array functions.</param>
/// <param name="largest">The largest number of the float type in use.</param>
/// <param name="list">A list literal (0) as an array.</param>
/// <param name="entry">Entry (1) of array (0).</param>
internal sealed class ArrayDialect(string module, string largest, string list, string entry) : PythonDialect
{
    // e^88 is the end of float32.
    public override double ExponentLimit => 80;

    public override IEnumerable<string> Preamble(Func<string, bool> uses)
    {
        if (uses("_LARGEST")) yield return $"_LARGEST = {largest}\n";
    }

    public override string Call(string function, params string[] arguments) => $"{module}.{function}({string.Join(", ", arguments)})";

    public override string Power(string x, string exponent) => $"{x} ** {exponent}";

    public override string Where(string condition, string then, string otherwise) => Call("where", condition, then, otherwise);

    public override string Since(string time, string begin) =>
        begin[0] == '-' ? $"({time} + {begin[1..]})" : Call("maximum", $"{time} - {begin}", "0");

    public override string Entry(string list, string index) => string.Format(null, entry, list, index);

    public override string List(IEnumerable<string> rows) => string.Format(null, list, $"[\n{string.Join("\n", rows)}\n]");

    public override IEnumerable<string> Choose(IReadOnlyList<(string Condition, string Value)> cases, string otherwise)
    {
        if (cases.Count == 0) return [$"return {otherwise}"];
        if (cases.Count == 1) return [$"return {Where(cases[0].Condition, cases[0].Value, otherwise)}"];
        // The first condition that holds must be selected last.
        return
        [
            $"value = {otherwise}",
            .. cases.Skip(1).Reverse().Select(each => $"value = {Where(each.Condition, each.Value, "value")}"),
            $"return {Where(cases[0].Condition, cases[0].Value, "value")}",
        ];
    }
}
