using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Etalon.Engine;
using Etalon.Lab;
using Etalon.Lab.Claims;
using Etalon.Lab.Claims.Reports;
using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Runs;
using Etalon.Workbench.Json;
using Etalon.Workbench.Options;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon reproduce</c>: the papers' claims run, judged and drawn, one or all.</summary>
internal static class ReproduceCommand
{
    public static Command Create()
    {
        var options = new Options();
        var command = new Command("reproduce",
            """
            Run the experiment behind a paper's claim, judge it against criteria set beforehand, and write a report with a table and a picture. Without a claim, list them.
            --all runs all of them at one scale and writes one report: report.html, report.md and report.json.
            An interrupted reproduction continues where it stopped when it is started again; what is done is not run again.

            Examples:
              etalon reproduce --list
              etalon reproduce fast-equilibrium
              etalon reproduce fast-equilibrium --quick
              etalon reproduce --all --quick --out reports/quick

            Exit codes: 0 the claim holds (with --all: none was refuted and none broke off), 1 it does not or that is undecided, 2 bad input, 130 interrupted.
            """)
        {
            options.Claim, options.All, options.List, options.Quick, options.Standard, options.Paper, options.Out, options.Seeds,
            options.Threads, options.Json,
        };
        // On a thread of its own, so that Ctrl-C finds the command waiting.
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(parsed, options, cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(ParseResult parsed, Options options, CancellationToken cancellation)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        string? name = parsed.GetValue(options.Claim);
        var (isAll, isList) = (parsed.GetValue(options.All), parsed.GetValue(options.List));
        if ((name is null ? 0 : 1) + (isAll ? 1 : 0) + (isList ? 1 : 0) > 1)
            throw new InputException("a claim, --all and --list are three things; name one of them");
        if (name is null && !isAll)
        {
            foreach (string line in ReproduceText.List()) output.WriteLine(line);
            return ExitCode.Done;
        }
        var scale = Scale(parsed, options, isAll ? ClaimScale.Quick : ClaimScale.Standard);
        var run = new ClaimRun
        {
            Folder = parsed.GetValue(options.Out) ?? Path.Combine("reports", name ?? $"all-{ScaleWords.Of(scale)}"),
            Scale = scale,
            Threads = ThreadCount.Of(parsed.GetValue(options.Threads), BatchChunks.Most, "a batch is cut", error),
            Seeds = parsed.GetValue(options.Seeds),
            Report = error.WriteLine,
            Cancellation = cancellation,
        };
        try
        {
            return isAll ? All(run, parsed.GetValue(options.Json), output, error)
                : One(ClaimCatalog.Find(name!), run, parsed.GetValue(options.Json), output, error);
        }
        catch (OperationCanceledException exception) when (run.Cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(
                $"reproduce was interrupted; what is done stays in {run.Folder}, and the same command continues from there", exception,
                run.Cancellation);
        }
    }

    private static int One(Claim claim, ClaimRun run, bool json, TextWriter output, TextWriter error)
    {
        if (claim.CostAt(run.Scale) is null)
            throw new InputException($"--{ScaleWords.Of(run.Scale)}: {claim.Name}: {Reproduction.Obstacle(claim, run.Scale)!.Reason}");
        var report = claim.Reproduce(run);
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

    private static int All(ClaimRun run, bool json, TextWriter output, TextWriter error)
    {
        if (run.Seeds is { } seeds)
            throw new InputException($"--seeds {seeds}: claims need different numbers of seeds; leave it out with --all, or name a claim");
        foreach (string line in ReproduceText.Estimate(ClaimCatalog.All, run.Scale, run.Threads, Speed())) error.WriteLine(line);
        var report = new ReproductionReport
        {
            Scale = run.Scale,
            Results = Reproduction.Run(ClaimCatalog.All, run),
            Papers = [.. PaperClaims.All.Select(paper => (paper.Id, paper.Title, paper.AnsweredBy))],
            Circumstances =
            [
                $"Etalon {RunIdentity.ThisVersion}, arithmetic {Arithmetic.Version}, {RuntimeInformation.FrameworkDescription}",
                $"{RuntimeInformation.OSDescription.Trim()}, {RuntimeInformation.ProcessArchitecture}",
                "Data: digits are built in, PS10 is generated; other sets are named where they are needed, and are checked by their "
                    + "SHA-256",
                $"The whole report again: `etalon reproduce --all --{ScaleWords.Of(run.Scale)}`",
            ],
        };
        report.Write(run.Folder);
        error.WriteLine(
            $"wrote {string.Join(", ", ReproductionReport.Files.Select(file => Path.Combine(run.Folder, file)))}");
        if (json) output.WriteLine(JsonSerializer.Serialize(report.ForMachines, JsonFormat.Options));
        else foreach (string line in ReproduceText.Verdicts(report)) output.WriteLine(line);
        return report.Count(ClaimOutcome.DoesNotHold) + report.Count(ClaimOutcome.HoldsInPart) + report.Count(ClaimOutcome.Failed) == 0
            ? ExitCode.Done : ExitCode.Failed;
    }

    private static ClaimScale Scale(ParseResult parsed, Options options, ClaimScale otherwise)
    {
        ClaimScale[] asked =
        [
            .. new[] { (options.Quick, ClaimScale.Quick), (options.Standard, ClaimScale.Standard), (options.Paper, ClaimScale.Paper) }
                .Where(option => parsed.GetValue(option.Item1)).Select(option => option.Item2),
        ];
        return asked.Length <= 1
            ? asked.Append(otherwise).First()
            : throw new InputException($"{string.Join(" and ", asked.Select(scale => $"--{ScaleWords.Of(scale)}"))}: name one scale");
    }

    // Of the second of two: the first one compiles.
    private static double Speed()
    {
        SpeedProbe.Run();
        var watch = Stopwatch.StartNew();
        return SpeedProbe.Run() / watch.Elapsed.TotalSeconds / SpeedProbe.ReferenceImages;
    }

    private sealed class Options
    {
        public Argument<string?> Claim { get; } =
            new("claim") { Description = "Which claim; without it all are listed.", HelpName = "CLAIM", Arity = ArgumentArity.ZeroOrOne };
        public Option<bool> All { get; } = new("--all") { Description = "All claims, one report; --quick unless another scale is given." };
        public Option<bool> List { get; } = new("--list") { Description = "Lists the claims with what they cost at each scale." };
        public Option<bool> Quick { get; } = new("--quick") { Description = "Small networks, no data to get: all in minutes." };
        public Option<bool> Standard { get; } =
            new("--standard") { Description = "Real images and networks of middle size: all in hours. The default of a single claim." };
        public Option<bool> Paper { get; } = new("--paper") { Description = "The papers' own settings as far as known: for a cluster." };
        public Option<string?> Out { get; } =
            new("--out") { Description = "The folder of the report; reports/CLAIM or reports/all-SCALE unless given.", HelpName = "DIR" };
        public Option<int?> Seeds { get; } =
            NumberOption.Integer("--seeds", "N", "Runs of each kind, where the claim is about many; fewer are quicker and prove less.");
        public Option<int?> Threads { get; } = CommonOptions.Threads();
        public Option<bool> Json { get; } = CommonOptions.Json();
    }
}
