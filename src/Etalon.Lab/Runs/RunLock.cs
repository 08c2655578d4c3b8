namespace Etalon.Lab.Runs;

/// <summary>
/// The right to write to a run: an exclusively opened file, which the operating system frees when its holder ends, however it ends. The
/// file itself stays; that it is there means nothing.
/// </summary>
internal sealed class RunLock : IDisposable
{
    internal const string Name = "lock";
    private readonly FileStream _file;

    private RunLock(FileStream file) => _file = file;

    /// <summary>The lock of a run, or null while another process holds it.</summary>
    /// <param name="run">The run's folder.</param>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public static RunLock? TryTake(string run)
    {
        string path = Path.Combine(run, Name);
        try
        {
            return new RunLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
        }
        // A held lock is a plain IOException; that the folder is gone or the disk is full is told by a class or a number of its own.
        catch (IOException exception) when (exception.GetType() == typeof(IOException) && File.Exists(path))
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
