using System.Text.Json;
using System.Text.Json.Nodes;
using Etalon.Schedules.Equivalence;

namespace Etalon.Schedules.Export;

/// <summary>
/// A schedule as JSON: its name, its hash, Etalon's version, and the schedule itself, which <see cref="UpdateSchedule.FromJson"/> reads.
/// </summary>
/// <example>
/// <code>
/// var schedule = new UpdateSchedule
/// {
///     LearningRate = new Linear(1, 0, length: 2),
///     WeightDecay = 5e-4,
///     Momentum = 0.9,
///     TotalSteps = 2,
/// };
/// using var text = new StringWriter();
/// JsonExporter.Write(schedule, "two updates", text);
/// Console.WriteLine(text.ToString().Contains("\"name\": \"two updates\"")); // True
/// </code>
/// </example>
public static class JsonExporter
{
    private static readonly JsonSerializerOptions _indented = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>Writes the object.</summary>
    /// <param name="schedule">What it holds.</param>
    /// <param name="name">The recipe's name.</param>
    /// <param name="writer">Where to.</param>
    public static void Write(UpdateSchedule schedule, string name, TextWriter writer) => Write(GroupedSchedule.Of(schedule), name, writer);

    /// <summary>
    /// Writes the object of a schedule with groups: besides the schedule itself <c>groups</c>, each with its name and schedules, and for an
    /// equivalent its form, its theorem, the log scale ln P before each update and after the last, and the corrections <c>v ← v - k w</c>.
    /// </summary>
    /// <param name="schedule">What it holds.</param>
    /// <param name="name">The recipe's name.</param>
    /// <param name="writer">Where to.</param>
    public static void Write(GroupedSchedule schedule, string name, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(writer);
        var export = new JsonObject
        {
            ["name"] = name,
            ["recipe_hash"] = schedule.RecipeHash,
            ["etalon_version"] = ExportSource.Version,
        };
        foreach (var (key, value) in Content(schedule)) export[key] = value?.DeepClone();
        writer.Write(export.ToJsonString(_indented));
        writer.Write('\n');
    }

    /// <summary>What decides a schedule's numbers.</summary>
    internal static JsonObject Content(GroupedSchedule schedule)
    {
        var content = new JsonObject { ["recipe"] = JsonNode.Parse(schedule.Schedule.ToJson()) };
        if (schedule.Optimizer != OptimizerRule.Sgd) content["optimizer"] = Optimizer(schedule.Optimizer);
        if (schedule.HasGroups) content["groups"] = new JsonArray([.. schedule.Groups.Select(Group)]);
        return content;
    }

    private static JsonObject Optimizer(OptimizerRule rule)
    {
        var json = new JsonObject { ["name"] = rule.Name };
        if (!rule.IsAdam) return json;
        json["momentum_is"] = "beta1";
        json["beta2"] = rule.Beta2;
        json["epsilon"] = rule.Epsilon;
        return json;
    }

    private static JsonNode Group(ScheduleGroup group)
    {
        var json = new JsonObject
        {
            ["name"] = group.Name,
            ["learning_rate"] = JsonNode.Parse(group.LearningRate.ToJson()),
            ["weight_decay"] = JsonNode.Parse(group.WeightDecay.ToJson()),
            ["momentum"] = JsonNode.Parse(group.Momentum.ToJson()),
        };
        if (group.LookAhead is { } lookAhead) json["look_ahead"] = JsonNode.Parse(lookAhead.ToJson());
        if (group.Beta2 is { } beta2) json["beta2"] = JsonNode.Parse(beta2.ToJson());
        if (group.Epsilon is { } epsilon) json["epsilon"] = JsonNode.Parse(epsilon.ToJson());
        if (group.Conversion is { } conversion) json["equivalent"] = Equivalent(conversion);
        return json;
    }

    private static JsonObject Equivalent(Conversion conversion)
    {
        var json = new JsonObject { ["theorem"] = conversion.Theorem };
        if (conversion.ScalesGradients) json["gradients_times"] = "exp(log_scale)";
        foreach (var (key, value) in State(conversion)) json[key] = value?.DeepClone();
        return json;
    }

    private static JsonObject State(Conversion conversion) => new()
    {
        ["log_scale"] =
            new JsonArray([.. Enumerable.Range(0, conversion.Target.Count + 1).Select(step => (JsonNode)conversion.LogScaleAt(step))]),
        ["corrections"] = new JsonArray([.. conversion.Corrections.Select(correction => (JsonNode)new JsonObject
        {
            ["step"] = correction.Step,
            ["share_sign"] = correction.Map.Share.Sign,
            ["log_share"] = correction.Map.Share.Sign == 0 ? null : correction.Map.Share.Log,
        })]),
    };
}
