using Etalon.Numerics;

namespace Etalon.Schedules;

/// <summary>The simplest schedule that gives known numbers: a constant, an exponential, or a table.</summary>
internal static class SimplestSchedule
{
    /// <summary>Within this a value of a piece can be written as a plain number.</summary>
    private const double LargestPlainLog = 690;

    /// <summary>A constant where the values do not change, otherwise a table.</summary>
    public static Schedule OfValues(double[] values) =>
        values.Length == 0
            ? new Constant(0) : Array.TrueForAll(values, value => value == values[0]) ? new Constant(values[0]) : new Table(values);

    /// <summary>A constant where the rates do not change, otherwise tables of their logarithms, with constants of 0 between.</summary>
    public static Schedule OfLogRates(double[] logs)
    {
        if (logs.Length > 0 && Math.Abs(logs[0]) < LargestPlainLog && Array.TrueForAll(logs, log => log == logs[0]))
            return new Constant(Elementary.Exp(logs[0]));
        var pieces = new List<Schedule>();
        for (int begin = 0, end; begin < logs.Length; begin = end)
        {
            var isZero = double.IsNegativeInfinity(logs[begin]);
            end = begin + 1;
            while (end < logs.Length && double.IsNegativeInfinity(logs[end]) == isZero) end++;
            pieces.Add(isZero ? new Constant(0, end - begin) : new Table(logs[begin..end], logarithmic: true));
        }
        return pieces.Count switch { 0 => new Constant(0), 1 => pieces[0], _ => new Sequence(pieces) };
    }

    /// <summary>A piece of so many steps from exp(<paramref name="logRate"/>), growing by a constant factor.</summary>
    public static Schedule OfGrowth(double logRate, double logGrowth, long length)
    {
        if (double.IsNegativeInfinity(logRate)) return new Constant(0, length);
        if (Math.Abs(logRate) >= LargestPlainLog) return new Scaled(OfGrowth(0, logGrowth, length), 1, logRate);
        if (logGrowth == 0) return new Constant(Elementary.Exp(logRate), length);
        // Growth is said as ten times in so many steps: the factor of one step is so near 1 that it would lose digits.
        return new Exponential(Elementary.Exp(logRate), logGrowth > 0 ? 10 : 0.1, Elementary.Log(10) / Math.Abs(logGrowth), length);
    }
}
