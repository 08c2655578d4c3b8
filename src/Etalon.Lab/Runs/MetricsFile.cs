using System.Text;
using System.Text.Json;

namespace Etalon.Lab.Runs;

/// <summary>
/// Reads metrics.jsonl while a run may still be writing it; a last line that is not whole is left out. A missing file has no lines.
/// </summary>
internal static class MetricsFile
{
    private const int Tail = 1 << 16;

    /// <summary>The lines of a run's metrics, each a set of names and numbers; a value that is no number is NaN.</summary>
    /// <exception cref="InputException">A line is not a JSON object.</exception>
    public static IReadOnlyList<IReadOnlyDictionary<string, double>> Read(string path) => Read(path, _ => true);

    /// <summary>The lines that have a metric, in memory for those alone.</summary>
    /// <exception cref="InputException">A line, of these or of the others, is not a JSON object.</exception>
    public static IReadOnlyList<IReadOnlyDictionary<string, double>> With(string metric, string path) =>
        Read(path, line => line.Has(metric));

    /// <summary>The lines as they stand in the file, one at a time.</summary>
    /// <exception cref="InputException">A line is not a JSON object.</exception>
    public static IEnumerable<string> Lines(string path)
    {
        using var reader = MetricsReader.Open(path);
        while (reader?.Next() == true) yield return Encoding.UTF8.GetString(reader.Line);
    }

    /// <summary>The updates done by the last whole line, read from the end of the file; null where there is none.</summary>
    /// <exception cref="InputException">That line is not one of metrics.</exception>
    internal static long? UpdatesOf(string path)
    {
        if (!File.Exists(path)) return null;
        using var file = RunFile.Open(path);
        for (long length = Math.Min(Tail, file.Length); ; length = Math.Min(2 * length, file.Length))
        {
            byte[] tail = new byte[length];
            file.Position = file.Length - length;
            file.ReadExactly(tail);
            int end = tail.AsSpan().LastIndexOf((byte)'\n'), begin = end < 0 ? -1 : tail.AsSpan(0, end).LastIndexOf((byte)'\n') + 1;
            if (begin > 0 || length == file.Length) return end < 0 ? null : StepOf(tail.AsMemory(begin, end - begin), path) + 1;
        }
    }

    private static long StepOf(ReadOnlyMemory<byte> line, string path)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            long step = json.RootElement.GetProperty("step").GetInt64();
            return step is >= 0 and < long.MaxValue ? step : throw new FormatException("no update has this number");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException
            or FormatException)
        {
            throw new InputException(
                $"{path}: its last line is not a JSON object of metrics; was the file edited? Restore it or remove the line");
        }
    }

    private static List<Dictionary<string, double>> Read(string path, Predicate<MetricsReader> isWanted)
    {
        var lines = new List<Dictionary<string, double>>();
        using var reader = MetricsReader.Open(path);
        while (reader?.Next() == true)
            if (isWanted(reader)) lines.Add(reader.ToDictionary());
        return lines;
    }
}
