using System.Text.Json.Serialization;
using Etalon.Schedules.Export;

namespace Etalon.Schedules;

/// <summary>Another schedule over and over: <c>value(t) = Of(t mod n)</c>, where <c>n</c> is its length.</summary>
/// <remarks>Past the last repetition it holds what <see cref="Of"/> holds past its end.</remarks>
/// <example>
/// <code>
/// var rate = new Repeated(new Linear(1, 0, length: 4), times: 2);
/// Console.WriteLine(rate.ValueAt(3)); // 0.25
/// Console.WriteLine(rate.ValueAt(4)); // 1
/// Console.WriteLine(rate.ValueAt(8)); // 0, what the ramp holds past its end
/// </code>
/// </example>
public sealed record Repeated : Schedule
{
    private readonly double _period;
    private readonly double _end;

    /// <summary>Repeats <paramref name="of"/> so many times, or without a number for ever.</summary>
    /// <exception cref="ArgumentException">The schedule has no length or no steps, or the number is not positive.</exception>
    public Repeated(Schedule of, long? times = null)
    {
        ArgumentNullException.ThrowIfNull(of);
        if (of.Length is not > 0)
            throw Require.Refuse(nameof(of), of, "what is repeated must end, after at least one step", "give it a length");
        Of = of;
        if (times is { } count) Times = Require.PositiveLength(count, nameof(times));
        _period = of.Length.Value;
        _end = times * _period ?? double.PositiveInfinity;
        Length = times is null ? null : Require.ExactSteps(_end, "the length of all repetitions");
    }

    /// <summary>The schedule that is repeated.</summary>
    public Schedule Of { get; }

    /// <summary>How many times; at least 1. Null, the default: for ever.</summary>
    public long? Times { get; }

    /// <summary>The length of all repetitions; null where there is no end of them.</summary>
    [JsonIgnore]
    public override long? Length { get; }

    internal override double Evaluate(double time) => Of.Evaluate(Within(time));

    internal override double EvaluateLog(double time) => Of.EvaluateLog(Within(time));

    private double Within(double time) => time < _end ? time - Math.Floor(time / _period) * _period : _period;

    internal override Schedule ScaledBy(double factor) => new Repeated(Of.ScaledBy(factor), Times);

    internal override IEnumerable<Breakpoint> BreakpointsWithin(long length)
    {
        var period = Of.Length.GetValueOrDefault(1);
        foreach (var cycle in Breakpoint.OfCycles(cycle => cycle * period, Math.Min(length, Length ?? length)))
        {
            yield return cycle;
            if (!cycle.BeginsPhase) continue;
            foreach (var point in Breakpoint.Inside(Of, period)) yield return point with { Step = cycle.Step + point.Step };
        }
    }

    internal override string InWords() => $"repetition of {Of.Length} steps";

    internal override bool FitsALine => false;

    internal override bool MayLeaveNumbers => Of.MayLeaveNumbers;

    internal override Formula ToFormula(FormulaTarget target)
    {
        var period = Formula.Steps(_period);
        var again = target.Part("of", Of, Formula.T % period, _period);
        return Length is { } end ? new Formula.Choice([(Formula.Before(end), again)], target.Part("of", Of, period, _period)) : again;
    }

    internal override Formula ToLogFormula(FormulaTarget target) => ToFormula(target);
}
