namespace Etalon.Lab.Data;

/// <summary>
/// The right to download into a folder: an exclusively opened file, which the operating system frees when its holder ends, however it
/// ends. It goes with
/// its holder; one that a killed process left behind blocks nobody.
/// </summary>
internal sealed class DownloadLock : IDisposable
{
    internal const string Name = "download.lock";

    // What a held lock is told by: EWOULDBLOCK on Linux and macOS, ERROR_SHARING_VIOLATION on Windows. A full disk has another number.
    private static readonly int[] Held = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream _file;

    private DownloadLock(FileStream file) => _file = file;

    /// <summary>Takes the lock of a folder, or waits for it.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="waiting">Called once, if somebody else has it.</param>
    /// <param name="pause">The time between two looks.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public static async Task<DownloadLock> TakeAsync(string folder, Action waiting, TimeSpan pause, CancellationToken cancellation)
    {
        for (bool isTold = false; ; isTold = true)
        {
            if (TryTake(Path.Combine(folder, Name)) is { } taken) return taken;
            if (!isTold) waiting();
            await Task.Delay(pause, cancellation).ConfigureAwait(false);
        }
    }

    private static DownloadLock? TryTake(string path)
    {
        try
        {
            // .NET deletes the file before it frees the lock, and looks whether a file that it locked is still there.
            var file = new FileStream(
                path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
            return new DownloadLock(file);
        }
        catch (IOException exception) when (Held.Contains(exception.HResult))
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
