using System.Text.Json;
using System.Text.Json.Nodes;
using Etalon.Lab.Planning;
using Etalon.Lab.RunSpecs;

namespace Etalon.Workbench.Commands;

/// <summary>What <c>plan --json</c> prints: one object a recipe, in a list.</summary>
internal static class PlanJson
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static void Write(IReadOnlyList<RunSpec> specs, TextWriter output) =>
        output.WriteLine(new JsonArray([.. specs.Select(spec => (JsonNode)Plan(spec))]).ToJsonString(Indented));

    private static JsonObject Plan(RunSpec spec) => new()
    {
        ["hash"] = spec.Hash,
        ["total_steps"] = spec.TotalSteps,
        ["steps_per_epoch"] = spec.StepsPerEpoch,
        ["recipe"] = RecipeWriter.ToJson(spec),
        ["events"] = new JsonArray([.. PlannedQuantities.Of(spec).SelectMany(planned => ScheduleEvents.Of(planned.Schedule, spec.TotalSteps)
            .Select(happening => (JsonNode)new JsonObject
            {
                ["step"] = happening.Step,
                ["of"] = planned.Name,
                ["what"] = happening.What,
                ["value"] = happening.Value,
            }))]),
        ["warnings"] = new JsonArray([.. spec.Warnings.Select(warning => (JsonNode)warning)]),
    };
}
