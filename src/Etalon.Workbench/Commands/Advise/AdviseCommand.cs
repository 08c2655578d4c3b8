using System.CommandLine;
using Etalon.Lab.Advice;
using Etalon.Lab.Recipes;
using Etalon.Workbench.Options;
using Etalon.Workbench.Terminals;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon advise</c>: a recipe for a budget, a recipe's numbers for another budget, or what is wrong with a recipe.</summary>
internal static class AdviseCommand
{
    public static Command Create()
    {
        var options = new AdviseOptions();
        var command = new Command("advise",
            """
            Rate, weight decay, schedule and warm-up for a budget, with a reason for each number and what the reason rests on.
            With --from, the numbers of a recipe that works for another batch, length, width or optimizer; with --against, an existing recipe by the same rules.

            Examples:
              etalon advise --family conv-bn --duration 160ep --steps-per-epoch 391 --batch 128
              etalon advise --family vit --optimizer adamw --duration 300ep --steps-per-epoch 1252 --batch 1024 --init-rms 0.02
              etalon advise --from recipes/cifar-step.yaml --batch 512
              etalon advise --against recipes/cifar-step.yaml

            Exit codes: 0 done, 1 --against found something, 2 bad input.
            """);
        foreach (var option in options.All) command.Options.Add(option);
        command.SetAction(parsed => Run(parsed, options));
        return command;
    }

    private static int Run(ParseResult parsed, AdviseOptions options)
    {
        var files = new OutputFiles(parsed, options.Json, options.Out);
        UnusualSize.Warn(
            $"{options.Rate.Name} ", parsed.GetValue(options.Rate), ScheduledQuantity.LearningRate, parsed.InvocationConfiguration.Error);
        if (parsed.GetValue(options.Against) is { } against) return Judge(parsed, options, files, against);
        if (parsed.GetValue(options.From) is { } from) return Transfer(parsed, options, files, from);
        return Advise(parsed, options, files);
    }

    private static int Advise(ParseResult parsed, AdviseOptions options, OutputFiles files)
    {
        files.Spare();
        var advice = Advice.Of(options.BudgetOf(parsed, out string duration));
        string recipe = AdvisedRecipe.TextOf(advice, duration);
        var read = RecipeReader.Read(recipe, "advised.yaml");
        var judgment = RecipeJudgment.Of(read.Recipe, options.InitRmsOf(parsed));
        if (parsed.GetValue(options.Json)) AdviseJson.Write(advice, judgment.Findings, recipe, files.Report);
        else Print(AdviseText.Of(advice, judgment, recipe, Terminal.Of(files.Report).Width), files.Report);
        files.Write(options.Out, writer => writer.Write(recipe));
        return ExitCode.Done;
    }

    private static int Judge(ParseResult parsed, AdviseOptions options, OutputFiles files, string file)
    {
        options.RefuseBeside(parsed, options.Against, options.InitRms, options.Json);
        var read = ReadRecipe(file, parsed);
        files.Spare(RecipeInputs.Of(read));
        var judgment = RecipeJudgment.Of(read.Recipe, options.InitRmsOf(parsed));
        if (parsed.GetValue(options.Json)) AdviseJson.Write(judgment, files.Report);
        else Print(AdviseText.Of(judgment, Terminal.Of(files.Report).Width), files.Report);
        return judgment.Findings.Count == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private static int Transfer(ParseResult parsed, AdviseOptions options, OutputFiles files, string file)
    {
        var read = ReadRecipe(file, parsed);
        files.Spare(RecipeInputs.Of(read));
        var transfer = options.TransferOf(parsed, RecipeNumbersAtPeak.Of(read.Recipe, out _), read.Recipe);
        if (parsed.GetValue(options.Json)) AdviseJson.Write(transfer, read.Recipe, files.Report);
        else Print(AdviseText.Of(transfer, read.Recipe, Terminal.Of(files.Report).Width), files.Report);
        if (files.Has(options.Out))
        {
            string path = parsed.GetValue(options.Out)!;
            string text = TransferredRecipe.TextOf(transfer, read, path);
            files.Write(options.Out, writer => writer.Write(text));
        }
        return ExitCode.Done;
    }

    private static ReadRecipe ReadRecipe(string file, ParseResult parsed)
    {
        var read = RecipeReader.ReadFile(file);
        foreach (var warning in read.Warnings) parsed.InvocationConfiguration.Error.WriteLine($"warning: {warning}");
        return read;
    }

    private static void Print(IEnumerable<string> lines, TextWriter output)
    {
        foreach (var line in lines) output.WriteLine(line);
    }
}
