using System.CommandLine;
using Etalon.Lab;
using Etalon.Lab.Files;
using Etalon.Lab.Runs;

namespace Etalon.Workbench.Options;

/// <summary>The options and arguments that several verbs share.</summary>
internal static class CommonOptions
{
    /// <summary>The folder of all runs unless another is named.</summary>
    public const string UsualRuns = "runs";

    private const int MostThreads = 1024;

    /// <summary>--threads N.</summary>
    /// <remarks>A number out of range is refused with the command line, whether or not the command will compute.</remarks>
    public static Option<int?> Threads(
        string description = "Threads that compute; all processors unless given. The result does not depend on them.") =>
        NumberOption.Integer(
            "--threads", "N", description, 1, MostThreads,
            $"at least 1 and at most {MostThreads} threads compute, as many as the machine has processors is best");

    /// <summary>--json.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Prints the result as JSON and nothing else." };

    /// <summary>--tensorboard DIR.</summary>
    public static Option<string?> TensorBoard() => new("--tensorboard")
    {
        Description = "Write the metrics for TensorBoard into this folder too, while the run trains.",
        HelpName = "DIR",
    };

    /// <summary>--runs DIR.</summary>
    public static Option<string> Runs() => new("--runs")
    {
        Description = "The folder of all runs.",
        HelpName = "DIR",
        DefaultValueFactory = _ => UsualRuns,
    };

    /// <summary>RUN, one run.</summary>
    public static Argument<string> Run() => new("run") { Description = "A run's name or folder.", HelpName = "RUN" };

    /// <summary>The folder of a run that was named by <see cref="Run"/>.</summary>
    /// <exception cref="InputException">There is no such run.</exception>
    public static string Find(string run, string root)
    {
        string inside = Path.Combine(root, run);
        if (Directory.Exists(inside)) return inside;
        if (Directory.Exists(run)) return run;
        CurrentFolder.Require(inside);
        // A sweep's trials stand in a folder of its own below the runs.
        if (SweepOf(run, root) is { } sweep)
            throw new InputException(
                $"there is no run \"{run}\" in {root}, but one in {sweep}; give --runs {sweep}, or its folder {Path.Combine(sweep, run)}");
        throw new InputException(
            $"there is no run \"{run}\" in {root}, nor a folder of that name; `etalon runs list` shows the runs there are. "
            + "One that ended before its first checkpoint was on the disk left none: train or fork it again");
    }

    private static string? SweepOf(string run, string root)
    {
        try
        {
            return Path.GetFileName(run) != run || !Directory.Exists(root) ? null
                : Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal)
                    .FirstOrDefault(folder => File.Exists(Path.Combine(folder, run, RunFolder.ResolvedName)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
