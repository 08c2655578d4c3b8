using System.Text.RegularExpressions;

namespace Etalon.Workbench.Tests.Commands;

/// <summary>Runs a command line in this process, and compares texts with approved ones.</summary>
internal static partial class Cli
{
    public static string Recipe(string name) => Path.Combine(AppContext.BaseDirectory, "recipes", name);

    public static async Task<(int Code, string Output, string Error)> Run(params string[] args)
    {
        var (output, error) = (new StringWriter { NewLine = "\n" }, new StringWriter { NewLine = "\n" });
        var code = await CommandLine.RunAsync(args, output, error);
        // Where the tests run, and as what, is no part of what a command says.
        return (code, output.ToString().Replace("Etalon.Workbench.Tests", "etalon", StringComparison.Ordinal),
            error.ToString().Replace(AppContext.BaseDirectory, "", StringComparison.Ordinal));
    }

    /// <summary>
    /// Compares with Approved/NAME.txt. After a difference NAME.received.txt lies beside it in the output folder: read it, then copy it
    /// over.
    /// </summary>
    public static void Approve(string name, string text)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "Commands", "Approved");
        var file = Path.Combine(folder, $"{name}.txt");
        var approved = File.Exists(file) ? File.ReadAllText(file) : "";
        text = TrailingSpaces().Replace(text, "");
        if (approved == text) return;
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, $"{name}.received.txt"), text);
        Assert.Equal(approved, text);
    }

    [GeneratedRegex("[ ]+$", RegexOptions.Multiline)]
    private static partial Regex TrailingSpaces();
}
