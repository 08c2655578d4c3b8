using System.CommandLine;
using Etalon.Lab;
using Etalon.Lab.Training;

namespace Etalon.Workbench;

/// <summary>Exceptions to messages and exit codes. ETALON_DEBUG=1 adds the stack trace of what nobody expected.</summary>
internal static class Failure
{
    /// <summary>Says what went wrong.</summary>
    /// <returns>The exit code.</returns>
    public static int Report(Exception exception, TextWriter error)
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
                error.WriteLine($"etalon: {exception.Message}");
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
