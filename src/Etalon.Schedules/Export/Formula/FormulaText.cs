using static Etalon.Schedules.Export.PythonText;

namespace Etalon.Schedules.Export;

/// <summary>Formulas as Python, with parentheses where the order of operations needs them.</summary>
/// <param name="dialect">What a target writes otherwise.</param>
/// <param name="nameOf">The name of the function of another schedule.</param>
/// <param name="listOf">The name of a list of numbers.</param>
internal sealed class FormulaText(PythonDialect dialect, Func<Formula.Part, string> nameOf, Func<IReadOnlyList<double>, string> listOf)
{
    /// <summary>The body of a function that returns the formula.</summary>
    public IEnumerable<string> Body(Formula formula)
    {
        switch (formula)
        {
            case Formula.Choice choice:
                var cases = choice.Cases.Select(each => (Of(each.When), Of(each.Value))).ToList();
                return dialect.Choose(cases, Of(choice.Otherwise));
            case Formula.Let let:
                // The body names its functions first.
                var body = Body(let.In).ToList();
                return body.Prepend($"{let.Name.Name} = {Of(let.Is)}");
            default:
                return [$"return {Of(formula)}"];
        }
    }

    public string Of(Formula formula) => formula switch
    {
        Formula.Number number => Number(number.Value),
        Formula.StepCount count => Time(count.Count),
        Formula.Symbol symbol => symbol.Name,
        Formula.Binary binary => $"{Operand(binary.Left, Rank(binary))} {binary.Operator} {Operand(binary.Right, Rank(binary) + 1)}",
        Formula.Power power => dialect.Power(Operand(power.Base, Highest), Operand(power.Exponent, Highest)),
        Formula.Call { Function: "abs" } call => $"abs({Of(call.Arguments[0])})",
        Formula.Call call => dialect.Call(call.Function, Array.ConvertAll(call.Arguments, Of)),
        Formula.TimeSince since => dialect.Since("t", Time(since.Begin)),
        Formula.Entry entry => dialect.Entry(listOf(entry.List), Of(entry.Index)),
        Formula.Part part => nameOf(part) + Argument(Of(part.Time)),
        Formula.Either either => dialect.Where(Of(either.When), Of(either.Then), Of(either.Otherwise)),
        _ => throw new NotSupportedException($"{formula.GetType().Name} is a whole body and no operand."),
    };

    private const int Highest = 3;

    private string Of(Condition condition) => $"{Of(condition.Left)} {condition.Comparison} {Of(condition.Right)}";

    private string Operand(Formula formula, int rank) => Rank(formula) < rank ? $"({Of(formula)})" : Of(formula);

    // What is in parentheses is an argument list already.
    private static string Argument(string text) => text[0] == '(' ? text : $"({text})";

    private static int Rank(Formula formula) => formula is not Formula.Binary binary ? Highest : binary.Operator is "+" or "-" ? 1 : 2;
}
