using System.Globalization;

namespace Etalon.Lab.LoggedSchedules;

/// <summary>Logged numbers that no shape explains, as the pieces of a recipe: straight lines between rows.</summary>
internal static class RowLines
{
    // What the digits of a recipe leave.
    private const double Digits = 3e-6;

    /// <summary>A line from each row to the next; rows on one line are one piece.</summary>
    /// <param name="steps">The updates of the rows, ascending.</param>
    /// <param name="values">The number of each.</param>
    public static List<string> Of(long[] steps, double[] values)
    {
        var pieces = new List<string>();
        for (int row = 0; row + 1 < steps.Length;)
        {
            int next = LastOnLine(steps, values, row);
            long length = steps[next] - (row == 0 ? 0 : steps[row]);
            pieces.Add(values[row] == values[next] ? $"constant: {{value: {Text(values[row])}, for: {length}ba}}"
                : $"linear: {{from: {Text(values[row])}, to: {Text(values[next])}, for: {length}ba}}");
            row = next;
        }
        pieces.Add($"constant: {{value: {Text(values[^1])}}}");
        return pieces;
    }

    // The last row such that those between lie on the line to it: the slopes that hit all of them so far become fewer. The first piece
    // begins at update 0, so that one whose row comes later is the line to the next row alone.
    private static int LastOnLine(long[] steps, double[] values, int row)
    {
        if (row == 0 && steps[0] > 0 && values[0] != values[1]) return 1;
        double least = double.NegativeInfinity, most = double.PositiveInfinity;
        int last = row + 1;
        for (int next = row + 1; next < steps.Length; next++)
        {
            double length = steps[next] - steps[row], slope = (values[next] - values[row]) / length;
            if (slope < least || slope > most) break;
            double slack = Digits * Math.Abs(values[next]) / length;
            (least, most, last) = (Math.Max(least, slope - slack), Math.Min(most, slope + slack), next);
        }
        return last;
    }

    private static string Text(double value) => value.ToString("g6", CultureInfo.InvariantCulture);
}
