using System.Globalization;
using Etalon.Schedules.Equivalence;

namespace Etalon.Schedules.Export;

/// <summary>A schedule as a table: <c>step,lr,weight_decay,momentum,log_lr</c>, one row for each update from 0 to T - 1.</summary>
/// <remarks>
/// Numbers have the digits that read back as the same float64. A rate beyond float64 is <c>inf</c> with its finite logarithm, and the
/// logarithm of a rate of 0 is <c>-inf</c>. Lines end with a line feed.
/// </remarks>
/// <example>
/// <code>
/// var schedule = new UpdateSchedule
/// {
///     LearningRate = new Linear(1, 0, length: 2),
///     WeightDecay = 5e-4,
///     Momentum = 0.9,
///     TotalSteps = 2,
/// };
/// using var table = new StringWriter();
/// CsvExporter.Write(schedule, table);
/// foreach (var line in table.ToString().TrimEnd().Split('\n')) Console.WriteLine(line);
/// // step,lr,weight_decay,momentum,log_lr
/// // 0,1,0.0005,0.9,0
/// // 1,0.5,0.0005,0.9,-0.6931471805599453
/// </code>
/// </example>
public static class CsvExporter
{
    private const int BufferLength = 1 << 16;

    // The step, five numbers of at most 25 characters, and their separators.
    private const int LongestRow = 160;

    /// <summary>Writes the table.</summary>
    /// <param name="schedule">What it tells of.</param>
    /// <param name="writer">Where to.</param>
    public static void Write(UpdateSchedule schedule, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(writer);
        Write(writer, 0, schedule.TotalSteps, withLookAhead: false, step => (schedule.LearningRate.ValueAt(step),
            new UpdateRow(schedule.LearningRate.LogValueAt(step), schedule.WeightDecay.ValueAt(step), schedule.Momentum.ValueAt(step), 0)));
    }

    /// <summary>
    /// Writes a table of numbers, as an equivalence gives them; for Nesterov's rule with the column <c>look_ahead</c> at the end.
    /// </summary>
    /// <param name="table">What it tells of; its first row is its first step.</param>
    /// <param name="writer">Where to.</param>
    public static void Write(UpdateTable table, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(writer);
        Write(writer, table.FirstStep, table.End, table.Rule.Nesterov, step => (table[step].Rate, table[step]));
    }

    /// <summary>
    /// Writes the numbers of an equivalent: those of its table, and with scaled gradients <c>log_scale</c>, ln P before the update. Of
    /// Adam's rule <c>step,lr,beta1,beta2,eps,weight_decay,log_scale</c>.
    /// </summary>
    /// <param name="conversion">What it tells of; its first row is its first step.</param>
    /// <param name="writer">Where to.</param>
    public static void Write(Conversion conversion, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(conversion);
        ArgumentNullException.ThrowIfNull(writer);
        if (conversion.Optimizer.IsAdam || conversion.ScalesGradients)
            Write([.. Columns(new ScheduleGroup(conversion), conversion.Optimizer, "")], conversion.Target.End, writer);
        else
            Write(conversion.Target, writer);
    }

    /// <summary>
    /// Writes the table of a schedule with groups: <c>step</c>, then for each group
    /// <c>lr/NAME,weight_decay/NAME,momentum/NAME,log_lr/NAME</c>, and for an equivalent <c>look_ahead/NAME</c> where its rule has one, and
    /// <c>log_scale/NAME</c>, ln P before the update. Where AdamW trains an equivalent the columns of a group are
    /// <c>lr/NAME,beta1/NAME,beta2/NAME,eps/NAME,weight_decay/NAME</c>. One group is written as a schedule is.
    /// </summary>
    /// <param name="schedule">What it tells of.</param>
    /// <param name="writer">Where to.</param>
    public static void Write(GroupedSchedule schedule, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(writer);
        if (!schedule.HasGroups)
        {
            Write(schedule.Schedule, writer);
            return;
        }
        var optimizer = schedule.Covered is null ? OptimizerRule.Sgd : schedule.Optimizer;
        Write([.. schedule.Groups.SelectMany(group => Columns(group, optimizer, "/" + group.Name))], schedule.Schedule.TotalSteps, writer);
    }

    private static void Write(List<(string Name, Func<long, double> At)> columns, long end, TextWriter writer)
    {
        writer.Write($"step,{string.Join(',', columns.Select(column => column.Name))}\n");
        var row = new char[LongestRow * (1 + columns.Count)];
        for (long step = 0; step < end; step++)
        {
            step.TryFormat(row, out var used, default, CultureInfo.InvariantCulture);
            foreach (var (_, at) in columns) used += Append(row.AsSpan(used), at(step));
            row[used] = '\n';
            writer.Write(row, 0, used + 1);
        }
    }

    private static IEnumerable<(string Name, Func<long, double> At)> Columns(ScheduleGroup group, OptimizerRule optimizer, string suffix)
    {
        yield return ($"lr{suffix}", group.LearningRate.ValueAt);
        if (optimizer.IsAdam)
        {
            yield return ($"beta1{suffix}", step => group.At(step).Momentum);
            yield return ($"beta2{suffix}", step => group.Beta2?.ValueAt(step) ?? optimizer.Beta2);
            yield return ($"eps{suffix}", step => group.Epsilon?.ValueAt(step) ?? optimizer.Epsilon);
            yield return ($"weight_decay{suffix}", step => group.At(step).WeightDecay);
        }
        else
        {
            yield return ($"weight_decay{suffix}", step => group.At(step).WeightDecay);
            yield return ($"momentum{suffix}", step => group.At(step).Momentum);
            yield return ($"log_lr{suffix}", step => group.At(step).LogRate);
        }
        if (group.LookAhead is not null) yield return ($"look_ahead{suffix}", step => group.At(step).LookAhead);
        if (group.Conversion is { } conversion) yield return ($"log_scale{suffix}", conversion.LogScaleAt);
    }

    private static void Write(TextWriter writer, long begin, long end, bool withLookAhead, Func<long, (double Rate, UpdateRow Numbers)> at)
    {
        writer.Write(withLookAhead ? "step,lr,weight_decay,momentum,log_lr,look_ahead\n" : "step,lr,weight_decay,momentum,log_lr\n");
        var buffer = new char[BufferLength];
        var used = 0;
        for (var step = begin; step < end; step++)
        {
            if (buffer.Length - used < LongestRow)
            {
                writer.Write(buffer, 0, used);
                used = 0;
            }
            var (rate, numbers) = at(step);
            used += Row(step, rate, numbers, withLookAhead, buffer.AsSpan(used));
        }
        writer.Write(buffer, 0, used);
    }

    private static int Row(long step, double rate, UpdateRow numbers, bool withLookAhead, Span<char> row)
    {
        step.TryFormat(row, out var used, default, CultureInfo.InvariantCulture);
        used += Append(row[used..], rate);
        used += Append(row[used..], numbers.WeightDecay);
        used += Append(row[used..], numbers.Momentum);
        used += Append(row[used..], numbers.LogRate);
        if (withLookAhead) used += Append(row[used..], numbers.LookAhead);
        row[used] = '\n';
        return used + 1;
    }

    /// <summary>A comma and the number; a value saturates at the largest number, which stands for all beyond it.</summary>
    private static int Append(Span<char> row, double value)
    {
        row[0] = ',';
        var special = value >= double.MaxValue ? "inf" : double.IsNegativeInfinity(value) ? "-inf" : null;
        if (special is not null)
        {
            special.CopyTo(row[1..]);
            return 1 + special.Length;
        }
        value.TryFormat(row[1..], out var length, "R", CultureInfo.InvariantCulture);
        return 1 + length;
    }
}
