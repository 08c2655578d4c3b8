namespace Etalon.Lab.Files;

/// <summary>The files that were open when this process began.</summary>
internal static class OpenFiles
{
    /// <summary>
    /// Whether a descriptor came with this process. One that the process opened itself is closed when another program takes its place
    /// (FD_CLOEXEC),
    /// so none that came with it can have that flag: where a shell had closed standard error, the runtime's own files take its number.
    /// </summary>
    /// <param name="descriptor">Its number: 0, 1 and 2 are standard input, output and error.</param>
    public static bool IsInherited(int descriptor) => OperatingSystem.IsWindows() || FileNode.DescriptorFlags(descriptor) == 0;
}
