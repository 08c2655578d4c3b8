using System.CommandLine;
using System.CommandLine.Parsing;
using Etalon.Lab;
using Etalon.Lab.Training;

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
                foreach (var problem in input.Problems) error.WriteLine(problem);
                return ExitCode.BadInput;
            case DivergedException:
                error.WriteLine($"etalon: {exception.Message}");
                return ExitCode.Diverged;
            case OperationCanceledException:
                // What says no more than that it was canceled does not know what.
                string said = IsSilent(exception) ? $"{NameOf(command)} was interrupted; nothing of it is kept" : exception.Message;
                error.WriteLine($"etalon: {said}");
                return ExitCode.Interrupted;
            case IOException or UnauthorizedAccessException:
                error.WriteLine($"etalon: {exception.Message}");
                return ExitCode.Failed;
            case OutOfMemoryException:
                error.WriteLine("etalon: not enough memory; take a smaller batch or model");
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
    private static string NameOf(CommandResult? command) => command switch
    {
        null or { Command: RootCommand } => "the command",
        { Parent: CommandResult { Command: not RootCommand } parent } => $"{NameOf(parent)} {command.Command.Name}",
        _ => command.Command.Name,
    };

    /// <summary>Says what is wrong with a command line.</summary>
    /// <returns>The exit code.</returns>
    public static int Usage(ParseResult parsed, TextWriter error)
    {
        foreach (var problem in parsed.Errors) error.WriteLine($"etalon: {problem.Message}");
        var verb = parsed.CommandResult.Command is RootCommand ? "" : $" {parsed.CommandResult.Command.Name}";
        error.WriteLine($"See: etalon{verb} --help");
        return ExitCode.BadInput;
    }
}
