using System.Globalization;
using Etalon.Lab.Claims.Shared;
using Etalon.Numerics;

namespace Etalon.Lab.Claims.WnGradConvex;

/// <summary>
/// The figures of the tables of WNGrad's robustness, measured before and elsewhere (an implementation in NumPy, other draws).
/// </summary>
internal static class RecordedFigures
{
    private const double Overflow = double.NaN, Beyond = double.PositiveInfinity, Away = double.NegativeInfinity;

    /// <summary>
    /// Gradients on the quadratic for each b_0 / L, of one start; beyond 4e8, or recorded in proportion to b_0 only, as they were.
    /// </summary>
    public static IReadOnlyList<RecordedRow> Quadratic { get; } =
    [
        Decades("GD 1/b0", -6, Overflow, Overflow, Overflow, Overflow, Overflow, Overflow, 44, 447, 4485, 4.5e4, 4.5e5, 4.5e6, 4.5e7),
        Decades("WNGrad look-ahead", -6, Beyond, Beyond, Beyond, Beyond, 1.3e8, 60_501, 57, 517, 4561, 4.5e4, 4.5e5, 4.5e6, 4.5e7),
        Decades("WNGrad update-first", -6, 1.2e8, 1.2e7, 1.2e6, 1.2e5, 11_912, 1261, 219, 529, 4562, 4.5e4, 4.5e5, 4.5e6, 4.5e7),
        Decades("WNGrad lagged", -6, Beyond, Beyond, Beyond, 9.8e7, 7.2e5, 4098, 169, 528, 4562, 4.5e4, 4.5e5, 4.5e6, 4.5e7),
        Decades("AdaGrad-Norm eta=1", -6, 87, 87, 87, 87, 87, 87, 102, 488, 4524, 4.5e4, 4.5e5, 4.5e6, 4.5e7),
    ];

    /// <summary>
    /// The same where the function is not convex. Looking ahead from far below L was recorded to end after two gradients, with f still
    /// high: the first step goes to where the gradient vanishes.
    /// </summary>
    public static IReadOnlyList<RecordedRow> NotConvex { get; } =
    [
        new("WNGrad look-ahead", [1e-6, 1e-5, 1e-4], [[Away], [Away], [Away]]),
        new("WNGrad update-first", [1e-6, 0.1, 1, 10, 100, 1e3, 1e4, 1e5, 1e6],
            [[2.1e7], [280], [195], [1239], [1.17e4], [1.17e5], [1.17e6], [1.17e7], [1.17e8]]),
        Decades("AdaGrad-Norm eta=1", -6, 74, 74, 74, 74, 74, 74),
    ];

    /// <summary>
    /// |grad F| of the stochastic regression after 10, 2,000 and 5,000 steps for each b_0; not a number where it diverged.
    /// </summary>
    public static IReadOnlyList<RecordedRow> Regression { get; } =
    [
        new("SGD 1/b0", [0.01, 0.1, 1, 10, 100, 300, 1e3, 1e4],
            [[Overflow], [Overflow], [Overflow], [Overflow], [43, 1.2, 0.51], [48, 1.6, 0.63], [50, 4.4, 1.6], [52, 32, 18]]),
        new("SGD 1/(b0 sqrt j)", [0.01, 1, 10, 100, 1e3], [[Overflow], [Overflow], [74, 1.3, 0.63], [46, 10, 6.1], [51, 42, 37]]),
        new("WNGrad update-first", [1, 10, 100, 300, 1e3, 1e4, 1e5],
            [[52, 49, 45], [51, 36, 25], [51, 28, 19], [50, 28, 19], [51, 28, 19], [52, 37, 26], [52, 49, 46]]),
        new("WNGrad look-ahead", [1, 10, 100, 1e4], [[610, 610, 610], [68, 49, 36], [49, 27, 18], [52, 37, 26]]),
        new("AdaGrad-Norm eta=1", [0.01, 0.1, 1, 10, 100], [[49, 21, 12], [49, 21, 12], [49, 21, 12], [49, 21, 12], [49, 21, 12]]),
        new("AdaGrad-Norm eta=F(x0)-F*", [0.01, 100, 1e3], [[1.7e3, 7.8, 2.8], [43, 1.2, 0.51], [50, 4.4, 1.6]]),
    ];

    /// <summary>The gap of the stochastic problem after 100, 1,000, 10,000 and 100,000 steps for each b_1.</summary>
    public static RecordedRow Regret { get; } = new("WNGrad lagged", [0.01, 1, 1000],
        [[0.29, 0.22, 0.017, 0.0006], [0.069, 0.0039, 0.0009, 0.0002], [0.089, 0.081, 0.035, 0.0013]]);

    private static RecordedRow Decades(string rule, int first, params double[] figures) =>
        new(rule, [.. figures.Select((_, i) => i + first < 0 ? 1 / Elementary.Pow(10, -first - i) : Elementary.Pow(10, first + i))],
            [.. figures.Select(figure => (IReadOnlyList<double>)[figure])]);
}

/// <summary>Recorded figures of a rule.</summary>
/// <param name="Rule">Its name in the table.</param>
/// <param name="Initial">Each b_0 (or b_0 / L) of which there are figures.</param>
/// <param name="Figures">For each of them one figure, or one for each time.</param>
internal sealed record RecordedRow(string Rule, IReadOnlyList<double> Initial, IReadOnlyList<IReadOnlyList<double>> Figures)
{
    private const double Apart = 2;

    /// <summary>Compares those figures whose b_0 the measured table has.</summary>
    /// <param name="table">What was measured.</param>
    /// <param name="statement">What is expected.</param>
    /// <param name="agrees">Whether the recorded figures of a b_0 and the measured ones agree.</param>
    /// <param name="hasDraws">Whether the table has a number for each draw, and not for each time of one.</param>
    public ClaimCheck Compare(RobustnessTable table, string statement, Func<IReadOnlyList<double>, IReadOnlyList<double>, bool> agrees,
        bool hasDraws)
    {
        var measured = table[Rule].Cells;
        var columns = Enumerable.Range(0, Initial.Count).Where(i => table.Initial.Contains(Initial[i])).ToList();
        var off = columns.Where(i => !agrees(Figures[i], measured[table.Initial.ToList().IndexOf(Initial[i])])).ToList();
        return new($"{Rule}: {statement}", columns.Count > 0 && off.Count == 0,
            $"{columns.Count - off.Count} of "
            + $"{columns.Count}{(off.Count > 0
            ? $"; not at {string.Join(", ", off.Select(i => Initial[i].ToString("G", CultureInfo.InvariantCulture)))}" : "")}")
        {
            Power = hasDraws
                ? Power([.. columns.Select(i => measured[table.Initial.ToList().IndexOf(Initial[i])])], agrees, off.Count == 0)
                : CheckPower.Unstated with { How = "not worked out: one draw of each side" },
        };
    }

    // Each draw as if it had been recorded, beside the others; and as if its rule took so many times as many gradients.
    private static CheckPower Power(IReadOnlyList<IReadOnlyList<double>> columns,
        Func<IReadOnlyList<double>, IReadOnlyList<double>, bool> agrees, bool holds)
    {
        int draws = columns.Count == 0 ? 0 : columns.Min(column => column.Count);
        if (draws < 2) return CheckPower.Unstated;
        double Passing(double factor) => Enumerable.Range(0, draws).Count(draw => columns.All(column => agrees(
            [factor * column[draw]], [.. column.Where((_, i) => i != draw)]))) / (double)draws;
        return CheckPower.OfDraws(1 - Passing(1), Passing(Apart), holds,
            $"by asking it of each of {draws} starts, beside the others; false at {Apart:0} times as many gradients");
    }
}
