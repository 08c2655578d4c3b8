using System.Text.Json;
using System.Text.Json.Nodes;
using Etalon.Lab.Data;
using Etalon.Lab.Reports;
using Etalon.Lab.RunSpecs;

namespace Etalon.Lab.Runs;

/// <summary>
/// A run on disk: recipe.yaml as given, resolved.json (every default written out, absolute steps, versions, hashes), metrics.jsonl
/// (append-only) and result.json.
/// </summary>
public sealed class RunFolder
{
    internal const string RecipeName = "recipe.yaml", ResolvedName = "resolved.json", MetricsName = "metrics.jsonl", ResultName = "result.json";

    private RunFolder(string path) => Path = path;

    /// <summary>The folder.</summary>
    public string Path { get; }

    internal string Metrics => System.IO.Path.Combine(Path, MetricsName);

    /// <summary>Makes the folder of a new run, ROOT/NAME, or ROOT/NAME-2 and so on where that exists.</summary>
    /// <param name="root">The folder of all runs; made where it is not there.</param>
    /// <param name="spec">The recipe.</param>
    /// <param name="data">The data, whose content hash is recorded.</param>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static RunFolder Create(string root, RunSpec spec, DataSet data)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(data);
        string path = System.IO.Path.Combine(root, spec.Name);
        for (int i = 2; Directory.Exists(path); i++) path = System.IO.Path.Combine(root, $"{spec.Name}-{i}");
        Directory.CreateDirectory(path);
        var folder = new RunFolder(path);
        AtomicFile.Write(folder.In(RecipeName), writer => writer.Write(spec.SourceText));
        AtomicFile.Write(folder.In(ResolvedName), writer => writer.WriteLine(Resolved(spec, data).ToJsonString(RunResult.Json)));
        return folder;
    }

    /// <summary>Writes what became of the run.</summary>
    public void Write(RunResult result) => AtomicFile.Write(In(ResultName), writer => writer.WriteLine(JsonSerializer.Serialize(result, RunResult.Json)));

    private string In(string name) => System.IO.Path.Combine(Path, name);

    private static JsonObject Resolved(RunSpec spec, DataSet data) => new()
    {
        ["etalon"] = typeof(RunFolder).Assembly.GetName().Version?.ToString(3),
        ["recipe_sha256"] = spec.Hash,
        ["data_sha256"] = data.ContentHash,
        ["overrides"] = new JsonArray([.. spec.Overrides.Select(text => (JsonNode)text)]),
        ["recipe"] = RecipeWriter.ToJson(spec),
    };
}
