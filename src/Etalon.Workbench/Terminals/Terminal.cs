using Etalon.Lab.Charts;

namespace Etalon.Workbench.Terminals;

/// <summary>
/// What is known of the place that output goes to: a terminal, or a file or pipe, which gets plain lines of a fixed width.
/// </summary>
/// <param name="Width">Columns.</param>
/// <param name="IsTerminal">Whether it is a terminal that obeys escape sequences: lines may be rewritten, and colors are allowed unless
/// NO_COLOR is set.</param>
internal sealed record Terminal(int Width, bool IsTerminal)
{
    private const int PlainWidth = 100;

    // Longer lines are hard to read.
    private const int Most = 120;

    /// <summary>The columns that a chart and a table of options need; the lines of a narrower terminal wrap.</summary>
    public const int Least = 40;

    /// <summary>Whether to color.</summary>
    public bool UseColor => IsTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    /// <summary>The screen behind a writer: the terminal if the writer is the console's and nobody redirected it.</summary>
    public static Terminal Of(TextWriter output)
    {
        if (output is TerminalText text) return text.Terminal;
        var isTerminal = (ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected)
            || (ReferenceEquals(output, Console.Error) && !Console.IsErrorRedirected);
        bool obeys = isTerminal && Environment.GetEnvironmentVariable("TERM") != "dumb";
        return new(isTerminal && Console.WindowWidth > 0 ? Math.Clamp(Console.WindowWidth, Least, Most) : PlainWidth, obeys);
    }

    /// <summary>A heading: bold where there are colors.</summary>
    public string Heading(string text) => UseColor ? $"\e[1m{text}\e[0m" : text;

    /// <summary>Writes a heading in lines that the screen holds; all but the first are indented.</summary>
    public void WriteHeading(string text, TextWriter output)
    {
        foreach (string line in WrappedText.Lines("", text, Width, 2)) output.WriteLine(Heading(line));
    }
}
