using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Etalon.Lab.Data;
using Etalon.Lab.Files;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Runs;

/// <summary>
/// A run on disk: recipe.yaml as given, resolved.json (every default written out, absolute steps, versions, hashes), metrics.jsonl
/// (append-only), checkpoints and result.json. An open RunFolder holds the write lock, but where it
/// follows another rank's.
/// </summary>
public sealed class RunFolder : IDisposable
{
    internal const string RecipeName = "recipe.yaml", ResolvedName = "resolved.json", MetricsName = "metrics.jsonl",
        ResultName = "result.json";

    // What AtomicFile leaves beside a file when its process is killed, and who took a dead holder's place beside that.
    private static readonly Regex Unfinished =
        new($@"^({Regex.Escape(RecipeName)}|{Regex.Escape(ResolvedName)}|{Regex.Escape(ResultName)})\.[0-9]+\.tmp$"
            + $@"|^{RunHolder.Name}\.[0-9a-f]{{32}}\.tmp$");

    private readonly RunLock? _held;

    private RunFolder(string path, RunLock? held)
    {
        (Path, _held) = (path, held);
        Checkpoints = new CheckpointFolder(path, held);
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The name of the run that a folder holds: that of the folder.</summary>
    internal static string NameOf(string path) =>
        System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path)));

    /// <summary>The resolved.json in a folder, by which it is a run.</summary>
    /// <exception cref="InputException">There is none.</exception>
    /// <exception cref="IOException">The folder cannot be looked into.</exception>
    internal static string ResolvedOf(string path)
    {
        string resolved = System.IO.Path.Combine(path, ResolvedName);
        return RunFile.IsThere(resolved)
            ? resolved
            : throw new InputException($"{path} is not a run: it has no {ResolvedName}; `etalon runs list` shows the runs there are");
    }

    internal string Recipe => In(RecipeName);

    internal string Resolved => In(ResolvedName);

    internal string Metrics => In(MetricsName);

    internal CheckpointFolder Checkpoints { get; }

    /// <summary>What makes the folder this process's own.</summary>
    /// <exception cref="InvalidOperationException">The folder is only read.</exception>
    internal RunLock Lock => _held ?? throw new InvalidOperationException($"{Path} is only read here");

    /// <summary>
    /// Makes the folder of a new run, ROOT/NAME, or ROOT/NAME-2 and so on where that exists. It has its name when recipe and first
    /// checkpoint are on the disk, not before: whatever ends the process or the machine, there is no run yet, or one that resumes.
    /// </summary>
    /// <param name="root">The folder of all runs; made where it is not there.</param>
    /// <param name="read">The recipe, whose text is kept.</param>
    /// <param name="data">The data, whose content hash is recorded.</param>
    /// <param name="keepFirst">Writes the checkpoint that the run begins with.</param>
    /// <param name="parent">The run that it continues with changes; null for none.</param>
    /// <param name="name">The name that it has and no other; null for the recipe's, with a number where that exists.</param>
    /// <exception cref="InputException">Something has <paramref name="name"/> already.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    internal static RunFolder Create(string root, ReadRecipe read, DataSet data, Action<CheckpointFolder> keepFirst,
        RunParent? parent = null, string? name = null)
    {
        using var unfinished = UnfinishedFolder.Make(root);
        string In(string name) => System.IO.Path.Combine(unfinished.Path, name);
        AtomicFile.Write(In(RecipeName), writer => writer.Write(read.SourceText));
        AtomicFile.Write(In(ResolvedName), writer => writer.WriteLine(Resolve(read, data, parent).ToJsonString(RunResult.Json)));
        AtomicFile.Write(In(MetricsName), _ => { });
        keepFirst(new CheckpointFolder(unfinished.Path, unfinished.Lock));
        return new RunFolder(name is null ? unfinished.MoveTo(read.Recipe.Name) : unfinished.MoveToExactly(name), unfinished.Lock);
    }

    /// <summary>Opens the folder of a run to continue it; nothing in it is changed yet.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="waiting">Is told where it waits for a holder on another host.</param>
    /// <param name="cancellation">Ends that wait.</param>
    /// <exception cref="InputException">It is not a run, or another process is writing to it.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    internal static RunFolder Open(string path, Action<string>? waiting = null, CancellationToken cancellation = default)
    {
        ResolvedOf(path);
        var held = RunLock.TryTake(path, waiting, cancellation)
            ?? throw new InputException(
            $"{path} is being trained by another process; wait for it, or stop it (Ctrl-C, or kill) and try again");
        return new RunFolder(path, held);
    }

    /// <summary>The folder of a run that another rank of this run opens to continue it: it is only read.</summary>
    /// <exception cref="InputException">It is not a run.</exception>
    internal static RunFolder Follow(string path)
    {
        ResolvedOf(path);
        return new RunFolder(path, held: null);
    }

    /// <summary>
    /// Clears away what an end in the middle of writing left behind, by the names that this class gives: others may lie there too.
    /// </summary>
    internal void Prepare()
    {
        Lock.Require();
        foreach (string path in Directory.EnumerateFiles(Path, "*.tmp"))
            if (Unfinished.IsMatch(System.IO.Path.GetFileName(path))) File.Delete(path);
        Checkpoints.Prepare();
    }

    /// <summary>Writes what became of the run.</summary>
    internal void Write(RunResult result)
    {
        Lock.Require();
        AtomicFile.Write(In(ResultName), writer => writer.WriteLine(JsonSerializer.Serialize(result, RunResult.Json)));
    }

    /// <summary>
    /// What became of the run when it ended last; null while it is unfinished, or where the file is damaged and must be written anew.
    /// </summary>
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
    internal void Reopen()
    {
        Lock.Require();
        File.Delete(In(ResultName));
    }

    /// <summary>
    /// Writes to resolved.json that the run continues from a step with the arithmetic at work, where that is another one.
    /// </summary>
    /// <param name="step">The updates done; 0 where the run begins anew.</param>
    /// <param name="was">The arithmetic that these were computed with.</param>
    internal void ChangeArithmetic(long step, long was)
    {
        if (was == Arithmetic.Version) return;
        Lock.Require();
        const string Changes = "arithmetic_changes";
        var resolved = ResolvedRecipe.Read(Path).Resolved;
        // One that led to no checkpoint is made anew.
        var earlier =
            (resolved[Changes] as JsonArray ?? []).Where(change => (long?)change?["step"] < step).Select(change => change?.DeepClone());
        if (step == 0) resolved[Arithmetic.Key] = Arithmetic.Version;
        else resolved[Changes] = new JsonArray([.. earlier, new JsonObject { ["step"] = step, [Arithmetic.Key] = Arithmetic.Version }]);
        AtomicFile.Write(Resolved, writer => writer.WriteLine(resolved.ToJsonString(RunResult.Json)));
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);

    private static JsonObject Resolve(ReadRecipe read, DataSet data, RunParent? parent)
    {
        var json = new JsonObject
        {
            ["etalon"] = RunIdentity.ThisVersion,
            [Arithmetic.Key] = Arithmetic.Version,
            ["recipe_sha256"] = read.Recipe.Hash,
            ["data_sha256"] = data.ContentHash,
        };
        if (parent is not null) json[RunParent.Key] = parent.ToJson();
        json["overrides"] = new JsonArray([.. read.Overrides.Select(text => (JsonNode)text)]);
        json["recipe"] = RecipeWriter.ToJson(read.Recipe);
        return json;
    }

    /// <summary>Lets others write to the run.</summary>
    public void Dispose() => _held?.Dispose();
}
