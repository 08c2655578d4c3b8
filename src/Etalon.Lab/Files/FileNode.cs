using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Etalon.Lab.Files;

/// <summary>A file apart from its names: device and inode tell which one it is, however its path is spelled and through whatever links
/// (stat(2)).</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Device">The device that it is on.</param>
/// <param name="Inode">Its number there.</param>
/// <param name="Owner">Whose it is.</param>
/// <param name="Group">Its group.</param>
/// <param name="Mode">Who may do what with it.</param>
internal readonly partial record struct FileNode(FileKind Kind, long Device, long Inode, uint Owner, uint Group, UnixFileMode Mode)
{
    private const int KindBits = 0xF000, Folder = 0x4000, Regular = 0x8000, Characters = 0x2000, Blocks = 0x6000, Permissions = 0xFFF;
    private const uint NoChange = uint.MaxValue;
    private const int GetDescriptorFlags = 1, MayWrite = 2, MaySearch = 1;

    /// <summary>The file at a path, links followed; null where nothing is, and on Windows, which has no such numbers.</summary>
    public static FileNode? TryOf(string path) =>
        OperatingSystem.IsWindows() || Stat(path, out var status) != 0 ? null : Of(status);

    /// <summary>The file behind an open file; null where none is open, and on Windows.</summary>
    public static FileNode? TryOf(SafeFileHandle handle) =>
        OperatingSystem.IsWindows() || StatOpen(handle, out var status) != 0 ? null : Of(status);

    /// <summary>Whether two names have one file.</summary>
    public bool IsSame(FileNode? other) => other is { } node && (Device, Inode) == (node.Device, node.Inode);

    /// <summary>Whether this process may write to a file, or make files in a folder.</summary>
    public static bool IsWritable(string path, FileKind kind) =>
        OperatingSystem.IsWindows() || Access(path, kind == FileKind.Folder ? MayWrite | MaySearch : MayWrite) == 0;

    /// <summary>The flags of an open file (fcntl(2), F_GETFD): 1 where it is closed at exec; negative where none is open.</summary>
    public static int DescriptorFlags(int descriptor) => Control(descriptor, GetDescriptorFlags);

    /// <summary>Gives a new file owner, group and mode of the one that it will replace, as far as this process may.</summary>
    public void GiveTo(string path, SafeFileHandle file)
    {
        if (OperatingSystem.IsWindows()) return;
        if (TryOf(file) is not { } made) return;
        if ((made.Owner, made.Group) != (Owner, Group) && Own(path, Owner, Group) != 0) _ = Own(path, NoChange, Group);
        // After the owner: a change of owner takes bits from the mode.
        File.SetUnixFileMode(file, Mode);
    }

    private static FileNode Of(in Status status) => new(
        (status.Mode & KindBits) switch
        {
            Regular => FileKind.Regular,
            Folder => FileKind.Folder,
            Characters or Blocks => FileKind.Device,
            _ => FileKind.Pipe,
        },
        status.Device, status.Inode, status.Owner, status.Group, (UnixFileMode)(status.Mode & Permissions));

    // The layout of stat differs from system to system; .NET's own shim has one for all.
    [StructLayout(LayoutKind.Sequential)]
    private struct Status
    {
        public int Flags, Mode;
        public uint Owner, Group;
        public long Size;
        public long AccessTime, AccessNanoseconds, WriteTime, WriteNanoseconds, ChangeTime, ChangeNanoseconds, BirthTime, BirthNanoseconds;
        public long Device, DeviceItIs, Inode;
        public uint UserFlags;
    }

    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_Stat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(string path, out Status status);

    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_FStat")]
    private static partial int StatOpen(SafeFileHandle file, out Status status);

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "chown", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Own(string path, uint owner, uint group);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command);
}

/// <summary>What stands at a path, as far as writing to it goes.</summary>
internal enum FileKind
{
    /// <summary>A file with contents of its own, which can be replaced.</summary>
    Regular,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A device, as a terminal or /dev/null.</summary>
    Device,

    /// <summary>A pipe with a name, a socket, or what else passes on what is written to it.</summary>
    Pipe,
}
