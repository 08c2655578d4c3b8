using Etalon.Schedules.Export;

namespace Etalon.Schedules;

/// <summary>Falls with the inverse square root of time: <c>value(t) = Peak · √(Shift / (t + Shift))</c>.</summary>
/// <remarks>
/// The value is halved after <c>3 · Shift</c> steps; past its length n the piece holds the value of step n. With a <see cref="Warmup"/> of
/// <c>w</c> steps in front and <c>Shift = w</c> it is the schedule of Vaswani et al. 2017, <i>Attention Is All You Need</i>.
/// </remarks>
/// <example>
/// <code>
/// var rate = new InverseSqrt(peak: 1, shift: 100);
/// Console.WriteLine(rate.ValueAt(0)); // 1
/// Console.WriteLine(rate.ValueAt(300)); // 0.5
/// Console.WriteLine(rate.ValueAt(1500)); // 0.25
/// </code>
/// </example>
public sealed record InverseSqrt : Schedule
{
    private readonly double _end;

    /// <summary>Starts at <paramref name="peak"/>; <paramref name="shift"/> is the time scale in steps.</summary>
    /// <exception cref="ArgumentException">The peak is not finite, the shift not positive, or the length negative.</exception>
    public InverseSqrt(double peak, double shift, long? length = null)
    {
        Peak = Require.Value(peak);
        Shift = Require.Positive(shift);
        Length = Require.OptionalLength(length);
        _end = length ?? double.PositiveInfinity;
    }

    /// <summary>The value at the first step.</summary>
    public double Peak { get; }

    /// <summary>The time scale, in steps; more than 0.</summary>
    public double Shift { get; }

    /// <inheritdoc/>
    public override long? Length { get; }

    internal override double Evaluate(double time) => Peak * Math.Sqrt(Shift / (Math.Min(time, _end) + Shift));

    internal override Schedule ScaledBy(double factor) => new InverseSqrt(Rounded(Peak * factor), Shift, Length);

    internal override IEnumerable<Breakpoint> BreakpointsWithin(long length) => Breakpoint.OfEnd(Length);

    internal override string InWords() => $"inverse square root from {Peak:G6}";

    internal override string FormulaAt(long step) => $"{Peak:G6} · √({Shift:G6} / ({step} + {Shift:G6}))";

    internal override Formula ToFormula(FormulaTarget target) => Peak * Formula.Sqrt(Shift / (Formula.Held(Length) + Shift));
}
