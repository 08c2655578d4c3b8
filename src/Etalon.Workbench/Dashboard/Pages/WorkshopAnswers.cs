using System.Text.Json;
using Etalon.Lab;
using Etalon.Lab.Charts;
using Etalon.Lab.Conversions;
using Etalon.Lab.Forecasts;
using Etalon.Lab.Planning;
using Etalon.Lab.Recipes;
using Etalon.Workbench.Commands;
using Microsoft.AspNetCore.Http;

namespace Etalon.Workbench.Dashboard;

/// <summary>The answers of the workshop: a recipe as text becomes its schedule, its forecast and its twin, or what is wrong with
/// it.</summary>
/// <param name="store">The runs, one of which may tell the gradients of a recipe.</param>
internal sealed class WorkshopAnswers(RunStore store)
{
    private const int LargestRecipe = 256 << 10;

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The schedule of a recipe, with its warnings and milestones, or what is wrong with it.</summary>
    public static async Task PlanAsync(HttpContext context)
    {
        var asked = await ReadAsync<PlanQuestion>(context);
        var (read, plan, problems) = Read(asked.Text, "recipe");
        if (read is null || plan is null)
        {
            await ApiAnswer.JsonAsync(context.Response, new { Problems = problems });
            return;
        }
        var (_, other, otherProblems) = asked.Overlay is { Length: > 0 } overlay ? Read(overlay, "second") : (null, null, []);
        await ApiAnswer.JsonAsync(context.Response, ScheduleOf(read, plan, other, otherProblems));
    }

    /// <summary>The text with a milestone at another update, in the unit that it had.</summary>
    public static async Task MoveAsync(HttpContext context)
    {
        var asked = await ReadAsync<MoveQuestion>(context);
        var (read, _, problems) = Read(asked.Text, "recipe");
        if (read is null) throw new InputException([.. problems.Select(problem => problem.Text)]);
        await ApiAnswer.JsonAsync(context.Response, new { Text = Milestone.Move(asked.Text, read.Recipe, asked.Key, asked.Update) });
    }

    /// <summary>The schedule for another framework.</summary>
    public static async Task ExportAsync(HttpContext context)
    {
        var asked = await ReadAsync<ExportQuestion>(context);
        var (read, _, problems) = Read(asked.Text, "recipe");
        if (read is null) throw new InputException([.. problems.Select(problem => problem.Text)]);
        var writer = new StringWriter { NewLine = "\n" };
        ExportCommand.Write(asked.Target, read.Recipe, writer);
        await ApiAnswer.JsonAsync(context.Response, new { Text = writer.ToString() });
    }

    /// <summary>The words of a recipe, for completion.</summary>
    public static Task WordsAsync(HttpContext context) => ApiAnswer.JsonAsync(context.Response, new
    {
        Words = RecipeVocabulary.Words,
        Targets = ExportCommand.TargetNames,
    });

    private static object ScheduleOf(ReadRecipe read, PlannedRecipe plan, PlannedRecipe? other, IReadOnlyList<RecipeProblem> otherProblems)
        => new
        {
            read.Recipe.Name,
            Updates = read.Recipe.TotalSteps,
            UpdatesOfEpoch = read.Recipe.StepsPerEpoch,
            read.Warnings,
            Schedule = ChartJson.Of(ScheduleChart.Of(other is null ? [plan] : [plan, other])),
            OverlayProblems = otherProblems,
            Milestones = Milestone.In(read.SourceText, read.Recipe),
        };

    /// <summary>The forecast of a recipe and its twin: they look at every update, and so come after the schedule.</summary>
    public async Task TheoryAsync(HttpContext context)
    {
        var asked = await ReadAsync<PlanQuestion>(context);
        var (read, _, problems) = Read(asked.Text, "recipe");
        if (read is null)
        {
            await ApiAnswer.JsonAsync(context.Response, new { Problems = problems });
            return;
        }
        var recipe = read.Recipe;
        var converting = Task.Run(() => Try(() => TwinOf(recipe)), context.RequestAborted);
        var (forecast, forecastProblem) = Try(() => ForecastOf(recipe));
        var (twin, twinProblem) = await converting;
        await ApiAnswer.JsonAsync(context.Response, new
        {
            Phases = forecast?.Phases.Select(phase => new { phase.Begin, phase.End, phase.MixingUnits, phase.Equilibrated }),
            Forecast = forecast is null ? null : ChartJson.Of(ForecastChart.Of(forecast) with { XLabel = "updates" }, SentenceOf(forecast)),
            ForecastProblem = forecastProblem,
            Twin = twin is null ? null : ChartJson.Of(twin),
            TwinProblem = twinProblem,
        });
    }

    // Absolute where a run of this recipe has measured its gradients; else relative to equilibrium.
    private Forecast ForecastOf(Recipe recipe)
    {
        // Without a model there is no normalization to miss.
        if (recipe.Model is not null) Forecast.Check(recipe);
        var run = store.All().FirstOrDefault(run => run.RecipeHash == recipe.Hash && run.State != RunState.Damaged);
        return (run is null ? null : Try(() => Forecast.From(recipe, run.Path)).Value) ?? Forecast.Without(recipe);
    }

    private static string SentenceOf(Forecast forecast)
    {
        string units = $"{forecast.MixingUnits:G3} mixing units in all";
        return forecast.HasNorms
            ? $"Norms and effective rates of this recipe, with gradients {forecast.Source}; {units}."
            : $"The effective rate over that of its equilibrium, of a run that starts there: 1 is settled; {units}.";
    }

    private static Chart TwinOf(Recipe recipe)
    {
        var form = RecipeConversion.FormOf(recipe with { Equivalent = null });
        var plan = PlannedRecipe.Of(recipe with { Equivalent = form });
        var lines = PlanLines.Of([plan], PlannedQuantity.LearningRate);
        double unit = PlanLines.XLabel([plan]) == "step" ? 1 : recipe.StepsPerEpoch;
        return new Chart($"{recipe.Name}: {FormWords.Of(form.Form)}", "updates", [new ChartPanel(lines.Label,
            [.. lines.Lines.Select(line => ScheduleChart.InUpdates(line, unit))])])
        {
            Legend = PlanLines.Names([plan]),
        };
    }

    private static (T? Value, string? Problem) Try<T>(Func<T> find)
    {
        try
        {
            return (find(), null);
        }
        catch (InputException exception)
        {
            return (default, string.Join(' ', exception.Problems));
        }
    }

    private static (ReadRecipe? Read, PlannedRecipe? Plan, IReadOnlyList<RecipeProblem> Problems) Read(string text, string source)
    {
        if (text.Length > LargestRecipe) throw new InputException($"a recipe has at most {LargestRecipe} characters here");
        try
        {
            RecipeVocabulary.RefuseFiles(text, source);
            var read = RecipeReader.Read(text, source);
            return (read, PlannedRecipe.Of(read.Recipe), []);
        }
        catch (InputException exception)
        {
            return (null, null, [.. exception.Problems.Select(problem => RecipeProblem.Of(problem, source))]);
        }
    }

    private static async Task<T> ReadAsync<T>(HttpContext context) where T : class
    {
        if (context.Request.ContentLength > 4 * LargestRecipe)
            throw new InputException($"a recipe has at most {LargestRecipe} characters here");
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(context.Request.Body, Json, context.RequestAborted)
                ?? throw new InputException("the question is empty");
        }
        catch (JsonException)
        {
            throw new InputException("the question is no JSON of this page");
        }
    }

    private sealed record PlanQuestion(string Text = "", string? Overlay = null);

    private sealed record MoveQuestion(string Text = "", string Key = "", long Update = 0);

    private sealed record ExportQuestion(string Text = "", string Target = "");
}

/// <summary>What is wrong with a recipe, and where.</summary>
/// <param name="Line">The line, from 1; 0 where it is of the whole.</param>
/// <param name="Column">The column, from 1.</param>
/// <param name="Text">The problem.</param>
internal sealed record RecipeProblem(int Line, int Column, string Text)
{
    /// <summary>From a message that begins with its place, as in "recipe:3:9: ...".</summary>
    public static RecipeProblem Of(string problem, string source)
    {
        string[] parts = problem.Split(':', 4);
        return parts.Length == 4 && parts[0] == source && NumberText.TryReadInteger(parts[1], out int line, out _)
            && NumberText.TryReadInteger(parts[2], out int column, out _)
            ? new RecipeProblem(line, column, parts[3].Trim()) : new RecipeProblem(0, 0, problem);
    }
}
