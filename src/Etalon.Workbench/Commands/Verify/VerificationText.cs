using Etalon.Lab.Charts;
using Etalon.Lab.Recipes;
using Etalon.Lab.Verifications;

namespace Etalon.Workbench.Commands;

/// <summary>A verification as a table and as a picture.</summary>
internal static class VerificationText
{
    // 8 and six times 9 with gaps of two.
    private const int WidthOfTable = 74;

    private const string OfConverted = "of the converted run from the recipe's own", OfOthers = "outputs of";

    private static readonly (string Name, Func<Comparison, double> Of)[] Converted =
    [
        ("outputs", point => point.Outputs), ("direction", point => point.Direction), ("loss", point => point.Loss),
        ("norm / P", point => point.Norm),
    ];

    private static readonly (string Name, Func<Comparison, double> Of)[] Others =
        [("control", point => point.ControlOutputs), ("perturbed", point => point.PerturbedOutputs)];

    /// <summary>The table, and the verdict below it.</summary>
    /// <param name="verification">The verification.</param>
    /// <param name="width">Columns; where the table has no room, it is cut in two.</param>
    public static IEnumerable<string> Lines(Verification verification, int width)
    {
        ArgumentNullException.ThrowIfNull(verification);
        var points = verification.Comparisons;
        return
        [
            .. width >= WidthOfTable
                ? [$"{"",8}  {OfConverted,42}  {OfOthers,21}", .. Table(points, [.. Converted, .. Others], 8, "  ", 9)]
                : (string[])[OfConverted, .. Table(points, Converted, 7, " ", 8), "", OfOthers, .. Table(points, Others, 7, " ", 8)],
            "",
            .. WrappedText.Lines("", verification.Verdict.Sentence, width),
        ];
    }

    private static IEnumerable<string> Table(IReadOnlyList<Comparison> points, (string Name, Func<Comparison, double> Of)[] columns,
        int updates, string gap, int cell)
    {
        int[] widths = [.. columns.Select(column => Math.Max(cell, column.Name.Length))];
        return
        [
            "updates".PadLeft(updates) + string.Concat(columns.Select((column, i) => gap + column.Name.PadLeft(widths[i]))),
            .. points.Select(point => $"{point.Updates}".PadLeft(updates)
                + string.Concat(columns.Select((column, i) => gap + Comparison.Distance(column.Of(point)).PadLeft(widths[i])))),
        ];
    }

    /// <summary>The first line: recipe, form, precision.</summary>
    public static string Heading(Verification verification)
    {
        ArgumentNullException.ThrowIfNull(verification);
        var (converted, precision) = (verification.Converted, verification.Precision);
        return $"{converted.Source.Name} as {FormWords.Of(converted.Conversion.Form)}, "
            + $"{(precision == Precision.Float64 ? "float64" : "float32")}: relative differences";
    }

    /// <summary>The outputs' distances over the updates: converted, control, perturbed.</summary>
    public static Chart Chart(Verification verification)
    {
        ArgumentNullException.ThrowIfNull(verification);
        double[] updates = [.. verification.Comparisons.Select(point => (double)point.Updates)];
        ChartLine Line(int color, string name, Func<Comparison, double> distance) =>
            new(name, updates, [.. verification.Comparisons.Select(distance)]) { Color = color };
        ChartLine[] lines =
        [
            Line(0, "converted", point => point.Outputs),
            Line(1, "control: not converted, same decay", point => point.ControlOutputs),
            Line(2, $"start changed by {Verification.PerturbationOf(verification.Precision):0e0}", point => point.PerturbedOutputs),
        ];
        return new Chart(Heading(verification), "updates", [new ChartPanel("outputs, relative difference", lines) { Height = 320 }])
        {
            Legend = [.. lines.Select(line => line.Name)],
        };
    }
}
