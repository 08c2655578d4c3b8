namespace Etalon.Lab.Benchmarks;

/// <summary>The caches of the first core, as Linux tells them.</summary>
internal static class ProcessorCaches
{
    private const string Folder = "/sys/devices/system/cpu/cpu0/cache";

    /// <summary>
    /// Such as "L1 48 kB", "L2 1024 kB", "L3 32768 kB": data caches from the smallest on; empty where the system does not say.
    /// </summary>
    public static IReadOnlyList<string> Read()
    {
        if (!Directory.Exists(Folder)) return [];
        return
        [
            .. from cache in Directory.EnumerateDirectories(Folder, "index*").Order(StringComparer.Ordinal)
               where ReadText(cache, "type") is not "Instruction"
               let size = ReadText(cache, "size")
               where size.EndsWith('K')
               select $"L{ReadText(cache, "level")} {size[..^1]} kB"
        ];
    }

    private static string ReadText(string folder, string name)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, name)).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
