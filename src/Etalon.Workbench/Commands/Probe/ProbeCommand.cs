using System.CommandLine;
using System.Text.Json;
using Etalon.Engine;
using Etalon.Lab;
using Etalon.Lab.LinearProbes;
using Etalon.Workbench.Json;
using Etalon.Workbench.Options;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon probe</c>: how a run's features transfer to another data set, checkpoint by checkpoint.</summary>
internal static class ProbeCommand
{
    private const string DataKeys = "data.";

    public static Command Create()
    {
        var options = new Options();
        var command = new Command("probe",
            """
            Freeze a run's network, at each checkpoint that the run kept and before training, and fit linear classifiers on its features for another data set: how well
            do they tell its classes apart? A run keeps the ends of its stages with `checkpoint: {keep: stages}`.

            Examples:
              etalon probe digits --on digits data.classes=[6,7,8,9]
              etalon probe cifar --on fashion-mnist data.image=32x32x3 data.train=2000 data.test=2000
              etalon probe cifar --on mnist --at 1404 data.image=32x32x3 --json

            Exit codes: 0 done, 2 bad input, 130 interrupted.
            """)
        {
            options.Run, options.Changes, options.On, options.At, options.Runs, options.Threads, options.Json,
        };
        // On a thread of its own, so that Ctrl-C finds the command waiting.
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(parsed, options, cancellation), CancellationToken.None));
        return command;
    }

    private static void Run(ParseResult parsed, Options options, CancellationToken cancellation)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        string folder = CommonOptions.Find(parsed.GetRequiredValue(options.Run), parsed.GetRequiredValue(options.Runs)),
            on = parsed.GetRequiredValue(options.On);
        string[] changes = parsed.GetValue(options.Changes) ?? [];
        if (changes.Where(change => !change.StartsWith(DataKeys, StringComparison.Ordinal)).ToList() is { Count: > 0 } others)
            throw new InputException(
                [.. others.Select(
                    change => $"{change}: only keys of data can be changed here, as in data.train=2000; the run itself stays as it is")]);
        var target = ProbeTarget.Load(on, DataArguments.Read(on, changes));
        using var probe = new TransferProbe(folder, [target],
            ThreadCount.Of(parsed.GetValue(options.Threads), BatchChunks.Most, "a batch is cut", error));
        var readings = new List<ProbeReading>();
        long? at = parsed.GetValue(options.At);
        foreach (long step in at is { } one ? [one] : probe.Steps)
        {
            try
            {
                readings.Add(probe.Read(step, cancellation));
            }
            catch (InputException exception) when (at is null && step > 0)
            {
                // One that is damaged hides no other; it was not asked for by name.
                foreach (string problem in exception.Problems) error.WriteLine($"note: {problem}");
                continue;
            }
            error.WriteLine(step == 0 ? "before training: probed" : $"after update {step}: probed");
        }
        if (parsed.GetValue(options.Json)) WriteJson(folder, target, readings, output);
        else WriteTable(folder, target, readings, output);
    }

    private static void WriteTable(string folder, ProbeTarget target, List<ProbeReading> readings, TextWriter output)
    {
        var data = target.Data;
        output.WriteLine(
            $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(folder))} on {target.Name}: {data.Training.Count:N0} training and "
            + $"{data.Test.Count:N0} test images of {data.Image}, {data.ClassCount} classes, {readings[0].Features} features");
        output.WriteLine($"{"updates",9}  {"epoch",7}  {"rate",9}  {"source",8}  {"ridge",8}  {"λ",8}  {"logistic",8}  {"λ",8}");
        foreach (var reading in readings)
        {
            var probed = reading.Targets[0];
            output.WriteLine(
                $"{reading.Step,9:N0}  {reading.Epoch,7:0.##}  {reading.Rate,9:G4}  {reading.SourceAccuracy,8:P2}  "
                + $"{probed.RidgeAccuracy,8:P2}  {probed.RidgeStrength,8:G2}  {probed.LogisticAccuracy,8:P2}  "
                + $"{probed.LogisticStrength,8:G2}");
        }
    }

    private static void WriteJson(string folder, ProbeTarget target, List<ProbeReading> readings, TextWriter output) =>
        output.WriteLine(JsonSerializer.Serialize(
        new
        {
            Run = folder,
            On = target.Name,
            TrainingImages = target.Data.Training.Count,
            TestImages = target.Data.Test.Count,
            Image = $"{target.Data.Image}",
            Classes = target.Data.ClassNames,
            Readings = readings,
        }, JsonFormat.Options));

    private sealed class Options
    {
        public Argument<string> Run { get; } = CommonOptions.Run();
        public Argument<string[]> Changes { get; } = new("changes")
        {
            Description =
            "Keys of data: in a recipe, as in data.train=2000 or data.image=32x32x3.",
            HelpName = "data.key=value",
            Arity = ArgumentArity.ZeroOrMore
        };
        public Option<string> On { get; } = new("--on") { Description = "The data set to probe on.", HelpName = "SET", Required = true };
        public Option<long?> At { get; } = NumberOption.Whole("--at", "STEP",
            "The updates after which to look, of a checkpoint that the run kept, or 0 for the network before training; all of them "
            + "unless given.");
        public Option<string> Runs { get; } = CommonOptions.Runs();
        public Option<int?> Threads { get; } = CommonOptions.Threads();
        public Option<bool> Json { get; } = CommonOptions.Json();
    }
}
