using System.Collections.Immutable;
using System.Globalization;
using Etalon.Engine;

namespace Etalon.Lab.Runs;

/// <summary>
/// A run's state after some updates, on disk: weights, running statistics and frozen weights under their names in the network, the
/// optimizer's slots as SLOT/NAME (velocity/NAME for SGD) and its own numbers in float64, and everything else as texts in the metadata.
/// Checked when it is opened.
/// </summary>
internal sealed class Checkpoint : IDisposable
{
    public const string FormatKey = "format", StepKey = "step", Format = "etalon-checkpoint-1";

    private readonly SafetensorsFile _file;

    private Checkpoint(SafetensorsFile file)
    {
        _file = file;
        CheckpointSeal.Verify(file);
        if (Text(FormatKey) != Format)
            throw new InputException($"{file.Path}: is of format {SafetensorsHeader.Shown(Text(FormatKey))}; this etalon reads {Format}");
        Step = Integer(StepKey);
    }

    /// <summary>The file.</summary>
    public string Path => _file.Path;

    /// <summary>The updates done.</summary>
    public long Step { get; }

    /// <summary>The texts, all of them.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _file.Metadata;

    /// <summary>Bytes of all tensors.</summary>
    public long TensorBytes => _file.Entries.Count == 0 ? 0 : _file.Entries[^1].End;

    /// <summary>Opens a checkpoint and checks every byte of it.</summary>
    /// <exception cref="InputException">It is damaged, or no checkpoint.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static Checkpoint Open(string path) => Of(CheckpointTensors.Open(path));

    /// <summary>The same of a file that is held open, whatever its folder says by now.</summary>
    public static Checkpoint Of(FileStream file) => Of(CheckpointTensors.Of(file));

    private static Checkpoint Of(SafetensorsFile file)
    {
        try
        {
            return new Checkpoint(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>A text of the metadata.</summary>
    /// <exception cref="InputException">There is none of that name.</exception>
    public string Text(string key) =>
        Metadata.TryGetValue(key, out var text)
            ? text : throw new InputException($"{Path}: its metadata has no {key}; it is not a checkpoint of this etalon");

    /// <summary>A whole number of the metadata, never negative.</summary>
    public long Integer(string key) => Whole(Text(key)) ?? throw Wrong(key, "a whole number");

    /// <summary>A whole number of the metadata of at most 2^31 - 1, never negative.</summary>
    public int Count(string key) =>
        Integer(key) is var count and <= int.MaxValue ? (int)count : throw Wrong(key, "a whole number below 2^31");

    /// <summary>Whole numbers of the metadata, never negative, with a space between them.</summary>
    public ImmutableArray<long> Integers(string key) =>
        [.. Text(key).Split(' ').Select(word => Whole(word) ?? throw Wrong(key, "a list of whole numbers"))];

    /// <summary>A number of the metadata, to the bit as it was written.</summary>
    /// <remarks>
    /// Earlier versions wrote the decimal and the minus sign of the machine's culture: 1,5 or −1.5. No number has separators of thousands,
    /// so such a sign says what it was.
    /// </remarks>
    public double Number(string key) => Finite(Text(key).Replace(',', '.').Replace('\u2212', '-')) ?? throw Wrong(key, "a finite number");

    /// <summary>Numbers of the metadata with a space between them, to the bit as they were written.</summary>
    public ImmutableArray<double> Numbers(string key) =>
        [.. Text(key).Split(' ').Select(word => Finite(word) ?? throw Wrong(key, "a list of finite numbers"))];

    /// <summary>A number of the metadata that need not be there.</summary>
    public double? OptionalNumber(string key) => Metadata.ContainsKey(key) ? Number(key) : null;

    /// <summary>Reads all tensors into their places.</summary>
    /// <exception cref="InputException">The file holds others.</exception>
    public void Restore(IReadOnlyList<StoredTensor> tensors) => Snapshot.Restore(tensors, _file);

    private static double? Finite(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) ? value : null;

    private static long? Whole(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : null;

    private InputException Wrong(string key, string rule) =>
        new($"{Path}: {key} is {SafetensorsHeader.Shown(Text(key))}, but must be {rule}; was the file edited?");

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
