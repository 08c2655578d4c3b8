using System.Runtime.InteropServices;

namespace Etalon.Lab.Files;

/// <summary>
/// Makes a rename last: on Unix the name of a file is part of its folder, which reaches the disk by an fsync of its own (fsync(2)).
/// </summary>
internal static partial class DirectorySync
{
    // EBADF, EINVAL, EROFS, and ENOTSUP of Linux and macOS: a file system that cannot bring a folder to the disk; the file itself is there
    // by then.
    private static readonly int[] Unable = [9, 22, 30, 95, 45];

    /// <summary>
    /// Brings a folder's names to the disk; elsewhere than on Linux and macOS renames last by themselves, or .NET has no way to say so.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="IOException">The disk did not take them.</exception>
    public static void Flush(string folder)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS()) return;
        int handle = Open(folder, 0);
        if (handle < 0) throw new IOException($"{folder} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}");
        int failed = Sync(handle), error = Marshal.GetLastPInvokeError();
        _ = Close(handle);
        if (failed != 0 && !Unable.Contains(error))
            throw new IOException($"{folder} did not reach the disk: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    /// <summary>Makes a folder and those above it that are missing, on the disk too.</summary>
    public static void Create(string folder)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (Directory.Exists(full)) return;
        if (Path.GetDirectoryName(full) is not { } above) return;
        Create(above);
        Directory.CreateDirectory(full);
        Flush(above);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);
}
