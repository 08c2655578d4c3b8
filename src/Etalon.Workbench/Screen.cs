namespace Etalon.Workbench;

/// <summary>What is known of the place that output goes to: a terminal, or a file or pipe, which gets plain lines of a fixed width.</summary>
/// <param name="Width">Columns.</param>
/// <param name="IsTerminal">Whether somebody watches: progress bars may move, and colors are allowed unless NO_COLOR is set.</param>
internal sealed record Screen(int Width, bool IsTerminal)
{
    private const int PlainWidth = 100;

    /// <summary>Whether to color.</summary>
    public bool UseColor => IsTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    /// <summary>The screen behind a writer: the terminal if the writer is the console's and nobody redirected it.</summary>
    public static Screen Of(TextWriter output)
    {
        var isTerminal = (ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected)
            || (ReferenceEquals(output, Console.Error) && !Console.IsErrorRedirected);
        return new(isTerminal && Console.WindowWidth > 0 ? Math.Clamp(Console.WindowWidth, 60, 120) : PlainWidth, isTerminal);
    }

    /// <summary>A heading: bold where there are colors.</summary>
    public string Heading(string text) => UseColor ? $"\e[1m{text}\e[0m" : text;
}
