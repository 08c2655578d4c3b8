using System.CommandLine;
using Etalon.Lab;
using Etalon.Lab.Charts;
using Etalon.Lab.Files;
using Etalon.Lab.Recipes;
using Etalon.Lab.Sweeps;
using Etalon.Workbench.Options;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon sweep</c>: many runs that answer one question.</summary>
internal static class SweepCommand
{
    private const int MostJobs = 1024;
    private const string Failed = "failed";

    /// <summary>The command with its verbs.</summary>
    public static Command Create()
    {
        var spec = Spec(ArgumentArity.ZeroOrOne);
        var runs = CommonOptions.Runs();
        var jobs = Jobs();
        var dryRun = new Option<bool>("--dry-run")
        {
            Description = "Lists the trials, their number, memory and expected time, and trains none.",
        };
        var retry = new Option<string?>("--retry") { Description = "failed: resumes failed trials too.", HelpName = Failed };
        retry.AcceptOnlyFromAmong(Failed);
        var mix = new Option<bool>("--mix-versions")
        {
            Description = "Trains also where other trials were computed with another arithmetic, whose last digits differ.",
        };
        var slurm = new SlurmOptions();
        var command = new Command(
            "sweep",
            """
            Many runs that answer one question: recipes, what changes between them, seeds, and the metric that judges them. Trains what is
            missing, resumes what was interrupted, and leaves what is done; after an interruption of any kind the same command continues.

            Examples:
              etalon sweep sweeps/digits-rate-decay.yaml --dry-run
              etalon sweep sweeps/digits-rate-decay.yaml
              etalon sweep sweeps/digits-rate-decay.yaml --on slurm --time 2:00:00 --at-once 20
              etalon sweep status sweeps/digits-rate-decay.yaml
              etalon sweep show sweeps/digits-rate-decay.yaml --csv table.csv
            """)
        {
            spec, dryRun, retry, mix, jobs, runs,
            CreateStatus(),
            CreateShow(),
            SweepCancelCommand.Create(),
            SweepTaskCommand.Create(),
        };
        slurm.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var sweep = Read(parsed.GetValue(spec));
            var streams = parsed.InvocationConfiguration;
            var folder = SweepFolder.Of(sweep, parsed.GetRequiredValue(runs), streams.Error.WriteLine);
            var options = new SweepOptions
            {
                RetryFailed = parsed.GetValue(retry) is not null,
                MixVersions = parsed.GetValue(mix),
                Waiting = streams.Error.WriteLine,
            };
            if (slurm.IsAsked(parsed))
            {
                sweep = sweep with { Slurm = slurm.Over(sweep.Slurm, parsed) };
                SweepOnSlurm.Submit(
                    sweep, folder, options, SweepCalls.Of(sweep, folder, options), parsed.GetValue(dryRun), streams);
                return Task.FromResult(ExitCode.Done);
            }
            options = TrialCost.Fitting(folder, sweep, options, parsed.GetValue(jobs), Environment.ProcessorCount);
            if (!parsed.GetValue(dryRun))
                return Task.Run(() => Train(sweep, folder, options, streams, cancellation), CancellationToken.None);
            SweepText.WriteTrials(sweep, folder, streams.Output);
            SweepText.WriteCost(sweep, folder, options, streams.Output);
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static Command CreateStatus()
    {
        var spec = Spec(ArgumentArity.ExactlyOne);
        var runs = CommonOptions.Runs();
        var command = new Command("status", "How the trials of a sweep stand, read from their folders.") { spec, runs };
        command.SetAction(parsed =>
        {
            var sweep = Read(parsed.GetValue(spec));
            var folder = SweepFolder.Of(sweep, parsed.GetRequiredValue(runs), parsed.InvocationConfiguration.Error.WriteLine);
            SweepText.WriteStatus(folder, parsed.InvocationConfiguration.Output);
            SlurmText.WriteStatus(folder, sweep, parsed.InvocationConfiguration.Output);
        });
        return command;
    }

    private static Command CreateShow()
    {
        var spec = Spec(ArgumentArity.ExactlyOne);
        var runs = CommonOptions.Runs();
        var csv = new Option<string?>("--csv") { Description = "Write the table to this file.", HelpName = "FILE" };
        var svg = new Option<string?>("--svg")
        {
            Description = "Draw the metric against one key, or a cell for each pair of two, to this file.",
            HelpName = "FILE",
        };
        var curves = new Option<string?>("--curves")
        {
            Description = "Draw the metric over the updates, for the best configurations, to this file.",
            HelpName = "FILE",
        };
        var html = new Option<string?>("--html")
        {
            Description = "Write a report of its own to this file: pictures, table and comparisons, without script.",
            HelpName = "FILE",
        };
        var json = CommonOptions.Json();
        var command = new Command(
            "show",
            """
            What a sweep found: the metric's mean over seeds for each configuration, best first, with standard deviation and 95 %
            interval, and the first compared with the others seed by seed.
            """)
        {
            spec, csv, svg, curves, html, json, runs,
        };
        command.SetAction(parsed =>
        {
            var files = new OutputFiles(parsed, json, csv, svg, curves, html);
            var sweep = Read(parsed.GetValue(spec));
            files.Spare(InputsOf(sweep));
            var folder = SweepFolder.Of(sweep, parsed.GetRequiredValue(runs), parsed.InvocationConfiguration.Error.WriteLine);
            var table = SweepTable.Of(sweep, folder);
            files.Write(csv, writer => SweepTableCsv.Write(table, writer), table.Rows.Count);
            files.Write(svg, writer => SweepChart.Write(sweep, table, writer));
            files.Write(curves, writer => SvgChart.Write(SweepChart.Curves(sweep, table), writer));
            files.Write(html, writer => SweepReport.Write(sweep, folder, table, writer));
            if (parsed.GetValue(json)) parsed.InvocationConfiguration.Output.WriteLine(SweepTableJson.Of(sweep, folder, table));
            else SweepTableText.Write(sweep, folder, table, files.Report);
        });
        return command;
    }

    private static int Train(Sweep sweep, SweepFolder folder, SweepOptions options, InvocationConfiguration streams,
        CancellationToken cancellation)
    {
        int toTrain = folder.LeftToTrain(options).Count, ended = 0;
        streams.Error.WriteLine($"{SweepText.Counts(folder)}; {toTrain} to train, {options.Jobs} at a time with {options.Threads} "
            + $"{(options.Threads == 1 ? "thread" : "threads")} each, into {folder.Path}");
        if (SweepText.NoLongerAskedFor(folder) is { } kept) streams.Error.WriteLine(kept);
        try
        {
            // Of halving it is not known how many will be.
            string Part() => sweep.Halving is null ? $"{++ended}/{toTrain}" : $"{++ended}";
            SweepRun.Execute(folder, options, trial => streams.Error.WriteLine($"{Part()}  {SweepText.Line(trial)}"),
                cancellation);
        }
        catch (OperationCanceledException exception)
        {
            var left = SweepFolder.Of(sweep, Path.GetDirectoryName(folder.Path)!, streams.Error.WriteLine);
            throw new OperationCanceledException($"{SweepText.Counts(left)}; continue with the same command", exception, cancellation);
        }
        folder = SweepFolder.Of(sweep, Path.GetDirectoryName(folder.Path)!, streams.Error.WriteLine);
        SweepText.WriteStatus(folder, streams.Output);
        return folder.IsFinished ? ExitCode.Done : ExitCode.Failed;
    }

    internal static Sweep Read(string? spec) =>
        SweepReader.ReadFile(spec
            ?? throw new InputException("sweep needs a file, such as sweeps/digits-rate-decay.yaml; etalon sweep --help tells more"));

    internal static Argument<string> Spec(ArgumentArity arity) =>
        new("spec") { Description = "A sweep's file (YAML or JSON).", HelpName = "SPEC", Arity = arity };

    private static Option<int?> Jobs() => NumberOption.Integer(
        "--jobs", "N", "Trials at a time; as many as there are processors unless given. No result depends on it.",
        1, MostJobs, $"at least 1 and at most {MostJobs} trials train at a time");

    // What is trained differs between configurations; the tables and data that it is read from mostly do not.
    private static IEnumerable<InputFile> InputsOf(Lab.Sweeps.Sweep sweep) =>
    [
        new(sweep.File, "the sweep itself"),
        .. sweep.RecipeFiles.Select(file => new InputFile(file, "a recipe of the sweep")),
        .. sweep.Configurations.Select(configuration => configuration.Trials[0].Read)
            .DistinctBy(read => (string.Join('\n', read.Tables), read.Recipe.Data?.Set, read.Recipe.Data?.Folder))
            .SelectMany(RecipeInputs.Of),
    ];
}
