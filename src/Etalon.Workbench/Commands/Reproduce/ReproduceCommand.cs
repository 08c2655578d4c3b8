using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Etalon.Lab;
using Etalon.Lab.Claims;
using Etalon.Lab.Claims.Reports;
using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Runs;
using Etalon.Workbench.Json;
using Etalon.Workbench.Options;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon reproduce</c>: the papers' claims run, judged and drawn, one, several or all.</summary>
internal static class ReproduceCommand
{
    public static Command Create()
    {
        var choice = new ReproduceChoice();
        var list = new Option<bool>("--list") { Description = "Lists the claims with what they cost at each scale." };
        var dry = new Option<bool>("--dry-run") { Description = "Lists the training runs, with slurm the script too, and trains none." };
        var json = CommonOptions.Json();
        var slurm = new SlurmOptions();
        var command = new Command("reproduce",
            """
            Run the experiment behind a paper's claim, judge it against criteria set beforehand, and write a report with a table and a picture. Without a claim, list them.
            --all, or several claims, run at one scale and are told in one report: report.html, report.md and report.json.
            An interrupted reproduction continues where it stopped when it is started again; what is done is not run again.

            Examples:
              etalon reproduce --list
              etalon reproduce fast-equilibrium
              etalon reproduce fast-equilibrium --quick
              etalon reproduce homogeneity toy-cone --quick
              etalon reproduce --all --quick --out reports/quick
              etalon reproduce --all --standard --on slurm --time 4:00:00
              etalon reproduce status --all --standard

            Exit codes: 0 the claim holds (of several: none was refuted and none broke off), 1 it does not or that is undecided, 2 bad input, 130 interrupted.
            """)
        {
            list, dry, json,
            ReproduceRunsCommands.Status(),
            ReproduceRunsCommands.Cancel(),
            ReproduceRunsCommands.Task(),
        };
        choice.AddTo(command, computes: true);
        slurm.AddTo(command);
        // On a thread of its own, so that Ctrl-C finds the command waiting.
        command.SetAction((parsed, cancellation) => Task.Run(() =>
        {
            if (choice.IsNone(parsed) || parsed.GetValue(list)) return List(parsed, choice);
            bool isDry = parsed.GetValue(dry);
            return slurm.IsAsked(parsed) || isDry
                ? ReproduceRunsCommands.Submit(parsed, choice, slurm, isDry, cancellation)
                : Run(parsed, choice, parsed.GetValue(json), cancellation);
        }, CancellationToken.None));
        return command;
    }

    private static int List(ParseResult parsed, ReproduceChoice choice)
    {
        if (!choice.IsNone(parsed)) throw new InputException("--list lists all claims; leave out what else is named");
        foreach (string line in ReproduceText.List()) parsed.InvocationConfiguration.Output.WriteLine(line);
        return ExitCode.Done;
    }

    private static int Run(ParseResult parsed, ReproduceChoice choice, bool json, CancellationToken cancellation)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        var claims = choice.Claims(parsed);
        var run = choice.Run(parsed, cancellation);
        return choice.IsTogether(parsed)
            ? Together(claims, run, $"etalon reproduce {string.Join(' ', choice.Words(parsed, run.Scale))}", json, output,
                error)
            : One(claims[0], run, json, output, error);
    }

    private static int One(Claim claim, ClaimRun run, bool json, TextWriter output, TextWriter error)
    {
        if (claim.CostAt(run.Scale) is null)
            throw new InputException($"--{ScaleWords.Of(run.Scale)}: {claim.Name}: {Reproduction.Obstacle(claim, run.Scale)!.Reason}");
        ClaimReport report;
        try
        {
            report = claim.Reproduce(run);
        }
        catch (OperationCanceledException exception) when (run.Cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(
                Directory.Exists(run.Folder)
                    ? $"reproduce was interrupted before its report; what is done stays in {run.Folder}, and the same command continues "
                        + "from there"
                    : "reproduce was interrupted before anything of it was done; the same command begins again",
                exception, run.Cancellation);
        }
        report.Write(run.Folder);
        error.WriteLine($"wrote {Path.Combine(run.Folder, "report.md")}");
        if (json)
            output.WriteLine(
                JsonSerializer.Serialize(new { Claim = claim.Name, report.Holds, report.Outcome, report.Checks, report.Measurements },
                    JsonFormat.Options));
        else
            foreach (string line in report.Verdict) output.WriteLine(line);
        return report.Holds ? ExitCode.Done : ExitCode.Failed;
    }

    private static int Together(
        IReadOnlyList<Claim> claims, ClaimRun run, string again, bool json, TextWriter output, TextWriter error)
    {
        foreach (string line in ReproduceText.Estimate(claims, run.Scale, run.Threads, Speed())) error.WriteLine(line);
        var report = new ReproductionReport
        {
            Scale = run.Scale,
            Results = Reproduction.Run(claims, run),
            Papers = [.. PaperClaims.All.Select(paper => (paper.Id, paper.Title, paper.AnsweredBy))
                .Where(paper => claims.Count == ClaimCatalog.All.Count || paper.AnsweredBy.Intersect(claims).Any())],
            Circumstances =
            [
                $"Etalon {RunIdentity.ThisVersion}, arithmetic {Arithmetic.Version}, {RuntimeInformation.FrameworkDescription}",
                $"{RuntimeInformation.OSDescription.Trim()}, {RuntimeInformation.ProcessArchitecture}",
                "Data: digits are built in, PS10 is generated; other sets are named where they are needed, and are checked by their "
                    + "SHA-256",
                $"The whole report again: `{again}`",
            ],
        };
        string files = string.Join(", ", ReproductionReport.Files.Select(file => Path.Combine(run.Folder, file)));
        if (report.Interrupted > 0) throw Interrupted(report, run, files);
        report.Write(run.Folder);
        error.WriteLine($"wrote {files}");
        if (json) output.WriteLine(JsonSerializer.Serialize(report.ForMachines, JsonFormat.Options));
        else foreach (string line in ReproduceText.Verdicts(report)) output.WriteLine(line);
        return report.Count(ClaimOutcome.DoesNotHold) + report.Count(ClaimOutcome.HoldsInPart) + report.Count(ClaimOutcome.Failed) == 0
            ? ExitCode.Done : ExitCode.Failed;
    }

    // A report of what is done, unless one that says more is there already.
    private static OperationCanceledException Interrupted(ReproductionReport report, ClaimRun run, string files)
    {
        string left = $"{report.Interrupted} of {report.Results.Count} claims are left", how;
        if (report.SaysLessThanThatIn(run.Folder)) how = $"the report of an earlier call, which says more, stays in {run.Folder}";
        else if (report.Results.Any(result => result.Report is not null) || Directory.Exists(run.Folder))
        {
            report.Write(run.Folder);
            how = $"wrote {files} of what is done";
        }
        else return new OperationCanceledException(
            "reproduce was interrupted before anything of it was done; the same command begins again", run.Cancellation);
        return new OperationCanceledException($"reproduce was interrupted, {left}; {how}; the same command continues", run.Cancellation);
    }

    // Of the second of two: the first one compiles.
    private static double Speed()
    {
        SpeedProbe.Run();
        var watch = Stopwatch.StartNew();
        return SpeedProbe.Run() / watch.Elapsed.TotalSeconds / SpeedProbe.ReferenceImages;
    }
}
