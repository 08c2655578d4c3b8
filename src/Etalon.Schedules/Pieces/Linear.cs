using Etalon.Schedules.Export;

namespace Etalon.Schedules;

/// <summary>A straight ramp: <c>value(t) = From + (To - From) · t/n</c>, and <c>To</c> from step <c>n</c> on.</summary>
/// <remarks>
/// <c>n</c> is <see cref="Length"/>, or <c>Length - 1</c> when <see cref="Inclusive"/>, in steps. PyTorch's LinearLR, Optax's
/// linear_schedule.
/// </remarks>
/// <example>
/// <code>
/// var rate = new Linear(from: 1, to: 0, length: 4);
/// Console.WriteLine(rate.ValueAt(0)); // 1
/// Console.WriteLine(rate.ValueAt(3)); // 0.25
/// Console.WriteLine(rate.ValueAt(4)); // 0, and so past the end
/// var reaches = new Linear(from: 1, to: 0, length: 5, inclusive: true);
/// Console.WriteLine(reaches.ValueAt(4)); // 0, at the last of its 5 steps
/// </code>
/// </example>
public sealed record Linear : Schedule
{
    private readonly double _span;

    /// <summary>Goes from <paramref name="from"/> to <paramref name="to"/> in <paramref name="length"/> steps.</summary>
    /// <exception cref="ArgumentException">A value is not finite, or the length is missing or negative.</exception>
    public Linear(double from, double to, long? length, bool inclusive = false)
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

    internal override double Evaluate(double time) => time < _span ? From + (To - From) * (time / _span) : To;

    internal override Schedule ScaledBy(double factor) => new Linear(Rounded(From * factor), Rounded(To * factor), Length, Inclusive);

    internal override IEnumerable<Breakpoint> BreakpointsWithin(long length) => Breakpoint.OfEnd(Length);

    internal override string InWords() => $"linear from {From:G6} to {To:G6}";

    internal override string FormulaAt(long step) =>
        Ramp.FormulaAt(step, _span, To, progress => $"{From:G6} + ({To:G6} - {From:G6}) · {progress}");

    internal override Formula ToFormula(FormulaTarget target) =>
        Formula.Until(_span, Ramp.ToFormula(From, To, Formula.T / Formula.Steps(_span), RampShape.Linear), To);
}
