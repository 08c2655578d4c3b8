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

    public static void Write(IReadOnlyList<JsonObject> plans, TextWriter output) =>
        output.WriteLine(new JsonArray([.. plans]).ToJsonString(Indented));

    /// <summary>A plan, with the warnings of the recipe that was read.</summary>
    public static JsonObject Of(PlannedRecipe plan, ReadRecipe read)
    {
        var recipe = plan.Recipe;
        var json = new JsonObject
        {
            ["hash"] = recipe.Hash,
            ["total_steps"] = recipe.TotalSteps,
            ["steps_per_epoch"] = recipe.StepsPerEpoch,
            ["recipe"] = RecipeWriter.ToJson(recipe),
        };
        if (plan.Numbers.HasGroups) json["groups"] = new JsonArray([.. plan.Numbers.Groups.Select(group => (JsonNode)group.Name)]);
        if (plan.Numbers.Covered?.Conversion is { } conversion) json["equivalent"] = Equivalent(conversion);
        json["events"] = new JsonArray(
            [.. plan.Quantities.SelectMany(
                quantity => plan.Events(quantity).Concat(ScheduleEvents.Never(quantity.Schedule, recipe.TotalSteps))
                    .Select(happening => (JsonNode)Event(quantity, happening)))]);
        json["warnings"] = new JsonArray([.. read.Warnings.Select(warning => (JsonNode)warning)]);
        return json;
    }

    private static JsonObject Equivalent(Conversion conversion) => new()
    {
        ["form"] = FormWords.Of(conversion.Form),
        ["theorem"] = conversion.Theorem,
        ["rule"] = conversion.TargetRule,
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
