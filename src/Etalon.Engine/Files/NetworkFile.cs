using System.Numerics;
using System.Runtime.InteropServices;

namespace Etalon.Engine.Files;

/// <summary>The parameters and the state of a network as a safetensors file.</summary>
internal static class NetworkFile
{
    private const string FormatKey = "format", LayoutKey = "layout";

    // Where PyTorch's module counts batches; the engine has no use for it.
    private const string BatchCount = ".num_batches_tracked";

    private static readonly KeyValuePair<string, string>[] _etalon =
    [
        KeyValuePair.Create(FormatKey, "etalon-network 1"),
        KeyValuePair.Create(LayoutKey, "convolutions [ky][kx][in][out], linear layers [in][out] with in = [height][width][channel]"),
    ];

    private static readonly KeyValuePair<string, string>[] _pyTorch =
    [
        KeyValuePair.Create(FormatKey, "pt"),
        KeyValuePair.Create(LayoutKey, "convolutions [out][in][ky][kx], linear layers [out][in] with in = [channel][height][width]"),
    ];

    /// <summary>Where a file is written before it takes its place.</summary>
    /// <exception cref="DirectoryNotFoundException">Its folder is not there.</exception>
    public static string TemporaryOf(string path) =>
        Path.GetDirectoryName(Path.GetFullPath(path)) is not { } folder || Directory.Exists(folder) ? $"{path}.tmp"
            : throw new DirectoryNotFoundException($"{path}: there is no folder {folder}; create it before, by Directory.CreateDirectory");

    /// <summary>Writes all tensors in the order of their declaration.</summary>
    public static void Write<T>(Stream stream, IReadOnlyList<StoredParameter<T>> tensors, TensorLayout layout)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        stream.Write(SafetensorsHeader.Write(layout == TensorLayout.PyTorch ? _pyTorch : _etalon, Lay(tensors)));
        foreach (var tensor in tensors)
        {
            T[] numbers = new T[tensor.Length];
            tensor.CopyTo(numbers);
            stream.Write(MemoryMarshal.AsBytes(numbers.AsSpan()));
        }
    }

    /// <summary>The layout that a file states, where it is one that the engine writes.</summary>
    public static TensorLayout? LayoutOf(SafetensorsFile file)
    {
        bool States(KeyValuePair<string, string>[] texts) => texts.All(text => file.Metadata.GetValueOrDefault(text.Key) == text.Value);
        return States(_etalon) ? TensorLayout.Etalon : States(_pyTorch) ? TensorLayout.PyTorch : null;
    }

    /// <summary>Reads all tensors; nothing changes before all of them fit.</summary>
    /// <exception cref="InvalidDataException">The file has other tensors than the network; all differences are named.</exception>
    public static void Read<T>(SafetensorsFile file, IReadOnlyList<StoredParameter<T>> tensors)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var found = file.Entries.Where(entry => !entry.Name.EndsWith(BatchCount, StringComparison.Ordinal))
            .ToDictionary(entry => entry.Name);
        List<string> problems = [];
        var numbers = new List<T[]>();
        foreach (var due in Lay(tensors))
        {
            if (!found.Remove(due.Name, out var entry))
                problems.Add($"{file.Path}: has no tensor {due.ShownName}, {due.Form}, which the network has");
            else if (!entry.Shape.SequenceEqual(due.Shape) || entry.Type == SafetensorsType.I64)
                problems.Add($"{file.Path}: tensor {due.ShownName} is {entry.Form}, and {due.Form} in the network");
            else if (entry.Type == SafetensorsType.F64 && due.Type == SafetensorsType.F32)
                problems.Add($"{file.Path}: tensor {due.ShownName} is {entry.Form}, which float32 would round; load it into a "
                    + $"Network<double>");
            else numbers.Add(Numbers<T>(file, entry));
        }
        problems.AddRange(found.Values.Select(
            entry => $"{file.Path}: has a tensor {entry.ShownName}, {entry.Form}, which the network does not have"));
        if (problems.Count > 0) throw new InvalidDataException(string.Join('\n', problems));
        for (int i = 0; i < tensors.Count; i++) tensors[i].CopyFrom(numbers[i]);
    }

    private static T[] Numbers<T>(SafetensorsFile file, SafetensorsEntry entry) where T : unmanaged, IFloatingPointIeee754<T>
    {
        byte[] bytes = new byte[entry.End - entry.Begin];
        file.Read(entry, bytes);
        return entry.Type == SafetensorsType.F32
            ? Array.ConvertAll(MemoryMarshal.Cast<byte, float>(bytes).ToArray(), T.CreateTruncating)
            : Array.ConvertAll(MemoryMarshal.Cast<byte, double>(bytes).ToArray(), T.CreateTruncating);
    }

    private static List<SafetensorsEntry> Lay<T>(IReadOnlyList<StoredParameter<T>> tensors) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var type = typeof(T) == typeof(double) ? SafetensorsType.F64 : SafetensorsType.F32;
        var entries = new List<SafetensorsEntry>();
        long position = 0;
        foreach (var tensor in tensors)
        {
            long end = position + tensor.Length * SafetensorsEntry.SizeOf(type);
            entries.Add(new SafetensorsEntry(tensor.Name, type, tensor.Shape, position, end));
            position = end;
        }
        return entries;
    }
}
