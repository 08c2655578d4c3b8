using System.CommandLine;
using System.Text.Json;
using Etalon.Engine;
using Etalon.Lab.Claims;
using Etalon.Lab.Claims.Shared;
using Etalon.Workbench.Json;
using Etalon.Workbench.Options;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon reproduce</c>: a paper's claim run, judged and drawn.</summary>
internal static class ReproduceCommand
{
    public static Command Create()
    {
        var options = new Options();
        var command = new Command("reproduce",
            """
            Run the experiment behind a paper's claim, judge it against criteria set beforehand, and write a report with a table and a picture. Without a claim, list them.
            An interrupted reproduction continues where it stopped when it is started again.

            Examples:
              etalon reproduce
              etalon reproduce fast-equilibrium
              etalon reproduce fast-equilibrium --seeds 16 --out quick

            Exit codes: 0 the claim was reproduced, 1 it was not, 2 bad input, 130 interrupted.
            """)
        {
            options.Claim, options.Out, options.Seeds, options.Threads, options.Json,
        };
        // On a thread of its own, so that Ctrl-C finds the command waiting.
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(parsed, options, cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(ParseResult parsed, Options options, CancellationToken cancellation)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        if (parsed.GetValue(options.Claim) is not { } name) return List(output);
        var claim = ClaimCatalog.Find(name);
        string folder = parsed.GetValue(options.Out) ?? Path.Combine("reports", claim.Name);
        var report = Reproduce(claim, new ClaimRun
        {
            Folder = folder,
            Threads = ThreadCount.Of(parsed.GetValue(options.Threads), BatchChunks.Most, "a batch is cut", error),
            Seeds = parsed.GetValue(options.Seeds),
            Report = error.WriteLine,
            Cancellation = cancellation,
        });
        report.Write(folder);
        error.WriteLine($"wrote {Path.Combine(folder, "report.md")}");
        if (parsed.GetValue(options.Json))
            output.WriteLine(
                JsonSerializer.Serialize(new { Claim = claim.Name, report.Holds, report.Checks, report.Measurements }, JsonFormat.Options));
        else
            foreach (string line in report.Verdict) output.WriteLine(line);
        return report.Holds ? ExitCode.Done : ExitCode.Failed;
    }

    private static ClaimReport Reproduce(Claim claim, ClaimRun run)
    {
        try
        {
            return claim.Reproduce(run);
        }
        catch (OperationCanceledException exception) when (run.Cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(
                $"reproduce was interrupted; what is done stays in {run.Folder}, and the same command continues from there", exception,
                run.Cancellation);
        }
    }

    private static int List(TextWriter output)
    {
        foreach (var claim in ClaimCatalog.All)
        {
            output.WriteLine($"{claim.Name}  ({claim.Cost})");
            output.WriteLine($"  {claim.Statement}");
            output.WriteLine($"  {claim.Source}");
        }
        return ExitCode.Done;
    }

    private sealed class Options
    {
        public Argument<string?> Claim { get; } =
            new("claim") { Description = "Which claim; without it all are listed.", HelpName = "CLAIM", Arity = ArgumentArity.ZeroOrOne };
        public Option<string?> Out { get; } =
            new("--out") { Description = "The folder of the report; reports/CLAIM unless given.", HelpName = "DIR" };
        public Option<int?> Seeds { get; } =
            NumberOption.Integer("--seeds", "N", "Runs of each kind, where the claim is about many; fewer are quicker and prove less.");
        public Option<int?> Threads { get; } = CommonOptions.Threads();
        public Option<bool> Json { get; } = CommonOptions.Json();
    }
}
