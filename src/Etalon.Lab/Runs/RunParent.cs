using System.Text.Json.Nodes;

namespace Etalon.Lab.Runs;

/// <summary>Where a fork comes from.</summary>
/// <param name="Run">The folder of the run that it continues with changes.</param>
/// <param name="Step">The updates that had been done there.</param>
/// <param name="RecipeHash">The hash of its recipe.</param>
/// <param name="Arithmetic">The version of the arithmetic that its state was computed with.</param>
/// <param name="Changes">What the fork was asked to change, "key=value" each.</param>
internal sealed record RunParent(string Run, long Step, string RecipeHash, long Arithmetic, IReadOnlyList<string> Changes)
{
    /// <summary>Its name in resolved.json.</summary>
    public const string Key = "parent";

    private const string ChangesKey = "changes";

    /// <summary>The keys there that may not change.</summary>
    public static readonly IReadOnlyList<string> Deciding = ["run", "step", "recipe_sha256"];

    /// <summary>As resolved.json has it.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["run"] = Run,
            ["step"] = Step,
            ["recipe_sha256"] = RecipeHash,
            [Runs.Arithmetic.Key] = Arithmetic,
            [ChangesKey] = new JsonArray([.. Changes.Select(text => (JsonNode)text)])
        };

    /// <summary>As resolved.json had it; what was edited into something else is empty here.</summary>
    public static RunParent Of(JsonObject json) => new(
        $"{json["run"]}", json["step"] is JsonValue step && step.TryGetValue(out long updates) ? updates : 0, $"{json["recipe_sha256"]}",
        Runs.Arithmetic.Of(json),
        [.. (json[ChangesKey] as JsonArray ?? []).OfType<JsonValue>().Select(value => value.ToString())]);
}
