using Etalon.Workbench.Terminals;
namespace Etalon.Workbench.Commands;

/// <summary>
/// The evaluations of a run as a table: loss and accuracy on the test split, and every accuracy by group of examples that the run has.
/// </summary>
internal static class EvaluationTable
{
    /// <summary>What the metrics of an evaluation have.</summary>
    public const string Metric = "test/accuracy";

    private static readonly string[] Totals = ["test/loss", "test/accuracy", "fit/loss", "fit/accuracy"];

    /// <summary>The lines, the heading first.</summary>
    /// <param name="lines">Those of the metrics that have <see cref="Metric"/>.</param>
    public static IEnumerable<string> Of(IReadOnlyList<IReadOnlyDictionary<string, double>> lines)
    {
        // In the order in which a run writes them: test/accuracy/simple, ..., fit/memorized, ...
        var groups = lines.SelectMany(line => line.Keys).Distinct()
            .Where(key => !Totals.Contains(key)
            && (key.StartsWith("test/", StringComparison.Ordinal) || key.StartsWith("fit/", StringComparison.Ordinal))).ToList();
        yield return $"{"epoch",7}  {"updates",9}  {"test loss",10}  "
            + $"{"test accuracy",13}{string.Concat(groups.Select(key => $"  {Heading(key)}"))}";
        foreach (var line in lines)
        {
            yield return $"{Number(line, "epoch"),7:0.##}  {Number(line, "step") + 1,9:N0}  {MetricText.Of(Number(line, "test/loss")),10}  "
                + $"{Number(line, Metric),13:P2}"
                + string.Concat(
                groups.Select(key => "  " + (line.TryGetValue(key, out double share) ? $"{share:P2}" : "").PadLeft(Heading(key).Length)));
        }
    }

    private static double Number(IReadOnlyDictionary<string, double> line, string name) => line.GetValueOrDefault(name, double.NaN);

    // test/accuracy/simple is "test simple".
    private static string Heading(string key) => key.Replace("/accuracy", "", StringComparison.Ordinal).Replace('/', ' ');
}
