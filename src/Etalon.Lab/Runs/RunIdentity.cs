using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Etalon.Engine;
using Etalon.Lab.Data;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Runs;

/// <summary>What decides a run's numbers beside its state, and so may not change until it ends.</summary>
/// <param name="Version">The version of etalon, for people: what decides the bits is the next.</param>
/// <param name="Arithmetic">The version of the arithmetic.</param>
/// <param name="Recipe">The hash of the recipe.</param>
/// <param name="Source">SHA-256 of the recipe's text as given.</param>
/// <param name="Data">The content hash of the data.</param>
/// <param name="Origin">SHA-256 of what it was forked from and of its overrides; null where an older etalon did not say it.</param>
internal sealed record RunIdentity(string Version, long Arithmetic, string Recipe, string Source, string Data, string? Origin)
{
    /// <summary>
    /// The origin's name in a checkpoint. It depends on where the parent's folder lay, so it is no part of what two runs have in common.
    /// </summary>
    public const string OriginKey = "origin_sha256";

    private const string OverridesKey = "overrides", VersionKey = "etalon", RecipeKey = "recipe_sha256", SourceKey = "source_sha256",
        DataKey = "data_sha256";

    /// <summary>The version of the engine at work.</summary>
    public static string ThisVersion { get; } = typeof(LossResult).Assembly.GetName().Version!.ToString(3);

    /// <summary>The identity of a recipe on data, trained now.</summary>
    /// <param name="read">The recipe.</param>
    /// <param name="data">The data.</param>
    /// <param name="parent">What it is forked from; null for none.</param>
    public static RunIdentity Of(ReadRecipe read, DataSet data, RunParent? parent) => new(
        ThisVersion, Runs.Arithmetic.Version, read.Recipe.Hash, HashOf(read.SourceText), data.ContentHash,
        OriginOf(parent?.ToJson(), new JsonArray([.. read.Overrides.Select(text => (JsonNode)text)])));

    /// <summary>The identity that a checkpoint says.</summary>
    public static RunIdentity Of(Checkpoint checkpoint) =>
        new(checkpoint.Text(VersionKey), Runs.Arithmetic.Of(checkpoint), checkpoint.Text(RecipeKey), checkpoint.Text(SourceKey),
            checkpoint.Text(DataKey), checkpoint.Metadata.GetValueOrDefault(OriginKey));

    /// <summary>
    /// The identity that resolved.json says, where there is no checkpoint to say it. The text of the recipe is not in it.
    /// </summary>
    public static RunIdentity Of(JsonObject resolved) =>
        new(Said(resolved, VersionKey), Runs.Arithmetic.Of(resolved), Said(resolved, RecipeKey), "", Said(resolved, DataKey),
            OriginOf(resolved[RunParent.Key], resolved[OverridesKey]));

    /// <summary>What resolved.json says otherwise than this, a sentence each. The recipe itself is not among it.</summary>
    public IEnumerable<string> DifferencesFrom(JsonObject resolved)
    {
        if (Said(resolved, RecipeKey) is var recipe && recipe != Recipe) yield return $"{RecipeKey} was {Recipe}, is {recipe}";
        if (Said(resolved, DataKey) is var data && data != Data) yield return $"{DataKey} was {Data}, is {data}";
        if (Origin is not null && Origin != OriginOf(resolved[RunParent.Key], resolved[OverridesKey]))
            yield return $"{RunParent.Key} or {OverridesKey} are not what they were";
    }

    /// <summary>The texts that say it in a checkpoint.</summary>
    public void Describe(IDictionary<string, string> metadata)
    {
        (metadata[VersionKey], metadata[RecipeKey], metadata[SourceKey], metadata[DataKey]) = (Version, Recipe, Source, Data);
        metadata[Runs.Arithmetic.Key] = Arithmetic.ToString(CultureInfo.InvariantCulture);
        if (Origin is not null) metadata[OriginKey] = Origin;
    }

    /// <summary>SHA-256 of a text.</summary>
    public static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string Said(JsonObject resolved, string key) => resolved[key] is JsonValue value ? $"{value}" : "not there";

    // Numbers and texts as JSON has them, whatever the order and spaces of the file.
    private static string OriginOf(JsonNode? parent, JsonNode? overrides) => HashOf(
        new JsonArray(
            [.. RunParent.Deciding.Select(key => (parent as JsonObject)?[key]?.DeepClone()), overrides?.DeepClone()]).ToJsonString());
}
