namespace Etalon.Lab.Runs;

/// <summary>
/// The file <c>holder</c> in a run's folder: HOST BOOT ID BEAT. It is there while somebody holds the run, and after somebody who held it
/// was killed. Its making is atomic on file systems without locks too (O_EXCL, and link(2) for what is put back).
/// </summary>
/// <param name="Host">The holder's host.</param>
/// <param name="Boot">The host's boot.</param>
/// <param name="Id">What no other holder is called.</param>
/// <param name="Beat">Rises while the holder lives.</param>
internal sealed record RunHolder(string Host, string Boot, string Id, long Beat)
{
    internal const string Name = "holder";

    private const int LongestText = 1 << 12;

    /// <summary>The line, of one length for all beats.</summary>
    public string Text => $"{Host} {Boot} {Id} {Beat:D12}\n";

    /// <summary>The holder of a run as the file says; null where there is none.</summary>
    /// <param name="run">The run's folder.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static RunHolder? TryRead(string run) => TryReadFile(Path.Combine(run, Name));

    /// <summary>The same for a file of any name.</summary>
    /// <inheritdoc cref="TryRead"/>
    public static RunHolder? TryReadFile(string path)
    {
        try
        {
            // Opening asks the server again, where a file system keeps copies.
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(file);
            char[] text = new char[LongestText];
            string[] words = new string(text, 0, reader.ReadBlock(text)).TrimEnd('\n').Split(' ');
            // What a power cut left of one is somebody's who shows no beat.
            return words.Length == 4 && NumberText.TryReadWhole(words[3], out long beat, out _)
                ? new RunHolder(words[0], words[1], words[2], beat) : new RunHolder("?", "?", string.Join(' ', words), 0);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Whether it is on a host, so that the operating system's lock tells whether it lives.</summary>
    public bool IsOn(LockHost host) => (Host, Boot) == (host.Name, host.Boot);
}
