using System.CommandLine;
using Etalon.Lab;
using Etalon.Lab.Runs;
using Etalon.Lab.ScalarLogs;
using Etalon.Workbench.Options;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon runs export</c>: a run's metrics for other tools.</summary>
internal static class RunsExportCommand
{
    private const string TensorBoard = "tensorboard", Csv = "csv";

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var name = CommonOptions.Run();
        var runs = CommonOptions.Runs();
        var target = new Option<string>("--for") { Description = "tensorboard or csv.", HelpName = "TARGET", Required = true };
        WordOption.Allow(target, TensorBoard, Csv);
        var to = new Option<string?>("--out")
        {
            Description = "The folder of the event files, or the CSV; standard output where it is left out for csv.",
            HelpName = "PATH",
        };
        var command = new Command("export", "Writes a run's metrics for TensorBoard, or as a CSV with a row for each line of metrics.")
        {
            name, target, to, runs,
        };
        command.SetAction(parsed =>
        {
            var run = RunSummary.Open(CommonOptions.Find(parsed.GetRequiredValue(name), parsed.GetRequiredValue(runs)));
            string metrics = Path.Combine(run.Path, RunFolder.MetricsName);
            if (parsed.GetRequiredValue(target) == TensorBoard)
            {
                WriteEvents(metrics, parsed.GetValue(to), parsed.InvocationConfiguration.Error);
                return;
            }
            var files = new OutputFiles(parsed, json: null, to);
            files.Spare(RunInputs.Of(run.Path));
            if (files.Has(to)) files.Write(to, writer => MetricsCsv.Write(metrics, writer));
            else MetricsCsv.Write(metrics, parsed.InvocationConfiguration.Output);
        });
        return command;
    }

    private static void WriteEvents(string metrics, string? folder, TextWriter error)
    {
        if (folder is null) throw new InputException("--for tensorboard: writes a folder; name it by --out");
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new InputException(
                $"--out {folder}: is not empty, and TensorBoard would take its files for the same run; name a new folder");
        using (var events = RunEvents.Open(metrics, folder, first: 0, EventsDisplay.UnixTime)) events.CatchUp();
        error.WriteLine($"wrote {folder}");
    }
}
