using Etalon.Schedules.Export;

namespace Etalon.Schedules;

/// <summary>Half a cosine: <c>value(t) = To + (From - To) · (1 + cos(π t/n))/2</c>, and <c>To</c> from step <c>n</c> on.</summary>
/// <remarks>
/// <c>n</c> is <see cref="Length"/>, or <c>Length - 1</c> when <see cref="Inclusive"/>. PyTorch's CosineAnnealingLR up to step
/// <c>T_max</c>; past it that one rises again, this one holds. Loshchilov and Hutter 2017, <i>SGDR</i>, equation 5.
/// </remarks>
/// <example>
/// <code>
/// var rate = new Cosine(from: 0.1, to: 0, length: 100);
/// Console.WriteLine(rate.ValueAt(0)); // 0.1
/// Console.WriteLine(rate.ValueAt(50)); // 0.05
/// Console.WriteLine(rate.ValueAt(100)); // 0, and so past the end
/// </code>
/// </example>
public sealed record Cosine : Schedule
{
    private readonly double _span;

    /// <summary>Goes from <paramref name="from"/> to <paramref name="to"/> in <paramref name="length"/> steps.</summary>
    /// <exception cref="ArgumentException">A value is not finite, or the length is missing or negative.</exception>
    public Cosine(double from, double to, long? length, bool inclusive = false)
    {
        From = Require.Value(from);
        To = Require.Value(to);
        Length = Require.Length(length);
        Inclusive = inclusive;
        _span = Ramp.Span(length, inclusive);
    }

    /// <summary>The value at the first step.</summary>
    public double From { get; }

    /// <summary>The value that the ramp goes to and holds past its end.</summary>
    public double To { get; }

    /// <inheritdoc/>
    public override long? Length { get; }

    /// <summary>Whether the last step, rather than the first one past the ramp, has the value <see cref="To"/>. Default: false.</summary>
    public bool Inclusive { get; }

    internal override double Evaluate(double time) =>
        time < _span ? To + (From - To) * Ramp.CosineRemainder(time / _span) : To;

    internal override Schedule ScaledBy(double factor) => new Cosine(Rounded(From * factor), Rounded(To * factor), Length, Inclusive);

    internal override IEnumerable<Breakpoint> BreakpointsWithin(long length) => Breakpoint.OfEnd(Length);

    internal override string InWords() => $"cosine from {From:G6} to {To:G6}";

    internal override string FormulaAt(long step) =>
        Ramp.FormulaAt(step, _span, To, progress => $"{To:G6} + ({From:G6} - {To:G6}) · (1 + cos(π · {progress}))/2");

    internal override Formula ToFormula(FormulaTarget target) =>
        Formula.Until(_span, Ramp.ToFormula(From, To, Formula.T / Formula.Steps(_span), RampShape.Cosine), To);
}
