using System.CommandLine;
using Etalon.Lab;
using Etalon.Lab.Diagnosis;
using Etalon.Lab.Reports;
using Etalon.Lab.Runs;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon diagnose</c>: where a run stands against the theory of scale-invariant weights.</summary>
internal static class DiagnoseCommand
{
    public static Command Create()
    {
        var log = new Argument<string>("log") { Description = "A run's name or folder, or a CSV log of any framework.", HelpName = "RUN|LOG.csv" };
        var runs = RunsCommand.FolderOption();
        var svg = new Option<string?>("--svg") { Description = "Draw norm and angle, measured against predicted, into this file.", HelpName = "FILE" };
        var json = new Option<bool>("--json") { Description = "For machines: every finding of every group and phase." };
        var command = new Command("diagnose",
            """
            Say where a run stands against the theory of the intrinsic rate: for each phase and group of weights, norm, effective rate and angular update as
            measured and as predicted, whether the weights are at equilibrium, and what is wrong where they cannot be.

            A CSV log has a header step,lr,weight_decay,momentum,norm/NAME and, where there are, gradsq/NAME, dot/NAME, angle/NAME, buffer_dot/NAME,
            residual/NAME. From less, what cannot be said is said. `etalon export logger --for pytorch` writes a module that logs all of it.

            Of a run of Etalon whose optimizer sets its rate itself (WNGrad, Adam, DoG ...) it says where the effective rate of each group settled.

            Examples:
              etalon diagnose digits
              etalon diagnose log.csv --svg diagnosis.svg
              etalon diagnose log.csv --json

            Exit codes: 0 no flags, 1 a flag was raised, 2 bad input.
            """)
        {
            log, runs, svg, json,
        };
        command.SetAction(parsed => Run(parsed, Path(parsed.GetRequiredValue(log), parsed.GetRequiredValue(runs)), new OutputFiles(parsed, json, svg), svg, parsed.GetValue(json)));
        return command;
    }

    private static string Path(string log, string runs)
    {
        if (File.Exists(log)) return log;
        return log.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) && !Directory.Exists(log)
            ? throw new InputException($"{log}: no such file; give a CSV log, or the name or folder of a run")
            : RunsCommand.Find(log, runs);
    }

    private static int Run(ParseResult parsed, string path, OutputFiles files, Option<string?> svg, bool json)
    {
        var (output, error) = (files.Report, parsed.InvocationConfiguration.Error);
        files.Spare(Directory.Exists(path) ? RunInputs.Of(path) : [new InputFile(path, "the log itself")]);
        if (SettledRates.Of(path) is { } rates)
        {
            if (json) DiagnoseJson.Write(rates, output);
            else Print(rates, output);
            files.Write(svg, writer => SvgChart.Write(SettledRatesChart.Of(rates), writer));
            return ExitCode.Done;
        }
        var diagnosis = RunDiagnosis.Of(path);
        foreach (string warning in diagnosis.Log.Warnings) error.WriteLine($"warning: {warning}");
        if (json) DiagnoseJson.Write(diagnosis, output);
        else Print(diagnosis, output);
        files.Write(svg, writer => SvgChart.Write(DiagnosisChart.Of(diagnosis), writer));
        return diagnosis.Flags.Count == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private static void Print(SettledRates rates, TextWriter output)
    {
        var screen = Screen.Of(output);
        output.WriteLine(screen.Heading(SettledRatesText.Heading(rates)));
        output.WriteLine();
        foreach (string line in SettledRatesText.Table(rates)) output.WriteLine(line);
        output.WriteLine();
        foreach (string line in SettledRatesText.Notes(rates, screen.Width)) output.WriteLine(line);
    }

    private static void Print(RunDiagnosis diagnosis, TextWriter output)
    {
        var screen = Screen.Of(output);
        output.WriteLine(screen.Heading(DiagnosisText.Heading(diagnosis)));
        output.WriteLine();
        foreach (string line in DiagnosisText.Flags(diagnosis, screen.Width)) output.WriteLine(line);
        for (int phase = 1; phase <= diagnosis.PhaseCount; phase++)
        {
            output.WriteLine();
            foreach (var (index, line) in DiagnosisText.Phase(diagnosis, phase).Index()) output.WriteLine(index == 0 ? screen.Heading(line) : line);
        }
        output.WriteLine();
        foreach (string line in DiagnosisText.Unsaid(diagnosis)) output.WriteLine(line);
    }
}
