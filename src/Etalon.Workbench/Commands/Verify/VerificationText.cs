using Etalon.Lab.Charts;
using Etalon.Lab.Recipes;
using Etalon.Lab.Verifications;

namespace Etalon.Workbench.Commands;

/// <summary>A verification as a table and as a picture.</summary>
internal static class VerificationText
{
    /// <summary>The table, and the verdict below it.</summary>
    public static IEnumerable<string> Lines(Verification verification)
    {
        ArgumentNullException.ThrowIfNull(verification);
        yield return $"{"",8}  {"of the converted run from the recipe's own",42}  {"outputs of",21}";
        yield return $"{"updates",8}  {"outputs",9}  {"direction",9}  {"loss",9}  {"norm / P",9}  {"control",9}  {"perturbed",9}";
        foreach (var point in verification.Comparisons)
        {
            var cells = new[] { point.Outputs, point.Direction, point.Loss, point.Norm, point.ControlOutputs, point.PerturbedOutputs };
            yield return $"{point.Updates,8}{string.Concat(cells.Select(cell => $"  {Comparison.Distance(cell),9}"))}";
        }
        yield return "";
        yield return verification.Verdict.Sentence;
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
