using Etalon.Numerics;
using Etalon.Schedules.Export;

namespace Etalon.Schedules;

/// <summary>Multiplied by a factor every so many steps, smoothly: <c>value(t) = From · Factor^(t/Every)</c>.</summary>
/// <remarks>
/// The value may leave the range of float64 when the factor exceeds 1: it then saturates at the largest finite number, while
/// <see cref="Schedule.LogValueAt"/> is exact, <c>ln From + (t/Every) ln Factor</c>, at every step. A start outside that range is said
/// with <see cref="Scaled"/> and its log factor. <c>t</c> is in steps; past its length n the piece holds the value of step n. With
/// <c>Every</c> = 1, PyTorch's ExponentialLR; the growing form is the schedule of Li and Arora 2019, <i>An Exponential Learning Rate
/// Schedule for Deep Learning</i>.
/// </remarks>
/// <example>
/// <code>
/// var rate = new Exponential(from: 0.1, factor: 2, every: 10);
/// Console.WriteLine(rate.ValueAt(0)); // 0.1
/// Console.WriteLine($"{rate.ValueAt(30):F3}"); // 0.800
/// var logarithm = rate.LogValueAt(1_000_000); // exact, where the value is far beyond float64
/// Console.WriteLine($"{logarithm:F1}"); // 69312.4
/// </code>
/// </example>
public sealed record Exponential : Schedule
{
    private readonly double _logFrom;
    private readonly double _logFactorPerStep;
    private readonly double _end;

    /// <summary>
    /// Starts at <paramref name="from"/> and is multiplied by <paramref name="factor"/> every <paramref name="every"/> steps.
    /// </summary>
    /// <exception cref="ArgumentException">A parameter is not finite and positive, or the length is negative.</exception>
    public Exponential(double from, double factor, double every = 1, long? length = null)
    {
        From = Require.Positive(from);
        Factor = Require.Positive(factor);
        Every = Require.Positive(every);
        Length = Require.OptionalLength(length);
        _logFrom = Elementary.Log(from);
        _logFactorPerStep = Elementary.Log(factor) / every;
        _end = length ?? double.PositiveInfinity;
        if (!double.IsFinite(_logFactorPerStep * long.MaxValue))
            throw Require.Refuse(nameof(every), every, "is so short that even the logarithm of the value overflows",
                "give a number of steps such as 1");
    }

    /// <summary>The value at the first step; more than 0.</summary>
    public double From { get; }

    /// <summary>What the value is multiplied by in <see cref="Every"/> steps; more than 0.</summary>
    public double Factor { get; }

    /// <summary>The number of steps in which the factor applies once; more than 0, not necessarily whole. Default: 1.</summary>
    public double Every { get; }

    /// <inheritdoc/>
    public override long? Length { get; }

    internal override double Evaluate(double time)
    {
        var exponent = Math.Min(time, _end) * _logFactorPerStep;
        // exp leaves float64 beyond 700 either way, where the product with From may still lie within it.
        var value = Math.Abs(exponent) <= 700 ? From * Elementary.Exp(exponent) : Elementary.Exp(_logFrom + exponent);
        return Math.Min(double.MaxValue, value);
    }

    internal override double EvaluateLog(double time) => _logFrom + Math.Min(time, _end) * _logFactorPerStep;

    internal override Schedule ScaledBy(double factor) => new Exponential(Rounded(From * factor), Factor, Every, Length);

    internal override IEnumerable<Breakpoint> BreakpointsWithin(long length) => Breakpoint.OfEnd(Length);

    internal override string InWords() => $"exponential from {From:G6}, times {Factor:G6} every {Every:G6} steps";

    internal override string FormulaAt(long step) => $"{From:G6} · {Factor:G6}^({step}/{Every:G6})";

    internal override bool MayLeaveNumbers => true;

    internal override Formula ToFormula(FormulaTarget target)
    {
        var exponent = Formula.Sum(0, _logFactorPerStep, Formula.Held(Length));
        if (_logFactorPerStep <= 0 && -_logFactorPerStep * Math.Min(target.Horizon, Length ?? target.Horizon) <= target.ExponentLimit)
            return From * Formula.Exp(exponent);
        var name = new Formula.Symbol("exponent");
        var value = new Formula.Either(target.IsOrdinary(name), From * Formula.Exp(name), Formula.Exp(_logFrom + name));
        return new Formula.Let(name, exponent, Formula.Limited(value));
    }

    internal override Formula ToLogFormula(FormulaTarget target) => Formula.Sum(_logFrom, _logFactorPerStep, Formula.Held(Length));
}
