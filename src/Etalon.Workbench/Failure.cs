using System.CommandLine;
using System.CommandLine.Parsing;
using Etalon.Lab;
using Etalon.Lab.Files;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Workbench.Options;

namespace Etalon.Workbench;

/// <summary>Exceptions to messages and exit codes. ETALON_DEBUG=1 adds the stack trace of what nobody expected.</summary>
internal static class Failure
{
    /// <summary>Says what went wrong.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="error">Where it is said.</param>
    /// <param name="command">The command that it ended.</param>
    /// <returns>The exit code.</returns>
    public static int Report(Exception exception, TextWriter error, CommandResult? command = null)
    {
        switch (exception)
        {
            case InputException input:
                string? recipe = RecipeOf(command);
                foreach (var problem in input.Problems)
                    error.WriteLine(recipe is null || NamesItsPlace(problem, recipe) ? problem : $"{recipe}: {problem}");
                return ExitCode.BadInput;
            case DivergedException:
                error.WriteLine($"etalon: {exception.Message}");
                return ExitCode.Diverged;
            case OperationCanceledException:
                // What says no more than that it was canceled does not know what.
                string said = IsSilent(exception) ? $"{NameOf(command)} was interrupted; nothing of it is kept" : exception.Message;
                error.WriteLine($"etalon: {said}");
                return ExitCode.Interrupted;
            case IOException when CurrentFolder.IsGone:
                error.WriteLine($"etalon: {CurrentFolder.Said}");
                return ExitCode.BadInput;
            case IOException or UnauthorizedAccessException:
                error.WriteLine($"etalon: {exception.Message}");
                return ExitCode.Failed;
            case OutOfMemoryException:
                error.WriteLine("etalon: not enough memory; take a smaller batch or model, or a shorter duration");
                return ExitCode.Failed;
            default:
                error.WriteLine($"etalon: {exception.GetType().Name}: {exception.Message.ReplaceLineEndings(" ")}");
                var isDebugging = Environment.GetEnvironmentVariable("ETALON_DEBUG") == "1";
                error.WriteLine(isDebugging ? exception.ToString() : "This is a bug in etalon; ETALON_DEBUG=1 shows where.");
                return ExitCode.Failed;
        }
    }

    private static bool IsSilent(Exception exception) =>
        exception.Message == new OperationCanceledException().Message || exception.Message == new TaskCanceledException().Message;

    // "data get", without the program's own name.
    internal static string NameOf(CommandResult? command) => command switch
    {
        null or { Command: RootCommand } => "the command",
        { Parent: CommandResult { Command: not RootCommand } parent } => $"{NameOf(parent)} {command.Command.Name}",
        _ => command.Command.Name,
    };

    // The only recipe that was named, for problems that do not name their file; null for none or several, whose messages name their own.
    private static string? RecipeOf(CommandResult? command)
    {
        var files = command?.Children.OfType<ArgumentResult>().Where(result => result.Argument.Name == RecipeArguments.Name)
            .SelectMany(result => result.Tokens).Select(token => token.Value).Where(File.Exists).ToList();
        return files is [var file] ? file : null;
    }

    // A file, a folder, an option or an override comes first; a folder of one word is told by its being there.
    private static bool NamesItsPlace(string problem, string recipe) =>
        problem.Contains(recipe, StringComparison.Ordinal) || problem.StartsWith("--", StringComparison.Ordinal)
            || problem.StartsWith("override ", StringComparison.Ordinal)
        || problem.Split(": ")[0].Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal)
        || Path.Exists(problem.Split(": ")[0]);

    /// <summary>Says what is wrong with a command line.</summary>
    /// <returns>The exit code.</returns>
    public static int Usage(ParseResult parsed, TextWriter error)
    {
        string command = PathOf(parsed.CommandResult);
        // A misspelled verb of a command that also takes a file was taken for the file.
        var verb = parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens)
            .Select(token => token.Value)
            .FirstOrDefault(word => !File.Exists(word) && Suggestion.To(word, VerbsOf(parsed.CommandResult.Command)) is not null);
        var unknown = parsed.UnmatchedTokens.Count > 0
            ? Unknown(verb ?? parsed.UnmatchedTokens[0], parsed.CommandResult.Command, command) : null;
        List<string> missing = unknown is null ? [.. Missing(parsed)] : [];
        if (unknown is not null) error.WriteLine($"etalon: {unknown}");
        else
        {
            // What was given and is wrong is said beside what is missing.
            foreach (var problem in parsed.Errors.Where(problem => missing.Count == 0 || IsGiven(problem.SymbolResult)))
                error.WriteLine($"etalon: {problem.Message}");
            if (missing.Count > 0) error.WriteLine($"etalon: {command["etalon ".Length..]} needs {string.Join(", and ", missing)}");
        }
        error.WriteLine($"See: {command} --help");
        return ExitCode.BadInput;
    }

    private static bool IsGiven(SymbolResult? symbol) => symbol is OptionResult or ArgumentResult && symbol.Tokens.Count > 0;

    // What a command cannot do without, in words of its own: a library's name its symbols.
    private static IEnumerable<string> Missing(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (command is RootCommand) yield break;
        foreach (var argument in command.Arguments)
            if (argument.Arity.MinimumNumberOfValues > 0 && parsed.GetResult(argument) is null or { Tokens.Count: 0 })
                yield return argument.HelpName switch
                {
                    { } word when word.StartsWith("RECIPE", StringComparison.Ordinal) => "a recipe, such as recipes/digits.yaml",
                    "RUN" => "a run, by its name or folder; `etalon runs list` shows those there are",
                    "RUN|LOG.csv" => "a run's folder or a log, such as log.csv",
                    "SET" => "a data set; `etalon data list` shows those there are",
                    "SPEC" => "a sweep, such as sweeps/digits-rate-decay.yaml",
                    var word => word ?? argument.Name,
                };
        foreach (var option in command.Options)
            if (option.Required && parsed.GetResult(option) is null or { Implicit: true })
                yield return $"{option.Name} {option.HelpName} ({Lowered(option.Description ?? "")})";

        static string Lowered(string sentence) =>
            sentence.Length == 0 ? "" : char.ToLowerInvariant(sentence[0]) + sentence[1..].TrimEnd('.');
    }

    // A word where a verb is expected, or an option; what follows an unknown word is not looked at. Null for a word too many.
    private static string? Unknown(string word, Command command, string path)
    {
        if (word.StartsWith('-')) return NoOption(word, command);
        if (command.Subcommands.Count == 0) return null;
        var verbs = VerbsOf(command);
        string remedy = Suggestion.To(word, verbs) is { } near ? $"did you mean {near}?" : $"there are {string.Join(", ", verbs)}";
        return $"\"{word}\" is nothing that {path} does; {remedy}";
    }

    private static List<string> VerbsOf(Command command) => [.. command.Subcommands.Select(verb => verb.Name)];

    /// <summary>What to say of an option that a command does not have.</summary>
    public static string NoOption(string word, Command command)
    {
        string remedy = Suggestion.To(word, [.. command.Options.Select(option => option.Name)]) is { } near
            ? $"did you mean {near}?" : "--help names those there are";
        return $"{word}: no such option; {remedy}";
    }

    private static string PathOf(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{PathOf(parent)} {result.Command.Name}" : "etalon";
}
