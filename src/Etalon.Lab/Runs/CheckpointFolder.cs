using System.Globalization;
using Etalon.Lab.Files;

namespace Etalon.Lab.Runs;

/// <summary>
/// The checkpoints of a run: checkpoints/step-N.safetensors holds its state after N updates. A file is whole or not there; the last two,
/// the best and, where the recipe says so, the ends of stages are kept.
/// </summary>
internal sealed class CheckpointFolder(string run, RunLock? held = null)
{
    /// <summary>The name of the folder.</summary>
    internal const string Name = "checkpoints";

    private const string Prefix = "step-", Suffix = ".safetensors", Unfinished = ".tmp";

    /// <summary>How many of the last are kept.</summary>
    private const int Last = 2;

    private readonly HashSet<long> _written = [];
    private long _from = long.MaxValue;

    /// <summary>The folder.</summary>
    public string Path { get; } = System.IO.Path.Combine(run, Name);

    /// <summary>The file of a checkpoint.</summary>
    public string PathOf(long step) => System.IO.Path.Combine(Path, $"{Prefix}{step}{Suffix}");

    /// <summary>The updates after which there is a checkpoint, the last first.</summary>
    public IReadOnlyList<long> Steps() => !Directory.Exists(Path)
        ? []
        : [.. Directory.EnumerateFiles(Path, $"{Prefix}*{Suffix}").Select(StepOf).OfType<long>().OrderDescending()];

    /// <summary>Makes the folder, and clears away what a process that was killed had begun to write, by its name.</summary>
    public void Prepare()
    {
        held?.Require();
        Directory.CreateDirectory(Path);
        held?.Hold(Name);
        foreach (string path in Directory.EnumerateFiles(Path, $"{Prefix}*{Suffix}{Unfinished}"))
            if (StepOf(path[..^Unfinished.Length]) is not null) File.Delete(path);
    }

    /// <summary>
    /// Continues from a checkpoint: what lies behind it was passed over, and is no longer kept once there are later ones; what a kill left
    /// of earlier ones goes.
    /// </summary>
    /// <param name="step">The updates done there.</param>
    /// <param name="spared">The earlier checkpoints that stay besides the last ones.</param>
    public void ContinueFrom(long step, IReadOnlyCollection<long> spared)
    {
        _from = step;
        Clear(step, spared);
    }

    /// <summary>Writes a checkpoint: beside its place, to the disk, then renamed; last, what is no longer kept is deleted.</summary>
    /// <param name="step">The updates done.</param>
    /// <param name="spared">The earlier checkpoints that stay besides the last ones: the best, the ends of stages.</param>
    /// <param name="header">The file's header.</param>
    /// <param name="tensors">The rest of the file.</param>
    public void Write(long step, IReadOnlyCollection<long> spared, ReadOnlySpan<byte> header, ReadOnlySpan<byte> tensors)
    {
        string path = PathOf(step), temporary = path + Unfinished;
        held?.Require();
        try
        {
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                file.Write(header);
                file.Write(tensors);
                file.Flush(flushToDisk: true);
            }
            held?.Require();
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            // On a full disk the unfinished file takes the room that is missing.
            if (held?.IsInPlace != false && File.Exists(temporary)) File.Delete(temporary);
            throw;
        }
        DirectorySync.Flush(Path);
        _written.Add(step);
        Clear(step, spared);
    }

    private void Clear(long step, IReadOnlyCollection<long> spared)
    {
        var steps = Steps().Where(other => other <= step).ToLookup(other => other <= _from || _written.Contains(other));
        foreach (long old in steps[false].Concat(steps[true].Skip(Last).Except(spared)))
        {
            held?.Require();
            File.Delete(PathOf(old));
        }
    }

    private static long? StepOf(string path)
    {
        string digits = System.IO.Path.GetFileName(path)[Prefix.Length..^Suffix.Length];
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long step) && digits == $"{step}" ? step : null;
    }
}
