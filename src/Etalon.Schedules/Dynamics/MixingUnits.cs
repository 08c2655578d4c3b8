using Etalon.Numerics;

namespace Etalon.Schedules.Dynamics;

/// <summary>
/// Time as the norm counts it: the sum of <see cref="SteadyUpdate.UnitsPerStep"/> over updates. Runs compare by it rather than by epochs.
/// </summary>
/// <remarks>
/// After M units the norm state has covered q = 1 - exp(-4 M) of its way: half a unit is most of it, while a start far off, and what the
/// network computes, take three to four. Below half a unit the start still decides. Li, Lyu and Arora 2020: what two runs compute agrees
/// after O(1) units.
/// </remarks>
/// <example>
/// <code>
/// var schedule = new UpdateSchedule
/// {
///     LearningRate = new Steps(0.1, [30_000, 60_000], factor: 0.1),
///     WeightDecay = 5e-4,
///     Momentum = 0.9,
///     TotalSteps = 90_000,
/// };
/// var table = UpdateTable.Of(schedule);
/// Console.WriteLine($"{MixingUnits.Between(table, 0, 30_000):F2}"); // 15.00
/// Console.WriteLine($"{MixingUnits.Between(table, 60_000, 90_000):F2}"); // 0.15
/// Console.WriteLine($"{MixingUnits.Equilibrated(0.15):F2}"); // 0.45
/// Console.WriteLine($"{MixingUnits.Until(table)[90_000]:F2}"); // 16.65, of the whole run
/// </code>
/// </example>
public static class MixingUnits
{
    /// <summary>The units of the updates from one to before another.</summary>
    /// <param name="table">The schedule, step by step.</param>
    /// <param name="begin">The first update.</param>
    /// <param name="end">The update after the last one.</param>
    /// <exception cref="ArgumentOutOfRangeException">The table does not describe them all.</exception>
    public static double Between(UpdateTable table, long begin, long end)
    {
        ArgumentNullException.ThrowIfNull(table);
        // Compensated, so that the order of a million tiny terms leaves no trace.
        var (sum, rest) = (0.0, 0.0);
        for (var step = begin; step < end; step++) Add(SteadyUpdate.At(table, step).UnitsPerStep, ref sum, ref rest);
        return sum;
    }

    /// <summary>The units before each update: entry i is for update FirstStep + i, and the last one is the whole.</summary>
    public static IReadOnlyList<double> Until(UpdateTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        var units = new double[table.Count + 1];
        var (sum, rest) = (0.0, 0.0);
        for (var i = 0; i < table.Count; i++)
        {
            Add(SteadyUpdate.At(table, table.FirstStep + i).UnitsPerStep, ref sum, ref rest);
            units[i + 1] = sum;
        }
        return units;
    }

    /// <summary>Which share of its way to equilibrium the norm state covers in so many units: q = 1 - exp(-4 M).</summary>
    public static double Equilibrated(double units) => -Elementary.ExpM1(-4 * units);

    private static void Add(double term, ref double sum, ref double rest)
    {
        var added = term + rest;
        var next = sum + added;
        rest = added - (next - sum);
        sum = next;
    }
}
