using System.CommandLine;
using Etalon.Lab;
using Etalon.Workbench.Options;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon verify-resume</c>: proves on this machine that a killed run continues to the bit.</summary>
internal static class VerifyResumeCommand
{
    private const int MostKills = 1000;

    public static Command Create()
    {
        var recipe = RecipeArguments.One();
        var kills = NumberOption.Integer("--kills", "N", "How often training is killed.", 5);
        var seed = NumberOption.Integer("--seed", "N", "What the moments of the kills follow from.", 1);
        var command = new Command(
            "verify-resume",
            """
            Trains a recipe whole, and again killed at random moments (SIGKILL; half of them while a checkpoint is being written) and resumed, with one
            thread and two in turn. Compares weights, optimizer state and metrics byte by byte. Exit code 0 where all are the same, else 1.

            Examples:
              etalon verify-resume recipes/digits.yaml
              etalon verify-resume recipes/digits.yaml duration=5ep --kills 25
            """)
        {
            recipe, kills, seed,
        };
        command.SetAction(
            (parsed, cancellation) => Verify(parsed, parsed.GetRequiredValue(recipe), parsed.GetRequiredValue(kills),
                parsed.GetRequiredValue(seed), cancellation));
        return command;
    }

    private static async Task<int> Verify(ParseResult parsed, string[] words, int kills, int seed, CancellationToken cancellation)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        if (kills is < 1 or > MostKills)
            throw new InputException($"--kills is {kills}; at least 1 and at most {MostKills} are possible, 5 is usual");
        string name = RecipeArguments.ReadOne(words, error).Recipe.Name;
        string folder = Directory.CreateTempSubdirectory("etalon-verify-resume-").FullName;
        var trial = new KillTrial(words, name, folder, new Random(seed));
        var differences = new List<string>();
        try
        {
            await trial.Run(kills, error.WriteLine, cancellation);
            differences.AddRange(trial.Comparisons.SelectMany(comparison => comparison.Differences));
        }
        catch (OperationCanceledException exception) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(
                $"verify-resume was interrupted after {trial.Kills} of {kills} kills; its runs are deleted", exception, cancellation);
        }
        finally
        {
            // What differs is kept to be looked at.
            if (differences.Count == 0) Directory.Delete(folder, recursive: true);
        }
        output.WriteLine(
            $"{trial.Kills} kills, {trial.KillsWhileWriting} of them while a checkpoint was being written, in {trial.Comparisons.Count} "
            + $"{(trial.Comparisons.Count == 1 ? "run" : "runs")}");
        foreach (string difference in differences) output.WriteLine($"  {difference}");
        if (differences.Count > 0)
        {
            output.WriteLine($"resuming {name} is NOT exact; the runs are kept in {folder}");
            return ExitCode.Failed;
        }
        output.WriteLine(
            $"{trial.Comparisons[0].TensorBytes:N0} bytes of weights, statistics and optimizer state and "
            + $"{trial.Comparisons[0].MetricLines} lines of metrics are the same as in the whole run, but for the time");
        output.WriteLine($"resuming {name} is exact");
        return ExitCode.Done;
    }
}
