using System.Text;

namespace Etalon.Lab.Files;

/// <summary>A file that is being written beside its place. It goes when it is not kept: after an exception, and when the process is told
/// to end.</summary>
internal sealed class TemporaryFile : IDisposable
{
    // A name has at most 255 bytes; the number of the process needs some.
    private const int LongestName = 200;

    private readonly string _place;

    /// <summary>A name beside a place, which nothing has.</summary>
    public TemporaryFile(string place)
    {
        _place = place;
        string name = System.IO.Path.GetFileName(place);
        if (Encoding.UTF8.GetByteCount(name) > LongestName) name = "etalon";
        Path = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(place)!, $"{name}.{Environment.ProcessId}.tmp");
        AppDomain.CurrentDomain.ProcessExit += Remove;
    }

    /// <summary>Its path.</summary>
    public string Path { get; }

    /// <summary>Makes it.</summary>
    /// <param name="replaced">The file that it will replace, whose owner and mode it gets before there is anything in it to read.</param>
    public FileStream Create(FileNode? replaced)
    {
        // Left by a process of the same number that was killed, or laid here to have another file written.
        File.Delete(Path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (replaced is not null && !OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var stream = new FileStream(Path, options);
        replaced?.GiveTo(Path, stream.SafeFileHandle);
        return stream;
    }

    /// <summary>Puts it in its place, for good: names are part of their folder, which goes to the disk by itself.</summary>
    public void Keep()
    {
        File.Move(Path, _place, overwrite: true);
        Etalon.Lab.Files.DirectorySync.Flush(System.IO.Path.GetDirectoryName(_place)!);
    }

    private void Remove(object? sender, EventArgs e)
    {
        try
        {
            File.Delete(Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Where its folder is gone or closed there is nothing more to do, and something else was wrong first.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= Remove;
        Remove(null, EventArgs.Empty);
    }
}
