using Etalon.Numerics;
using Etalon.Schedules.Export;

namespace Etalon.Schedules;

/// <summary>
/// Straight up and down again: <c>value = Low + (High - Low) · Decay^k · (1 - |2p - 1|)</c>, where <c>k</c> is the number of the cycle and
/// <c>p</c> the progress within it, from 0 to 1.
/// </summary>
/// <remarks>
/// PyTorch's CyclicLR with <c>step_size_up = step_size_down = Period/2</c>: <c>Decay</c> = 1 is its mode "triangular", 0.5 "triangular2".
/// Past its length n the piece holds the value of step n. Smith 2017, <i>Cyclical Learning Rates for Training Neural Networks</i>.
/// </remarks>
/// <example>
/// <code>
/// var rate = new Triangular(low: 0, high: 1, period: 8, decay: 0.5);
/// Console.WriteLine(rate.ValueAt(2)); // 0.5
/// Console.WriteLine(rate.ValueAt(4)); // 1
/// Console.WriteLine(rate.ValueAt(8)); // 0
/// Console.WriteLine(rate.ValueAt(12)); // 0.5, the peak of the second cycle
/// </code>
/// </example>
public sealed record Triangular : Schedule
{
    private readonly double _end;

    /// <summary>
    /// Goes from <paramref name="low"/> to <paramref name="high"/> and back in <paramref name="period"/> steps, again and again.
    /// </summary>
    /// <exception cref="ArgumentException">A value is not finite, the period not positive, the decay out of range or the length
    /// negative.</exception>
    public Triangular(double low, double high, long period, double decay = 1, long? length = null)
    {
        Low = Require.Value(low);
        High = Require.Value(high);
        Period = Require.PositiveLength(period);
        Decay = Require.Between(decay, 0, 1, "give 1 for peaks of equal height, 0.5 to halve each");
        Length = Require.OptionalLength(length);
        _end = length ?? double.PositiveInfinity;
    }

    /// <summary>The value at the begin and the end of each cycle.</summary>
    public double Low { get; }

    /// <summary>The value in the middle of the first cycle.</summary>
    public double High { get; }

    /// <summary>The length of a whole cycle, up and down, in steps; at least 1.</summary>
    public long Period { get; }

    /// <summary>How much of its height above <see cref="Low"/> each peak keeps from the one before; from 0 to 1. Default: 1.</summary>
    public double Decay { get; }

    /// <inheritdoc/>
    public override long? Length { get; }

    internal override double Evaluate(double time)
    {
        var now = Math.Min(time, _end);
        var cycle = Math.Floor(now / Period);
        var progress = (now - cycle * Period) / Period;
        return Low + (High - Low) * Elementary.Pow(Decay, cycle) * (1 - Math.Abs(2 * progress - 1));
    }

    internal override Schedule ScaledBy(double factor) =>
        new Triangular(Rounded(Low * factor), Rounded(High * factor), Period, Decay, Length);

    internal override IEnumerable<Breakpoint> BreakpointsWithin(long length) => Breakpoint.OfCycles(cycle => cycle * Period, length);

    internal override string InWords() => $"triangular between {Low:G6} and {High:G6}";

    internal override Formula ToFormula(FormulaTarget target)
    {
        var (time, period) = (Formula.Held(Length), Formula.Steps(Period));
        var shape = 1.0 - Formula.Abs(2.0 * (time % period / period) - 1.0);
        if (Decay == 1) return Formula.Sum(Low, High - Low, shape);
        return Formula.Sum(Low, High - Low, Formula.Pow(Decay, Formula.Periods(time, period)), shape);
    }
}
