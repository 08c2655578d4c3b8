using System.CommandLine;
using Etalon.Lab;
using Etalon.Lab.Charts;
using Etalon.Lab.Diagnosis;
using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.Files;
using Etalon.Lab.LoggedSchedules;
using Etalon.Lab.Runs;
using Etalon.Lab.ScalarLogs;
using Etalon.Workbench.Options;
using Etalon.Workbench.Terminals;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon diagnose</c>: where a run stands against the theory of scale-invariant weights.</summary>
internal static class DiagnoseCommand
{
    // A line longer than that is hard to read, however wide the screen is.
    private const int PageWidth = 80;

    public static Command Create()
    {
        var log = new Argument<string>("log")
        {
            Description = "A run's name or folder, or a CSV log of any framework.",
            HelpName = "RUN|LOG.csv"
        };
        var runs = CommonOptions.Runs();
        var svg = new Option<string?>("--svg")
        {
            Description = "Draw norm and angle, measured against predicted, into this file.",
            HelpName = "FILE"
        };
        var json = new Option<bool>("--json") { Description = "For machines: flags, remarks, and every finding of every group and phase." };
        var full = new Option<bool>("--full") { Description = "Add the tables of all measurements, phase by phase." };
        var group = new Option<string?>("--group") { Description = "Add the tables of one group of weights.", HelpName = "NAME" };
        var against = new Option<string?>(
            "--against")
        {
            Description = "What the run should have been: a recipe, another run or another log.",
            HelpName = "RECIPE|RUN|LOG.csv"
        };
        var beside = new LogOptions();
        var command = new Command("diagnose",
            """
            Say what is wrong with a run, the cause first, with the number that shows it and what to do: an L2 term in the loss, missing weight decay, a clip that
            sets the size of updates, a layer without normalization, updates that are not the optimizer's. Silent where nothing is wrong, and plain about what was
            not looked at. Compared with a recipe it says where rate, weight decay or momentum first differ, by how much, and what explains it.

            A CSV log has a header step,lr,weight_decay,momentum,norm/NAME and, where there are, gradsq/NAME, dot/NAME, angle/NAME, buffer_dot/NAME,
            residual/NAME. From less, what cannot be said is said. `etalon export logger --for pytorch` writes a module that logs all of it.

            Logs of other tools are read too: TensorBoard, trainer_state.json of Hugging Face, Lightning's metrics.csv, exports of W&B, folders of MLflow, Keras'
            CSV, JSON lines. They have no norms; of their schedule, its mixing units and what follows from them it says what there is to say.

            Of a run of Etalon whose optimizer sets its rate itself (WNGrad, Adam, DoG ...) it says where the effective rate of each group settled.

            Examples:
              etalon diagnose digits
              etalon diagnose log.csv --against recipes/cifar-step.yaml
              etalon diagnose log.csv --svg diagnosis.svg
              etalon diagnose log.csv --group layer1.conv2.weight
              etalon diagnose out/trainer_state.json --optimizer adamw --weight-decay 0.1

            Exit codes: 0 no fault found, 1 a fault was found, 2 bad input.
            """)
        {
            log, runs, against, full, group, svg, json,
        };
        foreach (var option in beside.All) command.Options.Add(option);
        command.SetAction(
            parsed => Run(parsed,
                new(Path(parsed.GetRequiredValue(log), parsed.GetRequiredValue(runs)), parsed.GetValue(json), parsed.GetValue(full),
                    parsed.GetValue(group), parsed.GetValue(against), parsed.GetRequiredValue(runs)), new OutputFiles(parsed, json, svg),
                    svg, beside));
        return command;
    }

    private static IEnumerable<InputFile> InputsOf(string path, string what) =>
        Directory.Exists(path) ? RunInputs.Of(path) : [new InputFile(path, what)];

    private static string Path(string log, string runs)
    {
        if (File.Exists(log)) return log;
        CurrentFolder.Require(log);
        return log.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) && !Directory.Exists(log)
            ? throw new InputException($"{log}: no such file; give a CSV log, or the name or folder of a run")
            : CommonOptions.Find(log, runs);
    }

    private static int Run(ParseResult parsed, Options options, OutputFiles files, Option<string?> svg, LogOptions beside)
    {
        var (output, error) = (files.Report, parsed.InvocationConfiguration.Error);
        string? against = options.Against is { } meant ? File.Exists(meant) ? meant : Path(meant, options.Runs) : null;
        files.Spare(
            [.. InputsOf(options.Path, "the log itself"), .. against is null ? [] : InputsOf(against, "what the log is compared with")]);
        var question = beside.QuestionOf(parsed);
        var asked = beside.Given(parsed);
        bool isForeign = ForeignLog.Is(options.Path, asked is not null);
        // A comparison needs no norms: rates are held against rates.
        RunLog? mapped = MappedLog.IsAsked(question) || (isForeign && against is not null)
            ? MappedLog.Of(LogFormat.ReadAny(options.Path, question.Run), question) : null;
        if (mapped is null && isForeign) return Summarize(parsed, options, files, question, svg);
        if (mapped is null && asked is { } given)
        {
            // What cannot be read at all is told as that.
            RunDiagnosis.ReadLog(options.Path);
            throw new InputException(
                $"{given.Name}: is for logs of other tools; {options.Path} has columns of its own for what it says, so add it there");
        }
        if (mapped is null && SettledRates.Of(options.Path) is { } rates)
        {
            if (options.Json) DiagnoseJson.Write(rates, output);
            else Print(rates, output);
            files.Write(svg, writer => SvgChart.Write(SettledRatesChart.Of(rates), writer));
            return ExitCode.Done;
        }
        var diagnosis = RunDiagnosis.Of(mapped ?? RunDiagnosis.ReadLog(options.Path), against is null ? null : Reference.Of(against));
        foreach (string warning in diagnosis.Log.Warnings) error.WriteLine($"warning: {warning}");
        if (options.Group is { } group && diagnosis.Log.Groups.All(each => each.Name != group))
            throw new InputException(
                $"--group is {group}, and the log has no such group; it has "
                + $"{string.Join(", ", diagnosis.Log.Groups.Select(each => each.Name).Take(20))}");
        if (options.Json) DiagnoseJson.Write(diagnosis, output);
        else Print(diagnosis, options, output);
        files.Write(svg, writer => SvgChart.Write(DiagnosisChart.Of(diagnosis), writer));
        return diagnosis.Flags.Count == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private static int Summarize(ParseResult parsed, Options options, OutputFiles files, LogQuestion question, Option<string?> svg)
    {
        if (options.Full || options.Group is not null || parsed.GetValue(svg) is not null)
            throw new InputException(
                $"{options.Path}: is a log without norms; --full, --group and --svg need one of etalon's logger, a CSV with norms, or "
                + "--map norm/NAME=SERIES");
        var schedule = LoggedSchedule.Of(LogFormat.ReadAny(options.Path, question.Run), question);
        foreach (string warning in schedule.Log.Warnings) parsed.InvocationConfiguration.Error.WriteLine($"warning: {warning}");
        var pieces = SchedulePieces.Of(schedule);
        if (options.Json) LoggedScheduleJson.Write(schedule, pieces, files.Report);
        else Write([.. LoggedScheduleText.Of(schedule, pieces, Math.Min(Terminal.Of(files.Report).Width, PageWidth))], files.Report);
        return ExitCode.Done;
    }

    private static void Print(SettledRates rates, TextWriter output)
    {
        var screen = Terminal.Of(output);
        output.WriteLine(screen.Heading(SettledRatesText.Heading(rates)));
        output.WriteLine();
        foreach (string line in SettledRatesText.Table(rates)) output.WriteLine(line);
        output.WriteLine();
        foreach (string line in SettledRatesText.Notes(rates, screen.Width)) output.WriteLine(line);
    }

    private static void Print(RunDiagnosis diagnosis, Options options, TextWriter output)
    {
        var screen = Terminal.Of(output);
        int width = Math.Min(screen.Width, PageWidth);
        // Bold: the verdict, and each flag's cause.
        string verdict = DiagnosisText.Verdict(diagnosis);
        foreach (string line in DiagnosisText.Page(diagnosis, width))
            output.WriteLine(
                line == verdict || line.Length > 2 && char.IsAsciiDigit(line[0]) && line.Contains(". ", StringComparison.Ordinal)
                    ? screen.Heading(line) : line);
        if (!options.Full && options.Group is null) return;
        for (int phase = 1; phase <= diagnosis.PhaseCount; phase++)
        {
            output.WriteLine();
            Write(DiagnosisTables.Phase(diagnosis, phase, options.Group), output);
        }
        output.WriteLine();
        Write(DiagnosisTables.Unsaid(diagnosis, width), output);
    }

    private static void Write(IReadOnlyList<string> lines, TextWriter output)
    {
        foreach (string line in lines) output.WriteLine(line);
    }

    private sealed record Options(string Path, bool Json, bool Full, string? Group, string? Against, string Runs);
}
