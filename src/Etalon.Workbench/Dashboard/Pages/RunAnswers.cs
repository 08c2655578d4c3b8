using System.Runtime.CompilerServices;
using Etalon.Lab;
using Etalon.Lab.Runs;
using Microsoft.AspNetCore.Http;

namespace Etalon.Workbench.Dashboard;

/// <summary>The answers about runs: their list, one of them, and curves.</summary>
/// <param name="store">The runs.</param>
/// <param name="shelf">Their metrics.</param>
internal sealed class RunAnswers(RunStore store, MetricsShelf shelf)
{
    private const int MostSparks = 60, SparkPixels = 48, MostCurves = 200, MostPixels = 4096, MostKnots = 100;

    // More keys than columns of a table anybody reads; more names than a menu that anybody reads.
    private const int MostKeys = 40;

    private readonly Lock _lock = new();
    private (long Recipes, IReadOnlyList<string> Names)? _keys;

    /// <summary>The list; of the runs that are named, where some are: what is asked for when they changed.</summary>
    public Task ListAsync(HttpContext context)
    {
        var named = new QueryReader(context.Request.Query).Texts("run");
        var keys = named.Count > 0 && _keys is { } known ? known.Names : KeysOf(store.All());
        var runs = named.Count > 0 ? [.. named.Select(store.Find).OfType<RunFacts>()] : store.All();
        return ApiAnswer.JsonAsync(context.Response, new
        {
            Folder = store.Root,
            Exists = Directory.Exists(store.Root),
            Keys = keys,
            Runs = runs.Select(run => new
            {
                run.Id,
                run.Group,
                run.State,
                run.Updates,
                run.TotalUpdates,
                run.UpdatesOfEpoch,
                run.Batch,
                run.Result?.TestAccuracy,
                run.Result?.BestTestAccuracy,
                run.Result?.TestLoss,
                run.Result?.Seconds,
                run.Result?.ImagesPerSecond,
                run.Result?.Message,
                run.Fault,
                run.RecipeHash,
                run.Parent,
                Values = keys.Select(key => run.Keys.GetValueOrDefault(key)),
            }),
        });
    }

    // Which differ is found anew when a recipe was read anew, or a run came or went.
    private IReadOnlyList<string> KeysOf(IReadOnlyList<RunFacts> runs)
    {
        long recipes = runs.Aggregate(17L, (sum, run) => unchecked(sum * 31 + RuntimeHelpers.GetHashCode(run.Keys)));
        lock (_lock)
        {
            if (_keys is { } kept && kept.Recipes == recipes) return kept.Names;
            string[] names = [.. RecipeKeys.Differing(runs.Where(run => run.Keys.Count > 0).Select(run => run.Keys)).Take(MostKeys)];
            _keys = (recipes, names);
            return names;
        }
    }

    /// <summary>Small curves of some runs, with the last accuracy and speed of those that train.</summary>
    public Task SparksAsync(HttpContext context)
    {
        var ids = new QueryReader(context.Request.Query).Texts("run");
        if (ids.Count > MostSparks) throw new InputException($"run: at most {MostSparks} small curves are given at once");
        return ApiAnswer.JsonAsync(context.Response, ids.Select(store.Find).OfType<RunFacts>().Select(run => Spark(run, context)));
    }

    private object Spark(RunFacts run, HttpContext context)
    {
        try
        {
            var index = Open(run, context);
            string metric = SparkMetrics.First(name => name == SparkMetrics[^1] || index.LastOf(name) is not null);
            var curve = index.Curve(metric, new CurveView(0, run.TotalUpdates ?? index.LastStep + 1, SparkPixels, AreMeans: true));
            return new
            {
                run.Id,
                Metric = metric,
                curve.X,
                curve.Y,
                Accuracy = index.LastOf(SparkMetrics[0])?.Value,
                ImagesPerSecond = index.LastOf("images_per_second")?.Value,
                index.Fault,
            };
        }
        catch (Exception exception) when (exception is InputException or IOException or UnauthorizedAccessException)
        {
            return new { run.Id, Fault = exception.Message };
        }
    }

    private static readonly string[] SparkMetrics = ["test/accuracy", "test/loss", "train/loss"];

    /// <summary>One run: its facts, its recipe, its schedule in words, what its axes need.</summary>
    public Task ShowAsync(HttpContext context)
    {
        var query = new QueryReader(context.Request.Query);
        var run = store.Require(query.Text("id"));
        var index = Open(run, context);
        return ApiAnswer.JsonAsync(context.Response,
            query.Flag("brief") ? RunPage.BriefOf(run, index) : RunPage.Of(run, index, RunAncestry.Of(run, store)));
    }

    /// <summary>What the axes of a run's curves need, and its metrics.</summary>
    public Task AxesAsync(HttpContext context)
    {
        var query = new QueryReader(context.Request.Query);
        var run = store.Require(query.Text("id"));
        var index = Open(run, context);
        return ApiAnswer.JsonAsync(context.Response, new
        {
            run.Id,
            run.State,
            run.Updates,
            run.TotalUpdates,
            run.UpdatesOfEpoch,
            run.Batch,
            Metrics = index.Names,
            HasUnits = RunPage.MayHaveUnits(run),
            // They look at every update of the recipe, and only one axis asks for them.
            Units = query.Flag("units") ? RunPage.UnitsOf(run, RunAncestry.Of(run, store)) : null,
        });
    }

    /// <summary>Curves of a run as bytes, in the order in which they were asked for; see <see cref="Curve.Bytes"/>.</summary>
    public Task CurvesAsync(HttpContext context)
    {
        var query = new QueryReader(context.Request.Query);
        var names = query.Texts("metric");
        if (names.Count is 0 or > MostCurves) throw new InputException($"metric: from 1 to {MostCurves} are given at once");
        var run = store.Require(query.Text("run"));
        var index = Open(run, context);
        double from = query.Number("from", 0, 0, 1L << 53);
        double to = query.Number("to", Math.Max(run.TotalUpdates ?? 0, index.LastStep + 1), 0, 1L << 53);
        if (to <= from) throw new InputException($"to = {to}: must be above from, which is {from}");
        var view = new CurveView(from, to, (int)query.Number("pixels", 1000, 16, MostPixels), query.Flag("log"), query.Flag("mean"))
        {
            Knots = query.Ascending("knots", MostKnots),
        };
        context.Response.Headers["X-Updates"] = $"{index.LastStep + 1}";
        return ApiAnswer.BytesAsync(context.Response, Curve.Bytes([.. names.Select(name => index.Curve(name, view))]));
    }

    private MetricsIndex Open(RunFacts run, HttpContext context)
    {
        RunPlace.RequireInside(run.Path);
        return shelf.Open(Path.Combine(run.Path, RunFolder.MetricsName), context.RequestAborted);
    }
}
