using System.Globalization;

namespace Etalon.Workbench.Terminals;

/// <summary>The text of a terminal that is not the console's.</summary>
/// <param name="terminal">What is known of it.</param>
internal sealed class TerminalText(Terminal terminal) : StringWriter(CultureInfo.InvariantCulture)
{
    /// <summary>What is known of it.</summary>
    public Terminal Terminal => terminal;
}
