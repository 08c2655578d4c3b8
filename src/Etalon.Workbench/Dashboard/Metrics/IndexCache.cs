using System.Security.Cryptography;
using Etalon.Lab;

namespace Etalon.Workbench.Dashboard;

/// <summary>
/// Indexes of long metrics in the user's cache folder, so that a server that starts again reads no long file twice. They are made anew
/// where they are missing or damaged, and the oldest go when all together are too large.
/// </summary>
/// <param name="folder">The folder; null for none.</param>
internal sealed class IndexCache(string? folder)
{
    /// <summary>All indexes together, in bytes.</summary>
    public const long MostBytes = 1L << 30;

    // Shorter files are read faster than their index is found.
    private const long ShortestFile = 8 << 20;

    private const string Suffix = ".index", Magic = "etalon-index-1";

    /// <summary>$XDG_CACHE_HOME/etalon/serve, or ~/.cache/etalon/serve; null where there is no such place.</summary>
    public static string? UsualFolder
    {
        get
        {
            string? named = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            if (string.IsNullOrEmpty(named))
            {
                string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
                named = home.Length == 0 ? null : Path.Combine(home, ".cache");
            }
            return named is not null && Path.IsPathRooted(named) ? Path.Combine(named, "etalon", "serve") : null;
        }
    }

    /// <summary>The index of a run's metrics as it was kept; a new one where there is none.</summary>
    public MetricsIndex Load(string path)
    {
        try
        {
            if (PlaceOf(path) is not { } place || !File.Exists(place)) return new MetricsIndex(path);
            byte[] bytes = File.ReadAllBytes(place);
            if (bytes.Length < SHA256.HashSizeInBytes) return new MetricsIndex(path);
            var content = bytes.AsSpan(SHA256.HashSizeInBytes);
            if (!SHA256.HashData(content).AsSpan().SequenceEqual(bytes.AsSpan(0, SHA256.HashSizeInBytes))) return new MetricsIndex(path);
            using var reader = new BinaryReader(new MemoryStream(bytes, SHA256.HashSizeInBytes, content.Length));
            if (reader.ReadString() != Magic) return new MetricsIndex(path);
            File.SetLastWriteTimeUtc(place, DateTime.UtcNow);
            return MetricsIndex.Read(path, reader);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InputException or FormatException)
        {
            return new MetricsIndex(path);
        }
    }

    /// <summary>Keeps an index where that pays: of a long file, of which a quarter or more is new.</summary>
    public void Keep(string path, MetricsIndex index)
    {
        if (index.Bytes < ShortestFile || index.Bytes < index.KeptBytes + index.KeptBytes / 4) return;
        try
        {
            if (PlaceOf(path) is not { } place) return;
            var content = new MemoryStream();
            using (var writer = new BinaryWriter(content, System.Text.Encoding.UTF8, leaveOpen: true))
            {
                writer.Write(Magic);
                index.Write(writer);
            }
            Make(folder!);
            string unfinished = $"{place}.{Environment.ProcessId}.tmp";
            using (var file = File.Create(unfinished))
            {
                file.Write(SHA256.HashData(content.GetBuffer().AsSpan(0, (int)content.Length)));
                file.Write(content.GetBuffer().AsSpan(0, (int)content.Length));
            }
            File.Move(unfinished, place, overwrite: true);
            Bound();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InputException)
        {
            // A cache that cannot be written costs time, and nothing else.
        }
    }

    private string? PlaceOf(string path) =>
        folder is null || MetricsIndex.KeyOf(path) is not { } key ? null : Path.Combine(folder, key + Suffix);

    // For this user alone: names of metrics and losses are his.
    private static void Make(string folder)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private void Bound()
    {
        var kept = new DirectoryInfo(folder!).EnumerateFiles($"*{Suffix}*").OrderByDescending(file => file.LastWriteTimeUtc).ToList();
        long bytes = 0;
        foreach (var file in kept)
        {
            bytes += file.Length;
            if (bytes > MostBytes) file.Delete();
        }
    }
}
