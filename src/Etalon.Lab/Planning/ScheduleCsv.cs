using Etalon.Schedules;

namespace Etalon.Lab.Planning;

/// <summary>
/// Schedules as a table: the header <c>step,lr,weight_decay,momentum,log_lr</c>, then a row for each update, numbers in round-trip format.
/// A rate beyond float64 is <c>inf</c> with its finite logarithm in <c>log_lr</c>; a rate of 0 has the logarithm <c>-inf</c>.
/// </summary>
public static class ScheduleCsv
{
    // 26 digits and separators at most for each of four numbers, and the step.
    private const int LongestRow = 160;

    /// <summary>Writes the table.</summary>
    public static void Write(Recipe recipe, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(output);
        output.Write("step,lr,weight_decay,momentum,log_lr\n");
        Span<char> row = stackalloc char[LongestRow];
        for (long step = 0; step < recipe.TotalSteps; step++)
        {
            var length = 0;
            step.TryFormat(row, out length);
            var rate = recipe.LearningRate.ValueAt(step);
            Append(row, ref length, rate == double.MaxValue ? double.PositiveInfinity : rate);
            Append(row, ref length, recipe.WeightDecay.ValueAt(step));
            Append(row, ref length, recipe.Momentum.ValueAt(step));
            Append(row, ref length, recipe.LearningRate.LogValueAt(step));
            row[length++] = '\n';
            output.Write(row[..length]);
        }
    }

    private static void Append(Span<char> row, ref int length, double value)
    {
        row[length++] = ',';
        if (double.IsInfinity(value))
        {
            var word = value > 0 ? "inf" : "-inf";
            word.CopyTo(row[length..]);
            length += word.Length;
            return;
        }
        value.TryFormat(row[length..], out var written, "R");
        length += written;
    }
}
