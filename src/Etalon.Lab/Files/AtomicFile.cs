using Microsoft.Win32.SafeHandles;

namespace Etalon.Lab.Files;

/// <summary>
/// Writes outputs. A regular file is whole or not there: written beside its place under another name, flushed, renamed over it, and its
/// folder flushed; it
/// keeps its mode, and its owner where the process may give files away. Links are followed and stay. What is no regular file is written in
/// place.
/// </summary>
internal static class AtomicFile
{
    // EPIPE, on Linux and macOS.
    private const int BrokenPipe = 32;

    /// <summary>Writes a text in UTF-8, with line feeds. If <paramref name="write"/> throws, what was there before is untouched.</summary>
    /// <param name="path">The file; its folder is made when it is not there.</param>
    /// <param name="write">Writes the text.</param>
    /// <exception cref="InputException">No file can be written there.</exception>
    /// <exception cref="IOException">Writing failed.</exception>
    public static void Write(string path, Action<TextWriter> write) => Write(OutputPath.Of(path), write);

    /// <inheritdoc cref="Write(string, Action{TextWriter})"/>
    public static void Write(OutputPath path, Action<TextWriter> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        WriteBytes(path, stream =>
        {
            using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
            write(writer);
        });
    }

    /// <summary>Writes bytes. If <paramref name="write"/> throws, what was there before is untouched.</summary>
    /// <param name="path">The file; its folder is made when it is not there.</param>
    /// <param name="write">Writes the bytes.</param>
    /// <exception cref="InputException">No file may be written there.</exception>
    /// <exception cref="IOException">Writing failed.</exception>
    public static void WriteBytes(OutputPath path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(write);
        try
        {
            if (path.IsReplaced(out var replaced))
            {
                MakeFolderOf(path);
                Replace(path.Place, replaced, write);
            }
            else WriteInPlace(path, write);
        }
        catch (UnauthorizedAccessException)
        {
            throw new InputException($"{path.Name}: may not be written there; change the mode of its folder, or give a file elsewhere");
        }
        catch (IOException exception)
        {
            throw new IOException($"{path.Name} could not be written: {exception.Message}", exception);
        }
    }

    // That a folder cannot be made there is the user's to mend, as a missing permission is.
    private static void MakeFolderOf(OutputPath path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path.Place)!);
        }
        catch (IOException exception)
        {
            throw new InputException(
                $"{path.Name}: its folder cannot be made ({exception.Message.TrimEnd('.')}); give a file in another folder");
        }
    }

    private static void Replace(string place, FileNode? replaced, Action<Stream> write)
    {
        using var temporary = new TemporaryFile(place);
        using (var stream = temporary.Create(replaced))
        {
            write(stream);
            stream.Flush(flushToDisk: true);
        }
        temporary.Keep();
    }

    private static void WriteInPlace(OutputPath path, Action<Stream> write)
    {
        try
        {
            using var stream = path.Descriptor is { } descriptor
                ? new FileStream(new SafeFileHandle(descriptor, ownsHandle: false), FileAccess.Write)
                : new FileStream(path.Place, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            write(stream);
        }
        catch (IOException exception) when (exception.HResult == BrokenPipe)
        {
            // Who reads the pipe has had enough, as `head` has: that is no failure.
        }
    }
}
