using Etalon.Numerics;

namespace Etalon.Schedules.Equivalence;

/// <summary>The way back from a table to a recipe of schedules.</summary>
public static class TableRecipe
{
    /// <summary>Within this a value of a piece can be written as a plain number.</summary>
    private const double LargestPlainLog = 690;

    /// <summary>
    /// The recipe whose schedules give the numbers of a table: a constant where they do not change, otherwise a table, that of the rate in
    /// logarithms, with constants of 0 between.
    /// </summary>
    /// <exception cref="EquivalenceException">
    /// The table starts after step 0, has a look-ahead other than the momentum, a negative decay, or a momentum of 1 or more: no recipe says that.
    /// A trainer can still read the table itself.
    /// </exception>
    public static UpdateSchedule ToSchedule(this UpdateTable table) => ToSchedule(table, null);

    /// <summary>The equivalent recipe of a conversion: of exponential pieces where its theorem says so, otherwise of tables.</summary>
    /// <remarks>What must be done to the state is not part of it: see <see cref="Conversion.Corrections"/>.</remarks>
    /// <exception cref="EquivalenceException">As for its table.</exception>
    public static UpdateSchedule ToSchedule(this Conversion conversion)
    {
        ArgumentNullException.ThrowIfNull(conversion);
        return ToSchedule(conversion.Target, conversion.RatePieces);
    }

    private static UpdateSchedule ToSchedule(UpdateTable table, Schedule? rate)
    {
        ArgumentNullException.ThrowIfNull(table);
        Check(table);
        var numbers = table.Steps.ToArray();
        return new UpdateSchedule(rate ?? Rate([.. numbers.Select(step => step.LogRate)]), Values([.. numbers.Select(step => step.WeightDecay)]), Values([.. numbers.Select(step => step.Momentum)]), table.End)
        {
            StepsPerEpoch = table.StepsPerEpoch,
            Dampening = table.Rule.Dampening,
            Nesterov = table.Rule.Nesterov,
            Decay = table.Rule.Decay,
        };
    }

    /// <summary>A piece of so many steps from exp(<paramref name="logRate"/>), growing by a constant factor.</summary>
    internal static Schedule Exponential(double logRate, double logGrowth, long length)
    {
        if (double.IsNegativeInfinity(logRate)) return new Constant(0, length);
        if (Math.Abs(logRate) >= LargestPlainLog) return new Scaled(Exponential(0, logGrowth, length), 1, logRate);
        if (logGrowth == 0) return new Constant(Elementary.Exp(logRate), length);
        // Growth is said as ten times in so many steps: the factor of one step is so near 1 that it would lose digits.
        return new Exponential(Elementary.Exp(logRate), logGrowth > 0 ? 10 : 0.1, Elementary.Log(10) / Math.Abs(logGrowth), length);
    }

    private static void Check(UpdateTable table)
    {
        const string remedy = "take the numbers of each step from the table";
        if (table.FirstStep > 0) throw new EquivalenceException("a recipe describes a run from step 0, and this table goes on from a checkpoint", remedy, table.FirstStep);
        for (var step = 0; step < table.Count; step++)
        {
            var (_, decay, momentum, lookAhead) = table.Steps[step];
            if (table.Rule.Nesterov && lookAhead != momentum)
                throw new EquivalenceException($"the look-ahead {lookAhead:R} differs from the momentum {momentum:R}, which a recipe cannot say", remedy, step);
            if (decay < 0) throw new EquivalenceException($"the weight decay {decay:R} is negative, which a recipe cannot say", remedy, step);
            if (momentum >= 1) throw new EquivalenceException($"the momentum {momentum:R} is not less than 1, which a recipe cannot say", remedy, step);
        }
    }

    internal static Schedule Values(double[] values) =>
        values.Length == 0 ? new Constant(0) : Array.TrueForAll(values, value => value == values[0]) ? new Constant(values[0]) : new Table(values);

    internal static Schedule Rate(double[] logs)
    {
        if (logs.Length > 0 && Math.Abs(logs[0]) < LargestPlainLog && Array.TrueForAll(logs, log => log == logs[0])) return new Constant(Elementary.Exp(logs[0]));
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
}
