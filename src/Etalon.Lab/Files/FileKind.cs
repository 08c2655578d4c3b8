namespace Etalon.Lab.Files;

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
