using Etalon.Lab;
using Etalon.Lab.Charts;
using Etalon.Lab.Conversions;
using Etalon.Lab.Forecasts;
using Etalon.Lab.Planning;
using Etalon.Lab.Recipes;
using Etalon.Schedules.Equivalence;
using Etalon.Workbench.Commands;

namespace Etalon.Workbench.Dashboard;

/// <summary>
/// The forecast and the twin of a recipe that is being typed. Both look at every update: where plain numbers will do they are sketched,
/// which takes no table and a few milliseconds; else <c>forecast</c> and <c>convert</c> themselves answer.
/// </summary>
/// <param name="store">The runs, one of which may tell the gradients of a recipe.</param>
internal sealed class WorkshopTheory(RunStore store) : IDisposable
{
    // Of a recipe that no sketch covers: 100 bytes and a microsecond an update.
    private const long MostExact = 200_000;

    private const int Points = 2000;

    private const double LargestLog = 690, Ln10 = 2.302585092994045684;

    // Tables of one recipe at a time.
    private readonly SemaphoreSlim _one = new(1, 1);
    private (string Hash, long Bytes, Forecast Forecast)? _kept;

    /// <summary>The answer as an object for JSON.</summary>
    public async Task<object> OfAsync(Recipe recipe, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            var values = RecipeValues.Of(recipe, cancellation);
            long[] steps = StepsOf(recipe);
            var converting = Task.Run(() => Try(() => TwinOf(recipe, values, steps, cancellation)), cancellation);
            var (forecast, forecastProblem) = Try(() => ForecastOf(recipe, values, steps, cancellation));
            var (twin, twinProblem) = await converting;
            return new
            {
                forecast?.Phases,
                forecast?.MixingUnits,
                Forecast = forecast is null ? null : ChartJson.Of(forecast.Chart, forecast.Sentence),
                ForecastProblem = forecastProblem,
                Twin = twin is null ? null : ChartJson.Of(twin),
                TwinProblem = twinProblem,
            };
        }
        finally
        {
            _one.Release();
        }
    }

    private sealed record Drawn(int Phases, double MixingUnits, Chart Chart, string Sentence);

    // Absolute where a run of this recipe has measured its gradients; else relative to equilibrium.
    private Drawn ForecastOf(Recipe recipe, RecipeValues? values, long[] steps, CancellationToken cancellation)
    {
        // Without a model there is no normalization to miss.
        if (recipe.Model?.Norm == Lab.Models.NormKind.None) Forecast.Check(recipe);
        if (recipe.TotalSteps <= MostExact && Measured(recipe) is { } measured) return Of(measured);
        if (values is not null && ForecastSketch.Of(recipe, values, steps, cancellation) is { } sketch)
            return new Drawn(sketch.Phases, sketch.MixingUnits, new Chart($"{recipe.Name}: forecast", "updates",
                [new ChartPanel("effective rate over equilibrium", [new ChartLine(recipe.Name, X(steps), sketch.OverEquilibrium)])]),
                SentenceOf(hasNorms: false, "", sketch.MixingUnits));
        if (recipe.AutoDecay is null) RequireShort(recipe, "forecast", "etalon forecast tells it");
        return Of(Forecast.Without(recipe));
    }

    private Forecast? Measured(Recipe recipe)
    {
        string hash = recipe.Hash;
        var run = store.All().FirstOrDefault(run => run.RecipeHash == hash && run.State != RunState.Damaged);
        if (run is null) return null;
        if (_kept is { } kept && kept.Hash == hash && kept.Bytes == run.MetricsBytes) return kept.Forecast;
        var found = Try(() => Forecast.From(recipe, run.Path)).Value;
        if (found is not null) _kept = (hash, run.MetricsBytes, found);
        return found;
    }

    private static Drawn Of(Forecast forecast) => new(forecast.Phases.Count, forecast.MixingUnits,
        ForecastChart.Of(forecast) with { XLabel = "updates" }, SentenceOf(forecast.HasNorms, forecast.Source, forecast.MixingUnits));

    private static string SentenceOf(bool hasNorms, string source, double mixingUnits) => hasNorms
        ? $"Norms and effective rates of this recipe, with gradients {source}; {mixingUnits:G3} mixing units in all."
        : "The effective rate over that of its equilibrium, of a run that starts there: 1 is settled; "
            + $"{mixingUnits:G3} mixing units in all.";

    private static Chart TwinOf(Recipe recipe, RecipeValues? values, long[] steps, CancellationToken cancellation)
    {
        if (recipe.AutoDecay is not null)
            throw new InputException("auto_decay: the rate will follow the loss, so its twin cannot be known before");
        var form = RecipeConversion.FormOf(recipe with { Equivalent = null });
        if (form.Form == EquivalentForm.TexpPlusPlus && values is not null
            && TwinSketch.LogRates(recipe with { Equivalent = null }, values, steps, cancellation) is { } logs)
            return Drawing(recipe, form, steps, step => values.RateAt((int)step), logs);
        RequireShort(recipe, "twin", "etalon convert writes it");
        var plan = PlannedRecipe.Of(recipe with { Equivalent = form });
        var twin = plan.Numbers.Covered!;
        return Drawing(recipe, form, steps, plan.Numbers.Rest.LearningRate.ValueAt,
            Array.ConvertAll(steps, step => twin.LearningRate.LogValueAt(step)));
    }

    private static Chart Drawing(Recipe recipe, EquivalentSpec form, long[] steps, Func<long, double> rateAt, double[] logs)
    {
        bool isBeyond = logs.Max() > LargestLog;
        double[] x = X(steps);
        double[] Shown(IEnumerable<double> rates) => [.. isBeyond ? rates.Select(rate => Math.Log10(rate)) : rates];
        double[] twin = [.. isBeyond ? logs.Select(log => log / Ln10) : logs.Select(Math.Exp)];
        string label = isBeyond ? "log10 of the learning rate" : "learning rate";
        ChartLine[] lines =
        [
            new("the recipe itself, and the rest", x, Shown(steps.Select(rateAt))),
            new($"covered by {FormWords.Of(form.Form)}", x, twin) { Color = 1 },
        ];
        return new Chart($"{recipe.Name}: {FormWords.Of(form.Form)}", "updates",
            [new ChartPanel(label, [.. lines.Select(line => ScheduleChart.InUpdates(line, 1))])])
        { Legend = [.. lines.Select(line => line.Name)] };
    }

    private static void RequireShort(Recipe recipe, string what, string elsewhere)
    {
        if (recipe.TotalSteps > MostExact)
            throw new InputException(
                $"A {what} of this recipe looks at {recipe.TotalSteps} updates one by one, and at most {MostExact} are drawn while "
                + $"typing; {elsewhere}.");
    }

    // Evenly spread ones, and both sides of whatever happens.
    private static long[] StepsOf(Recipe recipe)
    {
        var steps = new SortedSet<long> { recipe.TotalSteps - 1 };
        double stride = Math.Max(1, (recipe.TotalSteps - 1) / (double)Points);
        for (int i = 0; i * stride < recipe.TotalSteps; i++) steps.Add((long)(i * stride));
        foreach (var schedule in (Schedules.Schedule[])[recipe.LearningRate, recipe.WeightDecay, recipe.Momentum])
            foreach (var point in schedule.Breakpoints(recipe.TotalSteps))
                steps.UnionWith([point.Step, Math.Max(0, point.Step - 1)]);
        return [.. steps];
    }

    private static double[] X(long[] steps) => Array.ConvertAll(steps, step => (double)step);

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

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();
}
