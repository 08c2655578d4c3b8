using System.Text.Json;
using System.Text.Json.Nodes;
using Etalon.Lab.Planning;
using Etalon.Lab.Recipes;
using Etalon.Schedules.Equivalence;

namespace Etalon.Workbench.Commands;

/// <summary>What <c>plan --json</c> prints: one object a recipe, in a list.</summary>
internal static class PlanJson
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static void Write(IReadOnlyList<PlannedRecipe> plans, TextWriter output) =>
        output.WriteLine(new JsonArray([.. plans.Select(plan => (JsonNode)Plan(plan))]).ToJsonString(Indented));

    private static JsonObject Plan(PlannedRecipe plan)
    {
        var spec = plan.Spec;
        var json = new JsonObject
        {
            ["hash"] = spec.Hash,
            ["total_steps"] = spec.TotalSteps,
            ["steps_per_epoch"] = spec.StepsPerEpoch,
            ["recipe"] = RecipeWriter.ToJson(spec),
        };
        if (plan.Numbers.HasGroups) json["groups"] = new JsonArray([.. plan.Numbers.Groups.Select(group => (JsonNode)group.Name)]);
        if (plan.Numbers.Covered?.Conversion is { } conversion) json["equivalent"] = Equivalent(conversion);
        json["events"] = new JsonArray([.. plan.Quantities.SelectMany(quantity => plan.Events(quantity).Concat(ScheduleEvents.Never(quantity.Schedule, spec.TotalSteps)).Select(happening => (JsonNode)Event(quantity, happening)))]);
        json["warnings"] = new JsonArray([.. spec.Warnings.Select(warning => (JsonNode)warning)]);
        return json;
    }

    private static JsonObject Equivalent(Conversion conversion) => new()
    {
        ["form"] = FormWords.Of(conversion.Form),
        ["theorem"] = conversion.Theorem,
        ["rule"] = conversion.Target.Rule.ToString(),
        ["largest_log_rate"] = double.IsFinite(conversion.Range.LargestLogRate) ? conversion.Range.LargestLogRate : null,
        ["log_scale_at_end"] = conversion.LogScaleAt(conversion.Target.End),
        ["corrections"] = new JsonArray([.. conversion.Corrections.Select(correction => (JsonNode)correction.Step)]),
    };

    private static JsonObject Event(PlannedQuantity quantity, ScheduleEvent happening)
    {
        var json = new JsonObject
        {
            ["step"] = happening.Step,
            ["of"] = quantity.Name,
            ["what"] = happening.What,
            ["value"] = double.IsFinite(happening.Value) && happening.LogValue is not > 709 ? happening.Value : null,
        };
        if (happening.LogValue is { } log && double.IsFinite(log)) json["log_value"] = log;
        return json;
    }
}
