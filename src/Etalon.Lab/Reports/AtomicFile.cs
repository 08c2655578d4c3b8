namespace Etalon.Lab.Reports;

/// <summary>Files that are whole or not there: written beside their place under another name, then renamed over it.</summary>
public static class AtomicFile
{
    /// <summary>Refuses a name that no file can have, before anything is computed for it.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">It is empty, or a folder.</exception>
    public static void Check(string path)
    {
        if (string.IsNullOrWhiteSpace(path)) throw new InputException("the name of a file to write is empty; give one such as result.svg");
        if (Directory.Exists(path)) throw new InputException($"{path}: is a folder; give the name of a file in it");
    }

    /// <summary>Writes a text in UTF-8. If <paramref name="write"/> throws, what was there before is untouched.</summary>
    /// <param name="path">The file; its folder is made when it is not there.</param>
    /// <param name="write">Writes the text.</param>
    /// <exception cref="InputException">The name is empty, or a folder's.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, Action<TextWriter> write)
    {
        Check(path);
        var full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        var temporary = $"{full}.{Environment.ProcessId}.tmp";
        try
        {
            using (var writer = new StreamWriter(temporary, append: false))
            {
                writer.NewLine = "\n";
                write(writer);
            }
            File.Move(temporary, full, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
