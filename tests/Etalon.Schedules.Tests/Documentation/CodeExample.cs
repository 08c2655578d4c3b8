using System.Reflection;
using System.Text.RegularExpressions;

namespace Etalon.Schedules.Tests.Documentation;

/// <summary>An example: a method of this folder whose body a document quotes.</summary>
/// <param name="Name">The method's name.</param>
/// <param name="Text">The method's body, without its indentation.</param>
/// <param name="Run">The method.</param>
public sealed partial record CodeExample(string Name, string Text, Action Run)
{
    /// <summary>All of them, by name.</summary>
    public static IReadOnlyDictionary<string, CodeExample> All { get; } =
        new[] { typeof(PieceExamples), typeof(LibraryExamples), typeof(DynamicsExamples), typeof(PageExamples),
            typeof(AdamExamples) }.SelectMany(Of).ToDictionary(example => example.Name);

    /// <summary>What the comments say that the example prints: the first words of a comment behind or below a line that prints.</summary>
    public IEnumerable<string> Promised => Text.Split('\n')
        .SelectMany(
        (line, i) =>
            Promise().Match(line) is { Success: true } match && IsAboutPrinting(i) ? [match.Groups["text"].Value] : Array.Empty<string>());

    /// <summary>The text without the indentation that its lines have in common, and without empty lines around it.</summary>
    public static string Dedent(string text)
    {
        var lines = text.Replace("\r", "", StringComparison.Ordinal).Split('\n').Select(line => line.TrimEnd()).ToList();
        var indentation = lines.Where(line => line.Length > 0).Select(line => line.Length - line.TrimStart().Length).DefaultIfEmpty().Min();
        return string.Join('\n', lines.Select(line => line.Length > 0 ? line[indentation..] : line)).Trim('\n');
    }

    private bool IsAboutPrinting(int line)
    {
        var lines = Text.Split('\n');
        while (line > 0 && (lines[line].Trim() == "}" || lines[line].TrimStart().StartsWith("//", StringComparison.Ordinal))) line--;
        return lines[line].Contains("Console.WriteLine", StringComparison.Ordinal);
    }

    private static IEnumerable<CodeExample> Of(Type type)
    {
        var source = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Documentation", type.Name + ".cs"));
        return Method().Matches(source).Select(match => new CodeExample(
            match.Groups["name"].Value,
            Dedent(match.Groups["body"].Value),
            type.GetMethod(match.Groups["name"].Value, BindingFlags.Public | BindingFlags.Static)!.CreateDelegate<Action>()));
    }

    [GeneratedRegex(@"^    public static void (?<name>\w+)\(\)\n    \{\n(?<body>.*?)\n    \}$",
        RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Method();

    [GeneratedRegex(@"(^|\s)// (?<text>.*)$")]
    private static partial Regex Promise();
}
