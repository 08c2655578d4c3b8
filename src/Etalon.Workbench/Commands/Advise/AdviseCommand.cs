using System.CommandLine;
using Etalon.Lab.Advice;
using Etalon.Lab.RangeTests;
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
            With --from, the numbers of a recipe that works for another batch, length, width or optimizer; with --against, an existing recipe by the same rules;
            with --measure, advice for a recipe with data from short runs of it.

            Examples:
              etalon advise --family conv-bn --duration 160ep --steps-per-epoch 391 --batch 128
              etalon advise --family vit --optimizer adamw --duration 300ep --steps-per-epoch 1252 --batch 1024 --init-rms 0.02
              etalon advise --from recipes/cifar-step.yaml --batch 512
              etalon advise --against recipes/cifar-step.yaml
              etalon advise --against lm.yaml --family lm --tokens-per-parameter 20
              etalon advise --measure recipes/digits.yaml --out advised.yaml

            Exit codes: 0 done, 1 --against found something, 2 bad input, 130 interrupted.
            """);
        foreach (var option in options.All) command.Options.Add(option);
        // On a thread of its own, so that Ctrl-C finds the command waiting.
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(parsed, options, cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(ParseResult parsed, AdviseOptions options, CancellationToken cancellation)
    {
        var files = new OutputFiles(parsed, options.Json, options.Out);
        UnusualSize.Warn(
            $"{options.Rate.Name} ", parsed.GetValue(options.Rate), ScheduledQuantity.LearningRate, parsed.InvocationConfiguration.Error);
        if (parsed.GetValue(options.Against) is { } against) return Judge(parsed, options, files, against);
        if (parsed.GetValue(options.From) is { } from) return Transfer(parsed, options, files, from);
        if (parsed.GetValue(options.Measure) is { } measured) return Measure(parsed, options, files, measured, cancellation);
        return Advise(parsed, options, files);
    }

    private static int Advise(ParseResult parsed, AdviseOptions options, OutputFiles files)
    {
        files.Spare();
        var advice = Advice.Of(options.BudgetOf(parsed, out string duration));
        WarnOf(advice, parsed.InvocationConfiguration.Error);
        string recipe = AdvisedRecipe.TextOf(advice, duration);
        var read = RecipeReader.Read(recipe, "advised.yaml");
        var budget = advice.Budget;
        var judgment = RecipeJudgment.Of(read.Recipe, budget.StartRms, budget.Family, budget.TokensPerParameter);
        if (parsed.GetValue(options.Json)) AdviseJson.Write(advice, judgment.Findings, recipe, files.Report);
        else Print(AdviseText.Of(advice, judgment, recipe, Terminal.Of(files.Report).Width), files.Report);
        files.Write(options.Out, writer => writer.Write(recipe));
        return ExitCode.Done;
    }

    private static int Measure(ParseResult parsed, AdviseOptions options, OutputFiles files, string file, CancellationToken cancellation)
    {
        var read = ReadRecipe(file, parsed);
        files.Spare(RecipeInputs.Of(read));
        var budget = options.MeasuredBudgetOf(parsed, read.Recipe);
        var error = parsed.InvocationConfiguration.Error;
        int? threads = parsed.GetValue(options.Threads);
        var measured = MeasuredBudget.Of(read.Recipe, budget,
            ThreadCount.Of(threads, RateRangeTest.MostAtATime(read.Recipe, new RateTestOptions()), "tests and memory divide", error),
            ThreadCount.ForBatches(threads, read.Recipe.Data!.Batch, error), error.WriteLine, cancellation);
        var advice = Lab.Advice.Advice.Of(measured.Budget);
        WarnOf(advice, error);
        var recipe = MeasuredRecipe.Of(advice, read, parsed.GetValue(options.Out) ?? file);
        var judgment = RecipeJudgment.Of(recipe.Recipe, measured.Budget.StartRms);
        if (parsed.GetValue(options.Json)) AdviseJson.Write(advice, judgment.Findings, recipe.Text, files.Report);
        else Print(AdviseText.Of(advice, judgment, recipe.Text, Terminal.Of(files.Report).Width), files.Report);
        files.Write(options.Out, writer => writer.Write(recipe.Text));
        return ExitCode.Done;
    }

    private static int Judge(ParseResult parsed, AdviseOptions options, OutputFiles files, string file)
    {
        var read = ReadRecipe(file, parsed);
        files.Spare(RecipeInputs.Of(read));
        var judgment = options.JudgmentOf(parsed, read.Recipe);
        if (parsed.GetValue(options.Json)) AdviseJson.Write(judgment, files.Report);
        else Print(AdviseText.Of(judgment, Terminal.Of(files.Report).Width), files.Report);
        return judgment.Findings.Count == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private static int Transfer(ParseResult parsed, AdviseOptions options, OutputFiles files, string file)
    {
        var read = ReadRecipe(file, parsed);
        files.Spare(RecipeInputs.Of(read));
        var transfer = options.TransferOf(parsed, RecipeNumbersAtPeak.Of(read), read.Recipe);
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

    private static void WarnOf(Advice advice, TextWriter error)
    {
        if (advice.DoubtOfRate is { } doubt)
            error.WriteLine($"warning: --rate {NumberWords.OfRate(advice.Rate)}: {doubt}; the decay follows from it");
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
