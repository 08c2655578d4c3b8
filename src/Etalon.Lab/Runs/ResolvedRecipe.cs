using System.Text.Json;
using System.Text.Json.Nodes;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Runs;

/// <summary>The recipe that a run wrote into its resolved.json.</summary>
internal sealed class ResolvedRecipe
{
    private readonly string _path;

    private ResolvedRecipe(string path, JsonObject json)
    {
        if (json["recipe"] is not JsonObject recipe) throw new InputException($"{path}: has no recipe; was the file edited?");
        (_path, Resolved) = (path, json);
        Overrides = [.. (json["overrides"] as JsonArray ?? []).OfType<JsonValue>().Select(value => value.ToString())];
        var read = RecipeReader.ReadWritten(recipe.ToJsonString(), path, []);
        (Recipe, Text, Warnings) = (read.Recipe, read.SourceText, read.Warnings);
        if (Recipe.Data is null) throw new InputException($"{path}: its recipe names no data; was the file edited?");
    }

    /// <summary>All of resolved.json.</summary>
    public JsonObject Resolved { get; }

    /// <summary>The recipe, every duration in updates.</summary>
    public Recipe Recipe { get; }

    /// <summary>Its text in resolved.json.</summary>
    public string Text { get; }

    /// <summary>What is allowed in it but probably not meant.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>The overrides with which it was made from the recipe as given.</summary>
    public IReadOnlyList<string> Overrides { get; }

    /// <summary>What the run was forked from; null for none.</summary>
    public RunParent? Parent => Resolved[RunParent.Key] is JsonObject parent ? RunParent.Of(parent) : null;

    /// <summary>The recipe of a run.</summary>
    /// <param name="run">The run's folder.</param>
    /// <exception cref="InputException">The folder is no run, or the file was damaged.</exception>
    public static ResolvedRecipe Read(string run)
    {
        string path = RunFolder.ResolvedOf(run);
        var json = RunFile.Object(path);
        try
        {
            return new ResolvedRecipe(path, json);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new InputException($"{path}: is not what a run writes ({exception.Message}); was the file edited?");
        }
    }
}
