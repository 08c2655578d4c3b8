using System.Text.Json.Nodes;
using Etalon.Lab;
using Etalon.Lab.Conversions;
using Etalon.Lab.Forecasts;
using Etalon.Lab.Planning;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Schedules.Dynamics;

namespace Etalon.Workbench.Dashboard;

/// <summary>What the page of one run shows beside its curves.</summary>
internal static class RunPage
{
    // Between two of them units and updates are proportional to far below a pixel.
    private const int Knots = 1000;

    private const long LongestText = 1 << 20;

    // Whose updates are written out one by one: 100 bytes each.
    private const long MostExact = 200_000;

    /// <summary>The run as an object for JSON. A recipe that cannot be read, as a newer etalon's, is told and leaves the rest.</summary>
    public static object Of(RunFacts run, MetricsIndex index, IReadOnlyList<(RunFacts Run, long Until)> ancestors)
    {
        string? problem = null;
        Recipe? recipe = null;
        PlannedRecipe? plan = null;
        IReadOnlyList<string> warnings = [];
        try
        {
            var resolved = ResolvedRecipe.Read(run.Path);
            (recipe, warnings) = (resolved.Recipe, resolved.Warnings);
            plan = PlannedRecipe.Of(recipe with { Equivalent = null });
        }
        catch (InputException exception)
        {
            problem = exception.Message;
        }
        return new
        {
            run.Id,
            run.State,
            run.Updates,
            run.TotalUpdates,
            run.UpdatesOfEpoch,
            run.Batch,
            run.Result,
            run.Fault,
            run.RecipeHash,
            Optimizer = recipe?.Optimizer.Name,
            RecipeProblem = problem,
            Warnings = warnings,
            MetricsFault = index.Fault,
            Metrics = index.Names,
            Groups = GroupsOf(index),
            ImagesPerSecond = index.LastOf("images_per_second")?.Value,
            RecipeText = TextOf(Path.Combine(run.Path, RunFolder.RecipeName)),
            Parent = ParentOf(run.Path),
            Ancestors = ancestors.Select(ancestor => new { ancestor.Run.Id, ancestor.Until, ancestor.Run.Batch }),
            Schedule = plan is null ? null : ChartJson.Of(ScheduleChart.Of([plan])),
            Events = plan?.Quantities.SelectMany(quantity => plan.Events(quantity)
                .Select(happening => new { quantity.Name, Updates = happening.Step, happening.What, happening.Text })),
            Phases = recipe is null ? null : PhasesOf(recipe),
            Units = recipe is null ? null : UnitsOf(run, ancestors),
        };
    }

    /// <summary>What of it changes while it trains.</summary>
    public static object BriefOf(RunFacts run, MetricsIndex index) => new
    {
        run.State,
        run.Updates,
        run.Result,
        run.Fault,
        MetricsFault = index.Fault,
        Metrics = index.Names,
        Groups = GroupsOf(index),
        ImagesPerSecond = index.LastOf("images_per_second")?.Value,
    };

    private static IEnumerable<string> GroupsOf(MetricsIndex index) =>
        index.Names.Where(name => name.StartsWith(MonitorKeys.Norm, StringComparison.Ordinal))
            .Select(name => name[MonitorKeys.Norm.Length..]);

    private static object? PhasesOf(Recipe recipe) => RecipeValues.Of(recipe) is { } values
        ? PhaseBegins.Of(recipe, values).Select(begin => new { Begin = begin })
        : recipe.TotalSteps > MostExact ? null
        : Known(() => Schedules.Dynamics.Phases.Of(InvariantSchedule.NumbersOf(recipe)).Select(phase => new { phase.Begin }));

    /// <summary>
    /// Mixing units done after some updates of a run, those before a fork as its ancestors had them; null where a recipe does not tell.
    /// </summary>
    public static object? UnitsOf(RunFacts run, IReadOnlyList<(RunFacts Run, long Until)> ancestors) => Known(() =>
    {
        var (updates, units) = (new List<long>(), new List<double>());
        long begin = 0;
        foreach (var (part, until) in (IEnumerable<(RunFacts, long)>)[.. ancestors, (run, long.MaxValue)])
        {
            if (UnitsOf(ResolvedRecipe.Read(part.Path).Recipe, begin, until) is not { } known) return null;
            double before = units.Count == 0 ? 0 : units[^1];
            updates.AddRange(known.Updates);
            units.AddRange(known.Units.Select(each => before + each - known.Units[0]));
            begin = until;
        }
        return units[^1] > 0 ? new { Updates = updates, Units = units, All = units[^1] } : null;
    });

    /// <summary>Whether a recipe may have mixing units, as far as its keys tell: laws of SGD alone count them.</summary>
    public static bool MayHaveUnits(RunFacts run) => run.Keys.GetValueOrDefault("optimizer.name", "sgd") == "sgd"
        && !run.Keys.Keys.Any(key => key.StartsWith("auto_decay", StringComparison.Ordinal))
        && run.Keys.GetValueOrDefault("weight_decay", "0") != "0";

    // Laws of SGD alone count mixing units.
    private static (long[] Updates, double[] Units)? UnitsOf(Recipe recipe, long begin, long end)
    {
        end = Math.Min(end, recipe.TotalSteps);
        if (begin > end) return null;
        long[] updates = [.. Enumerable.Range(0, Knots + 1).Select(i => begin + (long)((double)(end - begin) * i / Knots)).Distinct()];
        if (RecipeValues.Of(recipe) is { } values) return UnitsSketch.Until(recipe, values, updates) is { } units ? (updates, units) : null;
        if (recipe.TotalSteps > MostExact) return null;
        var until = MixingUnits.Until(InvariantSchedule.Of(recipe).Table);
        return (updates, [.. updates.Select(step => until[(int)step])]);
    }

    private static object? Known(Func<object?> find)
    {
        try
        {
            return find();
        }
        catch (InputException)
        {
            // Not of this recipe: too long for a table, or a rate that follows the loss.
            return null;
        }
    }

    private static object? ParentOf(string run)
    {
        try
        {
            var resolved = RunFile.Object(Path.Combine(run, RunFolder.ResolvedName));
            if (resolved[RunParent.Key] is not JsonObject json) return null;
            var parent = RunParent.Of(json);
            return new
            {
                Run = RunFolder.NameOf(parent.Run),
                parent.Step,
                parent.Changes,
                Differences = DifferencesFrom(parent.Run, resolved)
            };
        }
        catch (Exception exception) when (exception is InputException or IOException or UnauthorizedAccessException
            or InvalidOperationException)
        {
            return null;
        }
    }

    // Only a parent in the same folder is looked at; a path in a file may lead anywhere.
    private static IReadOnlyList<string>? DifferencesFrom(string parent, JsonObject resolved)
    {
        string beside = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(parent)) ?? "", RunFolder.ResolvedName);
        string file = Path.Combine(parent, RunFolder.ResolvedName);
        if (beside.Length == 0 || !File.Exists(file) || new FileInfo(file).LinkTarget is not null) return null;
        return JsonDifferences.Between(RunFile.Object(file)["recipe"], resolved["recipe"]);
    }

    private static string? TextOf(string path)
    {
        try
        {
            return File.Exists(path) && new FileInfo(path).Length <= LongestText ? RunFile.Text(path) : null;
        }
        catch (Exception exception) when (exception is InputException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
