using Etalon.Lab.Reports;

namespace Etalon.Workbench.Commands;

/// <summary>A file that a command was asked to write, and says that it has.</summary>
internal static class OutputFile
{
    /// <summary>Writes it, and says so.</summary>
    /// <param name="file">The file; null where none was asked for, and nothing is computed for it.</param>
    /// <param name="write">Writes its text.</param>
    /// <param name="error">Where it is said.</param>
    /// <param name="extent">What is said of it beside its name, as in ": 20 rows".</param>
    public static void Write(string? file, Action<TextWriter> write, TextWriter error, string extent = "")
    {
        if (file is null) return;
        AtomicFile.Write(file, write);
        error.WriteLine($"wrote {file}{extent}");
    }
}
