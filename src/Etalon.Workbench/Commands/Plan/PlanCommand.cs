using System.CommandLine;
using Etalon.Lab;
using Etalon.Lab.Charts;
using Etalon.Lab.Files;
using Etalon.Lab.LoggedSchedules;
using Etalon.Lab.Planning;
using Etalon.Lab.Recipes;
using Etalon.Lab.ScalarLogs;
using Etalon.Schedules.Export;
using Etalon.Workbench.Options;
using Etalon.Workbench.Terminals;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon plan</c>: the resolved schedule before any training.</summary>
internal static class PlanCommand
{
    public static Command Create()
    {
        var options = new Options();
        var command = new Command("plan",
            """
            Show a recipe's schedules before any training: drawn, as a table of what happens when, written to files.

            Examples:
              etalon plan recipes/cifar-step.yaml
              etalon plan recipes/cifar-step.yaml duration=200ep --svg plan.svg
              etalon plan recipes/cifar-step.yaml recipes/cifar-cosine-warmup.yaml
              etalon plan recipes/cifar-step.yaml --explain 40000
              etalon plan recipes/cifar-step.yaml --resolved
              etalon plan --from-log out/trainer_state.json --as-recipe
            """)
        {
            options.Recipes, options.Epochs, options.Explain, options.Resolved, options.Csv, options.Svg, options.Json, options.FromLog,
            options.AsRecipe,
        };
        foreach (var option in options.OfLog.All) command.Options.Add(option);
        command.SetAction(parsed => Run(parsed, options));
        return command;
    }

    private static int Run(ParseResult parsed, Options options)
    {
        var files = new OutputFiles(parsed, options.Json, options.Csv, options.Svg);
        IReadOnlyList<InputFile> logs = [];
        IReadOnlyList<ReadRecipe> recipes;
        if (parsed.GetValue(options.FromLog) is { } log)
        {
            if (parsed.GetValue(options.Recipes) is { Length: > 0 } words)
                throw new InputException($"--from-log: takes no recipe beside the log; leave {words[0]} out, or plan it by itself");
            logs = [new InputFile(log, "the log itself")];
            files.Spare(logs);
            var (text, read) = OfLog(parsed, log, options.OfLog);
            if (parsed.GetValue(options.AsRecipe))
            {
                files.Report.Write(text);
                return ExitCode.Done;
            }
            recipes = [read];
        }
        else
        {
            if (options.OfLog.Given(parsed) is { } beside) throw new InputException($"{beside.Name}: goes with --from-log LOG");
            if (parsed.GetValue(options.AsRecipe))
                throw new InputException("--as-recipe: goes with --from-log LOG; for a recipe there is --resolved");
            recipes = RecipeArguments.ReadMany(parsed.GetValue(options.Recipes)!, parsed.InvocationConfiguration.Error);
        }
        IReadOnlyList<PlannedRecipe> plans = [.. recipes.Select(read => PlannedRecipe.Of(read.Recipe))];
        files.Spare(recipes.SelectMany(RecipeInputs.Of).Concat(logs));
        if (files.Has(options.Csv) && plans.Count > 1) throw new InputException("--csv takes one recipe; give each its own file");
        files.Write(options.Csv, writer => CsvExporter.Write(plans[0].Numbers, writer), plans[0].Recipe.TotalSteps);
        files.Write(options.Svg, writer => SvgChart.Write(PlanChart.Of(plans), writer));

        var output = files.Report;
        foreach (var note in plans.Select(plan => RunMemory.Note(plan.Recipe, Environment.ProcessorCount, RunMemory.Available))
            .OfType<string>())
            parsed.InvocationConfiguration.Error.WriteLine($"warning: {note}");
        if (parsed.GetValue(options.Json))
            PlanJson.Write([.. plans.Zip(recipes, PlanJson.Of)], output);
        else if (parsed.GetValue(options.Resolved))
            output.Write(string.Join("---\n", plans.Select(plan => RecipeWriter.ToYaml(plan.Recipe))));
        else if (parsed.GetValue(options.Explain) is { } step)
            Write(output,
                plans.Zip(recipes).SelectMany(pair => Explanation.Of(pair.First, pair.Second.File!, step, Terminal.Of(output).Width)));
        else if (parsed.GetValue(options.Epochs))
            Write(output,
                plans.SelectMany(
                    plan => PlanText.Heading(plan.Recipe, Terminal.Of(output).Width)
                        .Concat(PlanText.Epochs(plan, Terminal.Of(output).Width))));
        else
            Draw(plans, output);
        return ExitCode.Done;
    }

    // The schedule that ran, as a recipe; what it is goes to standard error, beside the plan.
    private static (string Text, ReadRecipe Read) OfLog(ParseResult parsed, string path, LogOptions options)
    {
        var error = parsed.InvocationConfiguration.Error;
        var question = options.QuestionOf(parsed);
        var schedule = LoggedSchedule.Of(LogFormat.ReadAny(path, question.Run), question);
        foreach (string warning in schedule.Log.Warnings) error.WriteLine($"warning: {warning}");
        var pieces = SchedulePieces.Of(schedule);
        foreach (string line in LoggedScheduleText.Heading(schedule, Terminal.Of(error).Width)) error.WriteLine(line);
        error.WriteLine(LoggedScheduleText.SentenceOf(pieces));
        foreach (string remark in schedule.Remarks) error.WriteLine(remark);
        string text = pieces.RecipeOf(schedule, "logged");
        return (text, RecipeReader.Read(text, path));
    }

    private static void Draw(IReadOnlyList<PlannedRecipe> plans, TextWriter output)
    {
        var screen = Terminal.Of(output);
        foreach (var plan in plans)
        {
            Write(output, PlanText.Heading(plan.Recipe, screen.Width).Select(screen.Heading));
            Write(output, PlanText.Groups(plan, screen.Width));
        }
        output.WriteLine();
        Write(output, PlanText.Charts(plans, screen.Width));
        foreach (var plan in plans)
        {
            output.WriteLine();
            if (plans.Count > 1) output.WriteLine(screen.Heading(plan.Recipe.Name));
            Write(output, PlanText.Events(plan, screen.Width));
        }
    }

    private static void Write(TextWriter output, IEnumerable<string> lines)
    {
        foreach (var line in lines) output.WriteLine(line);
    }

    private sealed class Options
    {
        public Argument<string[]> Recipes { get; } = RecipeArguments.Many(least: 0);
        public Option<bool> Epochs { get; } = new("--epochs") { Description = "The values at the first update of each epoch." };
        public Option<long?> Explain { get; } =
            NumberOption.Whole("--explain", "STEP", "Which piece decides this update, why its value is what it is, and what comes next.");
        public Option<bool> Resolved { get; } =
            new("--resolved") { Description = "The canonical recipe: all defaults, all durations in steps, and its hash." };
        public Option<string?> Csv { get; } = new("--csv")
        {
            Description =
            "Write step,lr,weight_decay,momentum,log_lr for each update to this file; of a recipe with groups those of each group, as in "
            + "lr/covered.",
            HelpName = "FILE"
        };
        public Option<string?> Svg { get; } =
            new("--svg") { Description = "Write a picture to this file; several recipes are drawn over each other.", HelpName = "FILE" };
        public Option<string?> FromLog { get; } = new("--from-log")
        {
            Description =
                "In place of recipes: the schedule that a log shows, of TensorBoard, Hugging Face, Lightning, W&B, MLflow, Keras, JSON "
                + "lines or CSV.",
            HelpName = "LOG",
        };
        public Option<bool> AsRecipe { get; } =
            new("--as-recipe") { Description = "With --from-log: print the recipe whose pieces explain the log, and nothing else." };
        public LogOptions OfLog { get; } = new();
        public Option<bool> Json { get; } = new("--json") { Description = "For machines: recipe, hash, events and warnings as JSON." };
    }
}
