using System.Globalization;

namespace Etalon.Schedules.Export;

/// <summary>A recipe as a table: <c>step,lr,weight_decay,momentum,log_lr</c>, one row for each update from 0 to T - 1.</summary>
/// <remarks>
/// Numbers have the digits that read back as the same float64. A rate beyond float64 is <c>inf</c> with its finite logarithm, and the logarithm of a
/// rate of 0 is <c>-inf</c>. Lines end with a line feed.
/// </remarks>
/// <example>
/// <code>
/// var recipe = new Recipe(new Linear(1, 0, length: 2), new Constant(5e-4), new Constant(0.9), totalSteps: 2);
/// using var table = new StringWriter();
/// CsvExporter.Write(recipe, table);
/// foreach (var line in table.ToString().TrimEnd().Split('\n')) Console.WriteLine(line);
/// // step,lr,weight_decay,momentum,log_lr
/// // 0,1,0.0005,0.9,0
/// // 1,0.5,0.0005,0.9,-0.6931471805599453
/// </code>
/// </example>
public static class CsvExporter
{
    private const int BufferLength = 1 << 16;

    // Five numbers of at most 25 characters, and their separators.
    private const int LongestRow = 160;

    /// <summary>Writes the table.</summary>
    /// <param name="recipe">What it tells of.</param>
    /// <param name="writer">Where to.</param>
    public static void Write(Recipe recipe, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("step,lr,weight_decay,momentum,log_lr\n");
        var buffer = new char[BufferLength];
        var used = 0;
        for (long step = 0; step < recipe.TotalSteps; step++)
        {
            if (buffer.Length - used < LongestRow)
            {
                writer.Write(buffer, 0, used);
                used = 0;
            }
            used += Row(recipe, step, buffer.AsSpan(used));
        }
        writer.Write(buffer, 0, used);
    }

    private static int Row(Recipe recipe, long step, Span<char> row)
    {
        step.TryFormat(row, out var used, default, CultureInfo.InvariantCulture);
        used += Append(row[used..], recipe.LearningRate.ValueAt(step));
        used += Append(row[used..], recipe.WeightDecay.ValueAt(step));
        used += Append(row[used..], recipe.Momentum.ValueAt(step));
        used += Append(row[used..], recipe.LearningRate.LogValueAt(step));
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
