using System.CommandLine;
using Etalon.Engine;
using Etalon.Lab;
using Etalon.Lab.Runs;

namespace Etalon.Workbench.Commands;

/// <summary>
/// A command that trains, on all the processes that a launcher such as mpirun has started: each trains, and the first speaks for all.
/// </summary>
internal static class LaunchedRanks
{
    // The commands that share their work; each process of a launcher would do all of any other.
    private static readonly string[] Verbs = ["train", "resume", "fork"];

    /// <summary>Whether a command may run in this process: those that do not share their work run in no launched one.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="place">Which of how many launched processes this is.</param>
    /// <returns>False on all ranks but the first, which says why for all.</returns>
    /// <exception cref="InputException">It may not, and this is the first rank.</exception>
    public static bool Allow(ParseResult parsed, (int Rank, int Size) place)
    {
        var command = parsed.CommandResult.Command;
        bool isHelp = parsed.Action != command.Action;
        if (place.Size == 1 || isHelp || Verbs.Contains(command.Name)) return true;
        if (place.Rank != 0) return false;
        throw new InputException(
            $"{Failure.NameOf(parsed.CommandResult)} was started as {place.Size} processes, by mpirun or srun, and each would do all of "
            + "its work: only train, resume and fork share it. Start it once, without the launcher; a sweep trains several trials at a "
            + "time "
            + "with --jobs N, or as tasks of Slurm with --on slurm");
    }

    /// <summary>Does it on this rank.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="body">What to do, with the streams of this rank: those of the others than the first lead nowhere.</param>
    /// <returns>The exit code.</returns>
    public static Task<int> Run(ParseResult parsed, Action<Communicator, InvocationConfiguration> body) =>
        // On a thread of its own, so that Ctrl-C finds the command waiting.
        Task.Run(() =>
        {
            using var ranks = MpiCommunicator.OfLauncher();
            if (!ranks.IsAlone) return RunTogether(parsed, body, ranks);
            if (WarningTo(MpiCommunicator.PlaceAmongUnconnected) is { } warning)
                parsed.InvocationConfiguration.Error.WriteLine(warning);
            body(ranks, parsed.InvocationConfiguration);
            return ExitCode.Done;
        }, CancellationToken.None);

    /// <summary>
    /// What processes that srun started without an MPI are told, by the first of them; null for all others. They may be meant so, each
    /// with a seed of its own.
    /// </summary>
    /// <param name="place">Which of how many such processes this is.</param>
    internal static string? WarningTo((int Rank, int Size) place) => place is not (0, > 1) ? null
        : $"warning: srun started {place.Size} processes without an MPI that connects them, so each trains a run of its own. For one run "
        + $"on {place.Size} ranks: srun --mpi=pmi2 with MPICH, or mpirun inside salloc";

    private static int RunTogether(ParseResult parsed, Action<Communicator, InvocationConfiguration> body, Communicator ranks)
    {
        var given = parsed.InvocationConfiguration;
        var streams = ranks.IsFirst ? given : new InvocationConfiguration { Output = TextWriter.Null, Error = TextWriter.Null };
        try
        {
            body(ranks, streams);
            return ExitCode.Done;
        }
        catch (Exception exception) when (exception is InputException or DivergedException or OperationCanceledException)
        {
            // All ranks have met the same.
            return Failure.Report(exception, streams.Error, parsed.CommandResult);
        }
#pragma warning disable CA1031 // Whatever it is, the others would wait for this rank.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (!ranks.IsFirst && exception is not LostRankException) given.Error.Write($"rank {ranks.Rank} of {ranks.Size}: ");
            int code = Failure.Report(exception, given.Error, parsed.CommandResult);
            given.Error.WriteLine("all ranks end; `etalon resume` continues from the run's last checkpoint, on any number of ranks");
            given.Error.Flush();
            ranks.Abort(code);
            return code;
        }
    }
}
