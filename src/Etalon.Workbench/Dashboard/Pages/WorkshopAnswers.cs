using System.Text.Json;
using Etalon.Lab;
using Etalon.Lab.Planning;
using Etalon.Lab.Recipes;
using Etalon.Workbench.Commands;
using Microsoft.AspNetCore.Http;

namespace Etalon.Workbench.Dashboard;

/// <summary>The answers of the workshop: a recipe as text becomes its schedule, its forecast and its twin, or what is wrong with
/// it.</summary>
/// <param name="theory">Forecasts and twins.</param>
internal sealed class WorkshopAnswers(WorkshopTheory theory)
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

    /// <summary>The frameworks that a schedule is exported for.</summary>
    public static Task TargetsAsync(HttpContext context) =>
        ApiAnswer.JsonAsync(context.Response, new { Targets = ExportCommand.TargetNames });

    /// <summary>What could stand at a place of a recipe.</summary>
    public static async Task CompleteAsync(HttpContext context)
    {
        var asked = await ReadAsync<CompleteQuestion>(context);
        RequireShort(asked.Text);
        await ApiAnswer.JsonAsync(context.Response, new { Completion = RecipeVocabulary.At(asked.Text, asked.Place) });
    }

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
        var (read, problems) = ReadRecipe(asked.Text, "recipe");
        object answer = read is null ? new { Problems = problems } : await theory.OfAsync(read.Recipe, context.RequestAborted);
        await ApiAnswer.JsonAsync(context.Response, answer);
    }

    private static (ReadRecipe? Read, PlannedRecipe? Plan, IReadOnlyList<RecipeProblem> Problems) Read(string text, string source)
    {
        var (read, problems) = ReadRecipe(text, source);
        if (read is null) return (null, null, problems);
        try
        {
            return (read, PlannedRecipe.Of(read.Recipe), []);
        }
        catch (InputException exception)
        {
            return (null, null, [.. exception.Problems.Select(problem => RecipeProblem.Of(problem, source))]);
        }
    }

    private static (ReadRecipe? Read, IReadOnlyList<RecipeProblem> Problems) ReadRecipe(string text, string source)
    {
        RequireShort(text);
        try
        {
            RecipeVocabulary.RefuseFiles(text, source);
            return (RecipeReader.Read(text, source), []);
        }
        catch (InputException exception)
        {
            return (null, [.. exception.Problems.Select(problem => RecipeProblem.Of(problem, source))]);
        }
    }

    private static void RequireShort(string text)
    {
        if (text.Length > LargestRecipe) throw new InputException($"a recipe has at most {LargestRecipe} characters here");
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

    private sealed record CompleteQuestion(string Text = "", int Place = 0);

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
