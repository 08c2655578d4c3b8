using System.Text.Json.Serialization;
using Etalon.Schedules.Export;

namespace Etalon.Schedules;

/// <summary>
/// Another schedule in slower or faster time: <c>value(t) = Of(t / Factor)</c>, so that step <c>t</c> of it moves to <c>Factor · t</c>.
/// </summary>
/// <remarks>
/// Between the steps of <see cref="Of"/> its formula applies, so a stretched ramp is a longer ramp and no staircase. The length is
/// <c>Factor</c> times as large, and where that is no whole number the next larger one.
/// </remarks>
/// <example>
/// <code>
/// var rate = new Stretched(new Linear(1, 0, length: 4), factor: 10);
/// Console.WriteLine(rate.Length); // 40
/// Console.WriteLine(rate.ValueAt(30)); // 0.25
/// </code>
/// </example>
public sealed record Stretched : Schedule
{
    /// <summary>Makes <paramref name="of"/> last <paramref name="factor"/> times as long.</summary>
    /// <exception cref="ArgumentException">The factor is out of range, or the length exceeds 2^53 steps.</exception>
    public Stretched(Schedule of, double factor)
    {
        ArgumentNullException.ThrowIfNull(of);
        Of = of;
        Factor = Require.Between(factor, 1e-6, 1e6, "give 2 to make it last twice as long, 0.5 for half");
        Length = of.Length is { } length ? Require.ExactSteps(Math.Ceiling(length * factor), "the stretched length") : null;
    }

    /// <summary>The schedule that is stretched.</summary>
    public Schedule Of { get; }

    /// <summary>How many times as long it lasts; from 1e-6 to 1e6.</summary>
    public double Factor { get; }

    /// <summary>The length of <see cref="Of"/> times the factor, rounded up to a whole step.</summary>
    [JsonIgnore]
    public override long? Length { get; }

    internal override double Evaluate(double time) => Of.Evaluate(time / Factor);

    internal override double EvaluateLog(double time) => Of.EvaluateLog(time / Factor);

    internal override Schedule ScaledBy(double factor) => new Stretched(Of.ScaledBy(factor), Factor);

    internal override IEnumerable<Breakpoint> BreakpointsWithin(long length) =>
        Breakpoint.Inside(Of, (long)Math.Ceiling(length / Factor))
            .Select(point => point with { Step = (long)Math.Ceiling(point.Step * Factor) });

    internal override string InWords() => $"stretched {Factor:G6} times";

    internal override bool FitsALine => false;

    internal override bool MayLeaveNumbers => Of.MayLeaveNumbers;

    internal override Formula ToFormula(FormulaTarget target) => target.Part("of", Of, Formula.T / Factor, target.Horizon / Factor);

    internal override Formula ToLogFormula(FormulaTarget target) => ToFormula(target);
}
