namespace Etalon.Schedules.Export;

/// <summary>
/// The value of a schedule as an expression over the step t, from which the text of each target is made. It has the operations of the
/// piece's <c>Evaluate</c> in the same order, so that float64 gives the same bits, and none that fails at any t of at least 0, also
/// in a branch that does not apply.
/// </summary>
internal abstract record Formula
{
    /// <summary>The step t.</summary>
    public static Formula T { get; } = new Symbol("t");

    /// <summary>π.</summary>
    public static Formula Pi { get; } = new Symbol("math.pi");

    public static implicit operator Formula(double value) => new Number(value);

    public static Formula operator +(Formula left, Formula right) => new Binary("+", left, right);

    public static Formula operator -(Formula left, Formula right) => new Binary("-", left, right);

    public static Formula operator *(Formula left, Formula right) => new Binary("*", left, right);

    public static Formula operator /(Formula left, Formula right) => new Binary("/", left, right);

    /// <summary>What remains of a time after whole periods.</summary>
    public static Formula operator %(Formula left, Formula right) => new Binary("%", left, right);

    /// <summary>The whole periods in a time.</summary>
    public static Formula Periods(Formula time, Formula period) => new Binary("//", time, period);

    /// <summary>A number of steps, which is compared exactly.</summary>
    public static Formula Steps(double count) => new StepCount(count);

    public static Condition Before(double step) => new(T, "<", Steps(step));

    public static Formula Min(Formula a, Formula b) => new Call("minimum", a, b);

    public static Formula Abs(Formula x) => new Call("abs", x);

    public static Formula Sqrt(Formula x) => new Call("sqrt", x);

    public static Formula Exp(Formula x) => new Call("exp", x);

    public static Formula Pow(Formula x, Formula exponent) => new Power(x, exponent);

    /// <summary>No more than the largest number.</summary>
    public static Formula Limited(Formula value) => Min(new Symbol("_LARGEST"), value);

    /// <summary>The time since a step, to be divided. Where all branches are computed, a time before it does no harm.</summary>
    public static Formula Since(double begin) => begin == 0 ? T : new TimeSince(begin);

    /// <summary>The time, stopped at the end of a piece that moves smoothly.</summary>
    public static Formula Held(long? length) => length is { } end ? Min(T, Steps(end)) : T;

    /// <summary>The time, stopped at the last step of a piece that jumps.</summary>
    public static Formula HeldAtLast(long? length) => length is { } end ? Min(T, Steps(Math.Max(0, end - 1))) : T;

    /// <summary><c>constant + coefficient * factor * factor</c>, without what adds or multiplies nothing.</summary>
    public static Formula Sum(double constant, double coefficient, params ReadOnlySpan<Formula> factors)
    {
        if (coefficient == 0) return constant;
        Formula product = constant == 0 ? coefficient : Math.Abs(coefficient);
        foreach (var factor in factors) product *= factor;
        if (constant == 0) return product;
        return coefficient < 0 ? constant - product : constant + product;
    }

    /// <summary>One formula up to a step, and a number from there.</summary>
    public static Formula Until(double end, Formula before, double after) => new Choice(end > 0 ? [(Before(end), before)] : [], after);

    public sealed record Number(double Value) : Formula;

    public sealed record StepCount(double Count) : Formula;

    public sealed record Symbol(string Name) : Formula;

    public sealed record Binary(string Operator, Formula Left, Formula Right) : Formula;

    public sealed record Power(Formula Base, Formula Exponent) : Formula;

    public sealed record Call(string Function, params Formula[] Arguments) : Formula;

    public sealed record TimeSince(double Begin) : Formula;

    /// <summary>An entry of a list of numbers, at a time that lies within it.</summary>
    public sealed record Entry(IReadOnlyList<double> List, Formula Index) : Formula;

    /// <summary>The value of another schedule at a time of its own, or the logarithm of it.</summary>
    /// <param name="Name">What it is of this one: a number, or "of".</param>
    /// <param name="Schedule">The other schedule.</param>
    /// <param name="Time">When.</param>
    /// <param name="Horizon">The time, of the other one, before which the run ends.</param>
    /// <param name="IsLogarithm">Whether the logarithm is asked for.</param>
    public sealed record Part(string Name, Schedule Schedule, Formula Time, double Horizon, bool IsLogarithm) : Formula;

    /// <summary>The formula of the first condition that holds, else the last one.</summary>
    public sealed record Choice(IReadOnlyList<(Condition When, Formula Value)> Cases, Formula Otherwise) : Formula;

    /// <summary>The same of one condition, within a larger formula.</summary>
    public sealed record Either(Condition When, Formula Then, Formula Otherwise) : Formula;

    /// <summary>A formula in which a name stands for another, which is computed once.</summary>
    public sealed record Let(Symbol Name, Formula Is, Formula In) : Formula;
}

/// <summary>A comparison of two formulas.</summary>
internal sealed record Condition(Formula Left, string Comparison, Formula Right);
