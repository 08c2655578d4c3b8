using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Win32.SafeHandles;

namespace Etalon.Lab.Files;

/// <summary>
/// Where an output goes: the place that its name leads to when all links are followed, and what stands there. A regular file, or nothing,
/// is replaced as
/// a whole; devices, pipes and open file descriptors (/dev/stdout, /dev/fd/N, and <c>-</c> for standard output) are written to as they are.
/// </summary>
internal sealed partial class OutputPath
{
    /// <summary>The name that stands for standard output.</summary>
    public const string Dash = "-";

    // As many as Linux follows (path_resolution(7)).
    private const int MostLinks = 40;

    private readonly FileNode? _node;

    private OutputPath(string name, string place, int? descriptor)
    {
        (Name, Place, Descriptor) = (name, place, descriptor);
        _node = Look();
    }

    /// <summary>The name as it was given.</summary>
    public string Name { get; }

    /// <summary>Whether it is standard output.</summary>
    public bool IsStandardOutput => Descriptor == 1;

    /// <summary>The path without links.</summary>
    internal string Place { get; }

    /// <summary>The open file that it names; null where it names a path.</summary>
    internal int? Descriptor { get; }

    /// <summary>Looks at where a name leads, before anything is computed for it.</summary>
    /// <param name="name">The name of a file.</param>
    /// <exception cref="InputException">No file can be written there.</exception>
    public static OutputPath Of(string name)
    {
        if (string.IsNullOrWhiteSpace(name))
            throw new InputException("the name of a file to write is empty; give one such as result.svg");
        if (name == Dash) return new OutputPath(name, name, descriptor: 1);
        CurrentFolder.Require(name);
        if (Directory.Exists(name) || Path.EndsInDirectorySeparator(name))
            throw new InputException($"{name}: is a folder; give the name of a file in it");
        var path = Follow(name);
        path.Check();
        return path;
    }

    /// <summary>Whether two outputs would be one. Devices are nobody's: any number of outputs may go to /dev/null.</summary>
    public bool IsSame(OutputPath other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (IsStandardOutput && other.IsStandardOutput) return true;
        return _node?.Kind != FileKind.Device && (Place == other.Place || (_node?.IsSame(other._node) ?? false));
    }

    /// <summary>Whether writing to it would destroy an input: the same file, whatever its names, or one in an input's folder.</summary>
    public bool Destroys(InputFile input)
    {
        ArgumentNullException.ThrowIfNull(input);
        string read = Follow(input.Path).Place;
        string folder = Path.TrimEndingDirectorySeparator(read) + Path.DirectorySeparatorChar;
        if (Place == read || Place.StartsWith(folder, StringComparison.Ordinal)) return true;
        if (_node is not { Kind: FileKind.Regular } node) return false;
        return Directory.Exists(read)
            ? Directory.EnumerateFiles(read, "*", SearchOption.AllDirectories).Any(file => node.IsSame(FileNode.TryOf(file)))
            : node.IsSame(FileNode.TryOf(read));
    }

    /// <summary>The bytes that its disk has room for; null where it goes to none.</summary>
    public long? FreeBytes() => IsReplaced(out _) ? new DriveInfo(Ancestor()).AvailableFreeSpace : null;

    /// <summary>Whether the output takes the place of a file, or of nothing, rather than being written to what is there.</summary>
    /// <param name="replaced">The file whose place it takes.</param>
    internal bool IsReplaced(out FileNode? replaced)
    {
        replaced = Look();
        return Descriptor is null && !IsOfAnotherProcess() && replaced is null or { Kind: FileKind.Regular };
    }

    private FileNode? Look()
    {
        if (Descriptor is not { } descriptor) return FileNode.TryOf(Place);
        using var open = new SafeFileHandle(descriptor, ownsHandle: false);
        return OpenFiles.IsInherited(descriptor) ? FileNode.TryOf(open) : null;
    }

    private void Check()
    {
        if (Descriptor is { } descriptor)
        {
            if (_node is null && !OperatingSystem.IsWindows())
                throw new InputException($"{Name}: no file is open under the number {descriptor}; give the name of a file");
            return;
        }
        if (_node is { Kind: FileKind.Folder }) throw new InputException($"{Name}: is a folder; give the name of a file in it");
        if (_node is { } node && !FileNode.IsWritable(Place, node.Kind))
            throw new InputException($"{Name}: may not be written to; change its mode, or give another file");
        if (!IsReplaced(out _)) return;
        string folder = Ancestor();
        if (!Directory.Exists(folder)) throw new InputException($"{Name}: {folder} is not a folder; give a file in a folder");
        if (!FileNode.IsWritable(folder, FileKind.Folder))
            throw new InputException($"{Name}: in the folder {folder} no file may be made; change its mode, or give a file elsewhere");
    }

    // The nearest thing above the file that is there.
    private string Ancestor()
    {
        string? folder = Path.GetDirectoryName(Place);
        while (folder is not null && !Path.Exists(folder)) folder = Path.GetDirectoryName(folder);
        return folder ?? Path.GetPathRoot(Place)!;
    }

    private bool IsOfAnotherProcess() => Descriptors().IsMatch(Path.GetDirectoryName(Place) ?? "");

    // Link by link, since the last one may point to what is not there yet, and those of open files in /proc point nowhere by name.
    private static OutputPath Follow(string name)
    {
        string full = Path.GetFullPath(name);
        if (OperatingSystem.IsWindows()) return new OutputPath(name, full, null);
        var left = new Stack<string>(full.Split('/').Reverse());
        string place = "/";
        int links = 0;
        while (left.TryPop(out string? part))
        {
            if (part is "" or ".") continue;
            if (part == "..")
            {
                place = Path.GetDirectoryName(place) ?? "/";
                continue;
            }
            string next = Path.Combine(place, part);
            var open = Descriptors().Match(place);
            if (open.Success && int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                string process = open.Groups["id"].Value;
                return new OutputPath(name, next, process.Length == 0 || process == $"{Environment.ProcessId}" ? number : null);
            }
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                place = next;
                continue;
            }
            if (++links > MostLinks)
                throw new InputException($"{name}: its links lead round in a circle; give the name of the file itself");
            if (target.StartsWith('/')) place = "/";
            foreach (string step in target.Split('/').Reverse()) left.Push(step);
        }
        return new OutputPath(name, place, null);
    }

    [GeneratedRegex("^(/dev/fd|/proc/(?<id>[0-9]+)(/task/[0-9]+)?/fd)$")]
    private static partial Regex Descriptors();
}

/// <summary>What a command reads, and none of its outputs may be.</summary>
/// <param name="Path">A file, or a folder that stands for all in it; it need not be there.</param>
/// <param name="What">What it is to the command, as in "the recipe".</param>
internal sealed record InputFile(string Path, string What);
