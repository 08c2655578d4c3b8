using System.Globalization;
using Etalon.Engine;
using Etalon.Lab.Charts;
using Etalon.Lab.Diagnosis;
using Etalon.Lab.Invariance;
using Etalon.Lab.Models;

namespace Etalon.Workbench.Commands;

/// <summary>An audit as text: a table of the tensors, the verdicts, what to change, and how it was checked.</summary>
internal static class AuditText
{
    /// <summary>The network in one line.</summary>
    public static string Heading(AuditReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var model = report.Model;
        string norm = model.Norm == NormKind.None
            ? "no normalization"
            : $"{model.Norm.ToString().ToLowerInvariant()} normalization {(model.Affine ? "with" : "without")} scale and shift, epsilon "
                + $"{Power(model.Epsilon)}";
        return $"{report.Recipe}: {model.Name}, {norm}, {model.Head.ToString().ToLowerInvariant()} head; "
            + $"{report.Tensors.Count} trained tensors, {report.Tensors.Sum(tensor => tensor.Length):N0} parameters";
    }

    /// <summary>
    /// A row for each tensor: is the loss invariant to the scale of each channel alone, of the tensor alone, of its group; what decay does.
    /// </summary>
    public static IReadOnlyList<string> Table(AuditReport report, int width)
    {
        ArgumentNullException.ThrowIfNull(report);
        string[][] rows =
        [
            ["tensor", "shape", "channel", "alone", "group", "weight decay", "why not"],
            .. report.Tensors.Select(tensor => (string[])
            [
                tensor.Name, string.Join('x', tensor.Shape.Select(size => $"{size}")), YesNo(tensor.Channel.IsInvariant),
                YesNo(tensor.Alone.IsInvariant),
                tensor.IsInGroup ? YesNo(report.Group.IsInvariant) : "-", Words(tensor.Decay), WhyNot(tensor),
            ]),
        ];
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        // Without the last column, which is the longest.
        int verdicts = widths.SkipLast(1).Sum(column => column + 2) - 2;
        return
        [
            .. verdicts > width ? rows.Skip(1).SelectMany(row => InWords(rows[0], row, width))
                : verdicts + 2 + widths[^1] > width
                    ? [Columns(rows[0][..^1], widths), .. rows.Skip(1).SelectMany(row => Below(row, widths, width))]
                : rows.Select(row => Columns(row, widths)),
            "",
            .. WrappedText.Lines("",
                "Scaled by c: yes, the outputs stay; no, at the layer named a part that c^a multiplies meets one that c^b multiplies, a≠b.",
                width),
        ];
    }

    private static string Columns(string[] row, int[] widths) =>
        string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd();

    // The last column on a line of its own.
    private static IEnumerable<string> Below(string[] row, int[] widths, int width) =>
        [Columns(row[..^1], widths), .. row[^1].Length == 0 ? [] : WrappedText.Lines("  why not: ", row[^1], width)];

    private static IEnumerable<string> InWords(string[] names, string[] row, int width)
    {
        var cells = names.Zip(row).Skip(1).Where(cell => cell.Second.Length > 0).Select(cell => $"{cell.First} {cell.Second}");
        return WrappedText.Lines("", $"{row[0]}: {string.Join(", ", cells)}", width, 2);
    }

    /// <summary>
    /// Whether the group and all parameters are scale-invariant, what to change where they are not, and what epsilon does.
    /// </summary>
    public static IReadOnlyList<string> Verdict(AuditReport report, int width)
    {
        ArgumentNullException.ThrowIfNull(report);
        return Wrapped(
        [
            .. Verdict($"The scale-invariant group ({WhichWeights(report)})", report.Group,
                "weight decay on it only sets its speed, and a conversion may change it"),
            .. Verdict("All trained parameters together", report.AllParameters, "a conversion may change all of them"),
            .. Epsilon(report),
        ], width);
    }

    private static string WhichWeights(AuditReport report) => report.Model.Kind == ModelKind.Transformer
        ? "every tensor with a yes under alone or group" : "every weight but the head's";

    /// <summary>How rules and measurement compare.</summary>
    public static IReadOnlyList<string> Check(AuditReport report, int width)
    {
        ArgumentNullException.ThrowIfNull(report);
        int questions = report.Questions.Count();
        var disagreements = report.Disagreements;
        return Wrapped(disagreements.Count == 0
            ? [$"Checked: rules and measurement (float64, epsilon 0, parameters scaled, a limit of {ScalingMeasurement.Tolerance:0e+0}) "
                + $"agree on all {questions} questions."]
            : [$"Rules and measurement disagree on {disagreements.Count} of {questions} questions; do not trust this audit:",
            .. disagreements.Select(line => $"  {line}")], width);
    }

    // What is indented stays so.
    private static IReadOnlyList<string> Wrapped(IEnumerable<string> lines, int width) =>
        [.. lines.SelectMany(line => line.StartsWith("  ", StringComparison.Ordinal)
            ? WrappedText.Lines("  ", line[2..], width, 4) : WrappedText.Lines("", line, width))];

    private static IEnumerable<string> Verdict(string what, ScaleFinding finding, string meaning)
    {
        if (finding.Rules.Mismatch is not { } mismatch)
        {
            yield return $"{what}: scale-invariant; {meaning}.";
            yield break;
        }
        yield return $"{what}: not scale-invariant.";
        yield return $"  {mismatch}";
        if (finding.RecipeChanges.Count > 0) yield return $"  to change in the recipe: {string.Join(' ', finding.RecipeChanges)}";
        foreach (var remedy in finding.Rules.Remedies) yield return $"  to change in the network: {remedy}";
    }

    private static IEnumerable<string> Epsilon(AuditReport report)
    {
        if (report.ChangeWithEpsilon is not { } change) yield break;
        yield return $"Epsilon {Power(report.Model.Epsilon)} makes this true up to epsilon only: scaled by 10, 3 and 1/2 the group "
            + $"changes outputs by up to {change:0e+0}. With epsilon: 0 it is exact.";
    }

    private static string WhyNot(TensorAudit tensor) =>
        tensor.Alone.Rules.Mismatch is { } alone ? Short(alone)
        : tensor.Channel.Rules.Mismatch is { } channel ? $"channel: {Short(channel)}"
        : "";

    private static string Short(DegreeMismatch mismatch) => $"{mismatch.Layer} {mismatch.FirstDegree}≠{mismatch.SecondDegree}";

    private static string Power(double value) => value == 0 ? "0" : value.ToString("0.###e-0", CultureInfo.InvariantCulture);

    private static string YesNo(bool value) => value ? "yes" : "no";

    private static string Words(DecayEffect effect) => effect switch
    {
        DecayEffect.Speed => "speed",
        DecayEffect.SpeedInGroup => "speed, in group",
        _ => "regularizes",
    };
}
