using Etalon.Schedules.Export;

namespace Etalon.Schedules;

/// <summary>The same value at every step: <c>value(t) = Value</c>.</summary>
/// <remarks>
/// The length, in steps, only says where in a sequence the next piece begins; past it the value is the same. Optax's constant_schedule.
/// </remarks>
/// <example>
/// <code>
/// var momentum = new Constant(0.9);
/// Console.WriteLine(momentum.ValueAt(0)); // 0.9
/// Console.WriteLine(momentum.ValueAt(1_000_000)); // 0.9
/// </code>
/// </example>
public sealed record Constant : Schedule
{
    /// <summary>Holds <paramref name="value"/>, for <paramref name="length"/> steps or, without a length, for ever.</summary>
    /// <exception cref="ArgumentException">The value is not finite or the length is negative.</exception>
    public Constant(double value, long? length = null)
    {
        Value = Require.Value(value);
        Length = Require.OptionalLength(length);
    }

    /// <summary>The value at every step.</summary>
    public double Value { get; }

    /// <inheritdoc/>
    public override long? Length { get; }

    internal override double Evaluate(double time) => Value;

    internal override Schedule ScaledBy(double factor) => new Constant(Rounded(Value * factor), Length);

    internal override IEnumerable<Breakpoint> BreakpointsWithin(long length) => [];

    internal override string InWords() => $"constant {Value:G6}";

    internal override string FormulaAt(long step) => "the piece is constant";

    internal override Formula ToFormula(FormulaTarget target) => Value;
}
