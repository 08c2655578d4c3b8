using System.Globalization;
using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.Recipes;
using Etalon.Lab.ScalarLogs;

namespace Etalon.Lab.LoggedSchedules;

/// <summary>
/// The update rule of a log as lines of a recipe: optimizer, momentum and decay, as schedules where they move. What the log does not say is
/// named in a comment, since the recipe would else have a default that nobody chose.
/// </summary>
internal static class LoggedOptimizer
{
    /// <summary>The lines.</summary>
    public static IEnumerable<string> LinesOf(LoggedSchedule schedule)
    {
        string? tool = ToolsName(schedule.Log), name = schedule.Rule?.Name ?? NameOf(tool, IsDecoupled(schedule.Log));
        List<string> options = [], missing = [], notes = [];
        var momentum = new List<string>();
        if (name is null)
            notes.Add(tool is null ? "# optimizer: not in the log, so that it is sgd here; write its name, or give --optimizer"
                : $"# optimizer: the log has {tool}, for which a recipe has no name, so that it is sgd here");
        var family = OptimizerFamily.All.First(family => family.Name == (name ?? "sgd"));
        if (schedule.Momenta.Length == 0) missing.Add(family.HasBeta1 ? "beta1" : "momentum");
        else if (IsConstant(schedule.Momenta) && family.HasBeta1) options.Add($"beta1: {Text(schedule.Momenta[0])}");
        else if (family.HasBeta1 && family.Default.WithScheduledBeta1 is null)
            notes.Add($"# beta1: it moves in the log from {Text(schedule.Momenta[0])} to {Text(schedule.Momenta[^1])}, and {name} has one");
        else momentum.AddRange(Scheduled("momentum", schedule.Steps, schedule.Momenta));
        foreach (var (key, column) in new[] { ("beta2", "beta2"), ("epsilon", "eps"), ("dampening", "dampening") })
        {
            if (family.Find(key) is null) continue;
            if (Constant(schedule.Log, column) is { } value)
            {
                if (key != "dampening" || value != 0) options.Add($"{key}: {Text(value)}");
            }
            else if (key != "dampening") missing.Add(key);
        }
        if (family.Find("nesterov") is not null && Constant(schedule.Log, "nesterov") is { } nesterov)
            options.Add($"nesterov: {(nesterov != 0 ? "true" : "false")}");
        if (name is not null) yield return $"optimizer: {{{string.Join(", ", options.Prepend($"name: {name}"))}}}";
        foreach (string note in notes) yield return note;
        // Of a rule that is told, the usual number is a better guess than none.
        if (schedule.Momenta.Length == 0 && schedule.Rule is { IsCoupled: true } sgd) momentum.Add($"momentum: {Text(sgd.Momentum)}");
        foreach (string line in momentum) yield return line;
        if (missing.Count > 0)
            yield return $"# {string.Join(", ", missing)}: not in the log, so that "
                + (momentum.Count > 0 && missing.Contains("momentum") ? "it is the usual one here"
                    : missing.Count == 1 ? "it is the recipe's default here" : "they are the recipe's defaults here");
        if (schedule.Decays.Length > 0)
            foreach (string line in Scheduled("weight_decay", schedule.Steps, schedule.Decays)) yield return line;
        else yield return "# weight_decay: not in the log, so that it is 0 here; write it, or give --weight-decay";
    }

    // One number, or lines from row to row.
    private static IEnumerable<string> Scheduled(string key, long[] steps, double[] values) => IsConstant(values)
        ? [$"{key}: {Text(values[0])}"] : RowLines.Of(steps, values).Select(piece => $"  - {piece}").Prepend($"{key}:");

    private static bool IsConstant(double[] values) => Array.TrueForAll(values, value => value == values[0]);

    // Lightning has it in the names of its series, as lr-AdamW and lr-SGD/pg1.
    private static string? ToolsName(ScalarLog log) => log.Settings.TryGetValue(ScalarLog.Optimizer, out var text) ? text
        : log.Series.Keys.Where(name => name.StartsWith("lr-", StringComparison.Ordinal)).Select(name => name[3..].Split('-', '/')[0])
            .FirstOrDefault(name => NameOf(name, isDecoupled: false) is not null);

    private static string? NameOf(string? tool, bool isDecoupled) => tool is null ? null : OptimizerKinds.Of(tool, isDecoupled) switch
    {
        OptimizerKind.Sgd => "sgd",
        OptimizerKind.AdamW => "adamw",
        OptimizerKind.AdamWithL2 => "adam",
        OptimizerKind.Lion => "lion",
        OptimizerKind.Signum => "signum",
        OptimizerKind.Muon => "muon",
        _ => null,
    };

    private static bool IsDecoupled(ScalarLog log) => Constant(log, "decoupled") is not (null or 0);

    private static double? Constant(ScalarLog log, string column) =>
        log.Series.TryGetValue(column, out var series) && series.Points.All(point => point.Value == series.Points[0].Value)
            ? series.Points[0].Value : null;

    private static string Text(double value) => value.ToString("g6", CultureInfo.InvariantCulture);
}
