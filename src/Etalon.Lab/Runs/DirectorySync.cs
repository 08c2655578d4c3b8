using System.Runtime.InteropServices;

namespace Etalon.Lab.Runs;

/// <summary>
/// Makes a rename last: on Unix the name of a file is part of its folder, which reaches the disk by an fsync of its own (fsync(2)).
/// </summary>
internal static partial class DirectorySync
{
    /// <summary>Brings a folder's names to the disk; elsewhere than on Linux and macOS renames last by themselves, or .NET has no way to say so.</summary>
    /// <param name="folder">The folder.</param>
    public static void Flush(string folder)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS()) return;
        int handle = Open(folder, 0);
        if (handle < 0) throw new IOException($"{folder} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}");
        // Some network file systems refuse to sync a folder; the file itself is on the disk by then.
        _ = Sync(handle);
        _ = Close(handle);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Sync(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);
}
