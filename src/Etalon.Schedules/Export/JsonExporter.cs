using System.Text.Json;
using System.Text.Json.Nodes;

namespace Etalon.Schedules.Export;

/// <summary>A recipe as JSON: its name, its hash, Etalon's version, and the recipe itself, which <see cref="Recipe.FromJson"/> reads.</summary>
/// <example>
/// <code>
/// var recipe = new Recipe(new Linear(1, 0, length: 2), new Constant(5e-4), new Constant(0.9), totalSteps: 2);
/// using var text = new StringWriter();
/// JsonExporter.Write(recipe, "two updates", text);
/// Console.WriteLine(text.ToString().Contains("\"name\": \"two updates\"")); // True
/// </code>
/// </example>
public static class JsonExporter
{
    private static readonly JsonSerializerOptions _indented = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>Writes the object.</summary>
    /// <param name="recipe">What it holds.</param>
    /// <param name="name">The recipe's name.</param>
    /// <param name="writer">Where to.</param>
    public static void Write(Recipe recipe, string name, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(writer);
        var export = new JsonObject
        {
            ["name"] = name,
            ["recipe_hash"] = recipe.ContentHash(),
            ["etalon_version"] = ExportSource.Version,
            ["recipe"] = JsonNode.Parse(recipe.ToJson()),
        };
        writer.Write(export.ToJsonString(_indented));
        writer.Write('\n');
    }
}
