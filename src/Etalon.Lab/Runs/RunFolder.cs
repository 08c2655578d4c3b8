using System.Text.Json;
using System.Text.Json.Nodes;
using Etalon.Lab.Data;
using Etalon.Lab.Reports;
using Etalon.Lab.RunSpecs;

namespace Etalon.Lab.Runs;

/// <summary>
/// A run on disk: recipe.yaml as given, resolved.json (every default written out, absolute steps, versions, hashes), metrics.jsonl
/// (append-only), checkpoints and result.json. Whoever has one open is the only one to write to it.
/// </summary>
public sealed class RunFolder : IDisposable
{
    internal const string RecipeName = "recipe.yaml", ResolvedName = "resolved.json", MetricsName = "metrics.jsonl", ResultName = "result.json";

    private readonly RunLock _lock;

    private RunFolder(string path, RunLock held)
    {
        (Path, _lock) = (path, held);
        Checkpoints = new CheckpointFolder(path);
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The name of the run that a folder holds: that of the folder.</summary>
    internal static string NameOf(string path) => System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path)));

    internal string Recipe => In(RecipeName);

    internal string Resolved => In(ResolvedName);

    internal string Metrics => In(MetricsName);

    internal CheckpointFolder Checkpoints { get; }

    /// <summary>Makes the folder of a new run, ROOT/NAME, or ROOT/NAME-2 and so on where that exists.</summary>
    /// <param name="root">The folder of all runs; made where it is not there.</param>
    /// <param name="spec">The recipe.</param>
    /// <param name="data">The data, whose content hash is recorded.</param>
    /// <param name="parent">The run that it continues with changes; null for none.</param>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    internal static RunFolder Create(string root, RunSpec spec, DataSet data, RunParent? parent = null)
    {
        var folder = New(root, spec.Name);
        AtomicFile.Write(folder.Recipe, writer => writer.Write(spec.SourceText));
        AtomicFile.Write(folder.Resolved, writer => writer.WriteLine(Resolve(spec, data, parent).ToJsonString(RunResult.Json)));
        return folder;
    }

    /// <summary>Opens the folder of a run to go on with it; what an end in the middle of writing left behind is cleared away.</summary>
    /// <exception cref="InputException">It is not a run, or another process is writing to it.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    internal static RunFolder Open(string path)
    {
        if (!File.Exists(System.IO.Path.Combine(path, ResolvedName)))
            throw new InputException($"{path} is not a run: it has no {ResolvedName}; `etalon runs list` shows the runs there are");
        var held = RunLock.TryTake(path)
            ?? throw new InputException($"{path} is being trained by another process; wait for it, or stop it (Ctrl-C, or kill) and try again");
        foreach (string unfinished in Directory.EnumerateFiles(path, "*.tmp")) File.Delete(unfinished);
        return new RunFolder(path, held);
    }

    private static RunFolder New(string root, string name)
    {
        for (int i = 1; ; i++)
        {
            string path = System.IO.Path.Combine(root, i == 1 ? name : $"{name}-{i}");
            if (Directory.Exists(path)) continue;
            Directory.CreateDirectory(path);
            // Two processes may have made it at once; the lock decides, and the other one takes the next name.
            if (RunLock.TryTake(path) is not { } held) continue;
            if (!File.Exists(System.IO.Path.Combine(path, ResolvedName))) return new RunFolder(path, held);
            held.Dispose();
        }
    }

    /// <summary>Writes what became of the run.</summary>
    internal void Write(RunResult result) => AtomicFile.Write(In(ResultName), writer => writer.WriteLine(JsonSerializer.Serialize(result, RunResult.Json)));

    /// <summary>What became of the run when it ended last; null while it is unfinished, or where the file is damaged and must be written anew.</summary>
    internal static RunResult? ResultOf(string path)
    {
        try
        {
            return RunSummary.ReadResult(path);
        }
        catch (InputException)
        {
            return null;
        }
    }

    /// <summary>The run trains again, so what became of it is open.</summary>
    internal void Reopen() => File.Delete(In(ResultName));

    private string In(string name) => System.IO.Path.Combine(Path, name);

    private static JsonObject Resolve(RunSpec spec, DataSet data, RunParent? parent)
    {
        var json = new JsonObject
        {
            ["etalon"] = RunIdentity.ThisVersion,
            ["recipe_sha256"] = spec.Hash,
            ["data_sha256"] = data.ContentHash,
        };
        if (parent is not null) json["parent"] = new JsonObject { ["run"] = parent.Run, ["step"] = parent.Step, ["recipe_sha256"] = parent.RecipeHash };
        json["overrides"] = new JsonArray([.. spec.Overrides.Select(text => (JsonNode)text)]);
        json["recipe"] = RecipeWriter.ToJson(spec);
        return json;
    }

    /// <summary>Lets others write to the run.</summary>
    public void Dispose() => _lock.Dispose();
}
