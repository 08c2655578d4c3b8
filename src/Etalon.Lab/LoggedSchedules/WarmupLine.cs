using System.Globalization;

namespace Etalon.Lab.LoggedSchedules;

/// <summary>The straight line of a warm-up: where it begins, and how steep it is. Where it ends is known when its height is.</summary>
/// <param name="AtZero">The rate at update 0.</param>
/// <param name="Slope">By how much it rises an update; 0 for no warm-up.</param>
internal sealed record WarmupLine(double AtZero, double Slope)
{
    // A start nearer to 0 than rounding is 0.
    private const double Zero = 1e-6;

    /// <summary>No warm-up.</summary>
    public static WarmupLine None { get; } = new(0, 0);

    /// <summary>
    /// The line through the rising rows; the last of them may be past the corner, so it counts only where there are no others.
    /// </summary>
    /// <param name="rows">The rows.</param>
    /// <param name="top">The last rising row.</param>
    public static WarmupLine Of(LoggedSchedule rows, int top)
    {
        int on = top >= 2 ? top - 1 : top;
        double slope = (rows.Rates[on] - rows.Rates[0]) / (rows.Steps[on] - rows.Steps[0]), atZero = rows.Rates[0] - slope * rows.Steps[0];
        return new(atZero < Zero * rows.Rates[top] ? 0 : atZero, slope);
    }

    /// <summary>The piece that goes up to a height, its words, and the update at which it is there.</summary>
    public (IReadOnlyList<string> Pieces, string Words, long End) To(double height)
    {
        if (Slope == 0) return ([], "", 0);
        long end = Math.Max(1, (long)Math.Round((height - AtZero) / Slope));
        string from = AtZero.ToString("G6", CultureInfo.InvariantCulture), to = height.ToString("G6", CultureInfo.InvariantCulture);
        return ([$"linear: {{from: {from}, to: {to}, for: {end}ba}}"],
            $"warm-up of {SchedulePieces.Updates(end)} to {height:g4}, then ", end);
    }
}
