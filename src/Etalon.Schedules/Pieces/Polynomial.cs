using Etalon.Numerics;
using Etalon.Schedules.Export;

namespace Etalon.Schedules;

/// <summary>A power of what remains: <c>value(t) = To + (From - To) · (1 - t/n)^Power</c>, and <c>To</c> from step <c>n</c> on.</summary>
/// <remarks>
/// <c>n</c> is <see cref="Length"/>, or <c>Length - 1</c> when <see cref="Inclusive"/>. With <c>To</c> = 0, PyTorch's PolynomialLR.
/// </remarks>
/// <example>
/// <code>
/// var rate = new Polynomial(from: 1, to: 0, length: 10, power: 2);
/// Console.WriteLine(rate.ValueAt(0)); // 1
/// Console.WriteLine(rate.ValueAt(5)); // 0.25
/// Console.WriteLine(rate.ValueAt(10)); // 0, and so past the end
/// </code>
/// </example>
public sealed record Polynomial : Schedule
{
    private readonly double _span;

    /// <summary>Goes from <paramref name="from"/> to <paramref name="to"/> in <paramref name="length"/> steps.</summary>
    /// <exception cref="ArgumentException">A value is not finite, the power is not positive, or the length is missing or
    /// negative.</exception>
    public Polynomial(double from, double to, long? length, double power = 1, bool inclusive = false)
    {
        From = Require.Value(from);
        To = Require.Value(to);
        Length = Require.Length(length);
        Power = Require.Positive(power);
        Inclusive = inclusive;
        _span = Ramp.Span(length, inclusive);
    }

    /// <summary>The value at the first step.</summary>
    public double From { get; }

    /// <summary>The value that the ramp goes to and holds past its end.</summary>
    public double To { get; }

    /// <inheritdoc/>
    public override long? Length { get; }

    /// <summary>The power, more than 0: 1 is a straight line, 2 flattens toward the end. Default: 1.</summary>
    public double Power { get; }

    /// <summary>Whether the last step, rather than the first one past the ramp, has the value <see cref="To"/>. Default: false.</summary>
    public bool Inclusive { get; }

    internal override double Evaluate(double time) =>
        time < _span ? To + (From - To) * Elementary.Pow(1 - time / _span, Power) : To;

    internal override Schedule ScaledBy(double factor) =>
        new Polynomial(Rounded(From * factor), Rounded(To * factor), Length, Power, Inclusive);

    internal override IEnumerable<Breakpoint> BreakpointsWithin(long length) => Breakpoint.OfEnd(Length);

    internal override string InWords() => $"polynomial from {From:G6} to {To:G6}, power {Power:G6}";

    internal override string FormulaAt(long step) =>
        Ramp.FormulaAt(step, _span, To, progress => $"{To:G6} + ({From:G6} - {To:G6}) · (1 - {progress})^{Power:G6}");

    // The minimum keeps the base from being negative where the branch does not apply.
    internal override Formula ToFormula(FormulaTarget target)
    {
        var span = Formula.Steps(_span);
        return Formula.Until(_span, Formula.Sum(To, From - To, Formula.Pow(1.0 - Formula.Min(Formula.T, span) / span, Power)), To);
    }
}
