using System.Text;
using Etalon.Lab.Files;

namespace Etalon.Workbench.Terminals;

/// <summary>
/// Standard output and error as they may be: closed, full, or of a terminal that is gone. Progress and messages that cannot be written are
/// given up; a
/// result that cannot be written is an error.
/// </summary>
internal static class StandardStreams
{
    private const int Output = 1, Error = 2;

    /// <summary>Puts them in the console's place.</summary>
    public static void Open()
    {
        Console.SetError(new LossyWriter(IsOpen(Error) ? Console.Error : Null));
        Console.SetOut(IsOpen(Output) ? Console.Out : new ClosedWriter());
    }

    private static TextWriter Null => TextWriter.Null;

    // Where the shell closed them, files of the runtime have taken their numbers.
    private static bool IsOpen(int descriptor) => OpenFiles.IsInherited(descriptor);

    /// <summary>Refuses what is written to it.</summary>
    private sealed class ClosedWriter : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => throw new IOException("standard output is closed; the result could not be written");
    }
}
