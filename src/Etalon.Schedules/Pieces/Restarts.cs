using Etalon.Numerics;
using Etalon.Schedules.Export;

namespace Etalon.Schedules;

/// <summary>
/// Cosine cycles with warm restarts: <c>value = To + (From - To) · PeakDecay^k · (1 + cos(π p))/2</c>, where <c>k</c> is the number of the
/// cycle and <c>p</c> the progress within it, from 0 to 1.
/// </summary>
/// <remarks>
/// Cycle <c>k</c> lasts <c>Period · Growth^k</c> steps and so begins at <c>Period · (Growth^k - 1)/(Growth - 1)</c>. With <c>PeakDecay</c>
/// = 1, PyTorch's CosineAnnealingWarmRestarts. Past its end the piece holds the value of its last step. Loshchilov and Hutter 2017,
/// <i>SGDR</i>.
/// </remarks>
/// <example>
/// <code>
/// var rate = new Restarts(from: 1, to: 0, period: 10, growth: 2, peakDecay: 0.5);
/// Console.WriteLine(rate.ValueAt(0)); // 1
/// Console.WriteLine(rate.ValueAt(5)); // 0.5
/// Console.WriteLine(rate.ValueAt(10)); // 0.5, the peak of the second cycle, which lasts 20 steps
/// Console.WriteLine(rate.ValueAt(30)); // 0.25, the peak of the third
/// </code>
/// </example>
public sealed record Restarts : Schedule
{
    private readonly double _last;

    /// <summary>
    /// Cycles from <paramref name="from"/> to <paramref name="to"/>, the first of them <paramref name="period"/> steps long.
    /// </summary>
    /// <exception cref="ArgumentException">A value is not finite, the period not positive, or growth or decay out of range.</exception>
    public Restarts(double from, double to, long period, double growth = 1, double peakDecay = 1, long? length = null)
    {
        From = Require.Value(from);
        To = Require.Value(to);
        Period = Require.PositiveLength(period);
        Growth = Require.Between(growth, 1, 1e6, "give 1 for cycles of equal length, 2 to double each");
        // (g^k - 1)/(g - 1) loses as many digits as g - 1 has zeros in front.
        if (growth is > 1 and < 1.001)
            throw Require.Refuse(nameof(growth), growth, "must be 1 or at least 1.001, so that the begin of a cycle can be told exactly",
                "give 1 for cycles of equal length");
        PeakDecay = Require.Between(peakDecay, 0, 1, "give 1 for peaks of equal height, 0.5 to halve each");
        Length = Require.OptionalLength(length);
        _last = length is { } n ? Math.Max(0, n - 1) : double.PositiveInfinity;
    }

    /// <summary>The value at the begin of the first cycle.</summary>
    public double From { get; }

    /// <summary>The value that each cycle goes to.</summary>
    public double To { get; }

    /// <summary>The length of the first cycle, in steps; at least 1.</summary>
    public long Period { get; }

    /// <summary>How many times as long each cycle is as the one before; 1, or from 1.001 to 1e6. Default: 1.</summary>
    public double Growth { get; }

    /// <summary>How much of its height above <see cref="To"/> each peak keeps from the one before; from 0 to 1. Default: 1.</summary>
    public double PeakDecay { get; }

    /// <inheritdoc/>
    public override long? Length { get; }

    internal override double Evaluate(double time)
    {
        var now = Math.Min(time, _last);
        var cycle = Cycle(now);
        var progress = (now - Begin(cycle)) / (Begin(cycle + 1) - Begin(cycle));
        return To + (From - To) * Elementary.Pow(PeakDecay, cycle) * Ramp.CosineRemainder(progress);
    }

    /// <summary>The time at which a cycle begins.</summary>
    internal double Begin(double cycle) => Growth == 1 ? cycle * Period : Period * ((Elementary.Pow(Growth, cycle) - 1) / (Growth - 1));

    /// <summary>
    /// The number of the cycle that owns a time. The logarithm may miss by one near a boundary, which the comparison mends.
    /// </summary>
    private double Cycle(double time)
    {
        if (Growth == 1) return Math.Floor(time / Period);
        var cycle = Math.Floor(Elementary.Log(1 + time / Period * (Growth - 1)) / Elementary.Log(Growth));
        if (time < Begin(cycle)) return cycle - 1;
        return time >= Begin(cycle + 1) ? cycle + 1 : cycle;
    }

    internal override Schedule ScaledBy(double factor) =>
        new Restarts(Rounded(From * factor), Rounded(To * factor), Period, Growth, PeakDecay, Length);

    internal override IEnumerable<Breakpoint> BreakpointsWithin(long length) =>
        Breakpoint.OfCycles(cycle => (long)Math.Ceiling(Begin(cycle)), length);

    internal override string InWords() => $"cosine restarts from {From:G6} to {To:G6}";

    internal override Formula ToFormula(FormulaTarget target) => Growth == 1 ? EqualCycles() : GrowingCycles(target.Horizon);

    private Formula EqualCycles()
    {
        var (time, period) = (Formula.HeldAtLast(Length), Formula.Steps(Period));
        var shape = Ramp.CosineRemainder(time % period / period);
        if (PeakDecay == 1) return Formula.Sum(To, From - To, shape);
        return Formula.Sum(To, From - To, Formula.Pow(PeakDecay, Formula.Periods(time, period)), shape);
    }

    /// <summary>Each cycle of the run by itself: a formula for the number of the cycle would jump at the wrong step in float32.</summary>
    private Formula.Choice GrowingCycles(double horizon)
    {
        var isHeld = Length - 1 <= horizon;
        var last = isHeld ? _last : horizon;
        var cases = new List<(Condition, Formula)>();
        for (var (cycle, begin) = (0, 0.0); begin <= last; cycle++)
        {
            var end = Begin(cycle + 1);
            var progress = Formula.Since(begin) / Formula.Steps(end - begin);
            var height = (From - To) * Elementary.Pow(PeakDecay, cycle);
            cases.Add((Formula.Before(end), Formula.Sum(To, height, Ramp.CosineRemainder(progress))));
            begin = end;
        }
        if (!isHeld) return new(cases, To);
        // What the last step has holds past it.
        cases[^1] = (Formula.Before(last), cases[^1].Item2);
        return new(cases, Evaluate(last));
    }
}
