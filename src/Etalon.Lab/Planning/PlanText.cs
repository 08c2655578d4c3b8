using Etalon.Lab.Reports;
using Etalon.Lab.RunSpecs;
using Etalon.Schedules;

namespace Etalon.Lab.Planning;

/// <summary>Recipes as text: a chart of what moves, what happens when, values by epoch.</summary>
public static class PlanText
{
    private const int ChartHeight = 12;

    /// <summary>A recipe's length and hash in one line.</summary>
    public static string Heading(RunSpec spec) =>
        $"{spec.Name}: {spec.TotalSteps} updates, {spec.TotalSteps / (double)spec.StepsPerEpoch:0.###} epochs of {spec.StepsPerEpoch}, sha256 {spec.Hash[..12]}";

    /// <summary>Charts of the quantities that change; a line for each that does not.</summary>
    public static IReadOnlyList<string> Charts(IReadOnlyList<RunSpec> specs, int width)
    {
        var text = new List<string>();
        foreach (var (name, quantity) in Quantities)
        {
            var lines = PlanChart.Lines(specs, quantity);
            if (lines.All(line => line.Y.All(value => value == line.Y[0])))
            {
                if (text.Count > 0 && !text[^1].EndsWith("throughout", StringComparison.Ordinal)) text.Add("");
                var values = lines.Select(line => line.Y[0]).Distinct().ToList();
                text.Add($"{name} {(values.Count == 1 ? $"{values[0]:G6}" : string.Join(", ", lines.Select(line => $"{line.Y[0]:G6} in {line.Name}")))} throughout");
                continue;
            }
            if (text.Count > 0) text.Add("");
            text.Add($"{name} by {PlanChart.XLabel(specs)}{Legend(specs)}");
            text.AddRange(TextChart.Draw(lines, width, ChartHeight));
        }
        return text;
    }

    /// <summary>What happens when, as a table.</summary>
    public static IReadOnlyList<string> Events(RunSpec spec)
    {
        var rows = new List<(long Step, string Name, string What, double Value)>();
        foreach (var (name, schedule) in PlannedQuantities.Of(spec))
        {
            rows.AddRange(ScheduleEvents.Of(schedule, spec.TotalSteps).Select(e => (e.Step, name, e.What, e.Value)));
            if (schedule is not Constant) rows.Add((spec.TotalSteps - 1, name, "last update", schedule.ValueAt(spec.TotalSteps - 1)));
        }
        var nameWidth = rows.Max(row => row.Name.Length);
        var whatWidth = rows.Max(row => row.What.Length);
        return
        [
            $"{"step",10}  {"epoch",8}  {"quantity".PadRight(nameWidth)}  {"what".PadRight(whatWidth)}  value",
            .. rows.OrderBy(row => row.Step).Select(row =>
                $"{row.Step,10}  {row.Step / (double)spec.StepsPerEpoch,8:0.##}  {row.Name.PadRight(nameWidth)}  {row.What.PadRight(whatWidth)}  {row.Value:G6}"),
        ];
    }

    /// <summary>The values at the first update of each epoch, as a table.</summary>
    public static IEnumerable<string> Epochs(RunSpec spec)
    {
        yield return $"{"epoch",8}  {"step",10}  {"learning rate",14}  {"weight decay",14}  {"momentum",10}";
        for (var (epoch, step) = (0L, 0L); step < spec.TotalSteps; (epoch, step) = (epoch + 1, step + spec.StepsPerEpoch))
            yield return $"{epoch,8}  {step,10}  {spec.LearningRate.ValueAt(step),14:G6}  {spec.WeightDecay.ValueAt(step),14:G6}  {spec.Momentum.ValueAt(step),10:G6}";
    }

    private static string Legend(IReadOnlyList<RunSpec> specs) => specs.Count == 1
        ? ""
        : $": {string.Join(", ", specs.Select((spec, i) => $"{TextChart.LetterOf(i)} is {spec.Name}"))}, * is several";

    private static IReadOnlyList<(string Name, Func<RunSpec, Schedule> Quantity)> Quantities { get; } =
    [
        ("learning rate", spec => spec.LearningRate),
        ("weight decay", spec => spec.WeightDecay),
        ("momentum", spec => spec.Momentum),
    ];
}
