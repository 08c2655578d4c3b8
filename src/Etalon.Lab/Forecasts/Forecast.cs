using Etalon.Lab.Data;
using Etalon.Lab.Models;
using Etalon.Lab.Recipes;
using Etalon.Lab.Training;
using Etalon.Schedules;
using Etalon.Schedules.Dynamics;

namespace Etalon.Lab.Forecasts;

/// <summary>What the theory of the intrinsic rate says of a recipe before it is trained.</summary>
internal sealed class Forecast
{
    private Forecast(Recipe recipe, InvariantSchedule schedule, IReadOnlyList<GroupGradients> gradients, string source)
    {
        (Recipe, Source, Gradients) = (recipe, source, gradients);
        Phases = Schedules.Dynamics.Phases.Of(schedule.Schedule);
        MixingUnits = schedule.Units;
        Groups = [.. gradients.Select(
            group => new GroupForecast(group.Name, CurveOf(schedule, group, StartingStep(schedule.Table)), group.Gradients.Settled))];
    }

    /// <summary>The recipe.</summary>
    public Recipe Recipe { get; }

    /// <summary>Where S comes from, as a clause; empty where S is not known.</summary>
    public string Source { get; }

    /// <summary>Whether S is known, and norms with it; else only ratios can be told.</summary>
    public bool HasNorms => Source.Length > 0;

    /// <summary>The phases.</summary>
    public IReadOnlyList<Phase> Phases { get; }

    /// <summary>The mixing units of the whole run.</summary>
    public double MixingUnits { get; }

    /// <summary>The groups, all scale-invariant weights together last; at least one, in units of its own where S is not known.</summary>
    public IReadOnlyList<GroupForecast> Groups { get; }

    /// <summary>Start and S of each group, in the order of <see cref="Groups"/>.</summary>
    public IReadOnlyList<GroupGradients> Gradients { get; }

    /// <summary>All scale-invariant weights together.</summary>
    public GroupForecast Whole => Groups[^1];

    /// <summary>With S and the start unknown: ratios to equilibrium, of a run that starts there.</summary>
    /// <exception cref="InputException">There are no laws for the recipe's rule.</exception>
    public static Forecast Without(Recipe recipe) =>
        new(recipe, InvariantSchedule.Of(recipe), [new(MonitorReading.WholeGroup, null, new GradientCurve(1))], "");

    /// <summary>With an S that the user knows.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="gradientSquare">S, positive.</param>
    /// <param name="norm">|w| at the start; null for the equilibrium's.</param>
    /// <exception cref="InputException">A number is out of its range, or there are no laws for the recipe's rule.</exception>
    public static Forecast Given(Recipe recipe, double gradientSquare, double? norm)
    {
        // The laws take |w|^4, which must not leave float64.
        if (!Require.IsSize(gradientSquare))
            throw new InputException(
                $"--gradient-square is {gradientSquare}, but S, a mean square, is from 1e-30 to 1e30; "
                + "give |w|² |g|² averaged over some batches");
        if (norm is { } given && !Require.IsSize(given))
            throw new InputException($"--norm is {given}, but a norm is from 1e-30 to 1e30; leave it out to start at equilibrium");
        return new(recipe, InvariantSchedule.Of(recipe), [new(MonitorReading.WholeGroup, norm, new GradientCurve(gradientSquare))],
            "as given");
    }

    /// <summary>With S as another run measured it, at the same mixing units.</summary>
    /// <exception cref="InputException">The folder is no run, or its monitors wrote nothing.</exception>
    public static Forecast From(Recipe recipe, string run) =>
        new(recipe, InvariantSchedule.Of(recipe), RunGradients.Of(run),
            $"as measured in {Path.GetFileName(Path.TrimEndingDirectorySeparator(run))}");

    /// <summary>With S measured by a short training run.</summary>
    /// <param name="recipe">A recipe with data and a model.</param>
    /// <param name="steps">Updates of the probe, at least 1.</param>
    /// <param name="threads">Threads that compute.</param>
    /// <exception cref="InputException">Recipe and data do not fit, or no weight is scale-invariant.</exception>
    public static Forecast Probed(Recipe recipe, long steps, int threads)
    {
        if (steps is < 1 or > 1_000_000)
            throw new InputException($"--probe is {steps}, but a probe has 1 to 1000000 updates; 200 is usual");
        if (recipe.Data is null || recipe.Model is null)
            throw new InputException("--probe trains, and needs data and a model; give S by --gradient-square, or leave both out");
        var data = RecipeData.Load(recipe.Data);
        var schedule = InvariantSchedule.Of(recipe);
        var groups = recipe.Precision == Precision.Float64
            ? ForecastProbe<double>.Measure(recipe, schedule, data, steps, threads)
            : ForecastProbe<float>.Measure(recipe, schedule, data, steps, threads);
        return new(recipe, schedule, groups, $"from a probe of {Math.Min(steps, recipe.TotalSteps)} updates");
    }

    /// <summary>Refuses a recipe that cannot be forecast, before anything is read or trained.</summary>
    /// <exception cref="InputException">There are no laws for its optimizer, its rate follows the loss, or no weight of its model is
    /// scale-invariant.</exception>
    public static void Check(Recipe recipe)
    {
        InvariantSchedule.Of(recipe);
        if (recipe.Model?.Norm == NormKind.None)
            throw new InputException(
                "model.norm is none: no weight is scale-invariant, and only of those can norms be forecast; choose a normalization");
    }

    /// <summary>The norms that a run measured, by group: those groups that are forecast too.</summary>
    /// <exception cref="InputException">The folder is no run, or its monitors wrote nothing.</exception>
    public IReadOnlyDictionary<string, IReadOnlyList<(long Step, double Norm)>> MeasuredIn(string run)
    {
        var rows = RunGradients.Measured(run);
        return Groups.Select(
            group => (group.Name, Norms: RunGradients.Norms(rows, group.Name).Where(row => row.Step < Recipe.TotalSteps).ToList()))
            .Where(group => group.Norms.Count > 0)
            .ToDictionary(group => group.Name, group => (IReadOnlyList<(long, double)>)group.Norms);
    }

    private static NormCurve CurveOf(InvariantSchedule schedule, GroupGradients group, long starting)
    {
        var update = SteadyUpdate.At(schedule.Table, starting);
        var square = group.Gradients.At(0);
        var start = group.Norm ?? (update.HasEquilibrium && !update.Oscillates && square > 0 ? Equilibrium.Of(update, square).Norm : 1);
        return NormCurve.Of(schedule.Table, NormState.AtRest(start), step => group.Gradients.At(schedule.TimeAt(step)));
    }

    /// <summary>
    /// The step at whose equilibrium a run starts of which no norm is known: the first of its largest rate. The end of a phase would not
    /// do: a cosine ends where there is hardly any equilibrium left.
    /// </summary>
    private static long StartingStep(UpdateTable table)
    {
        long peak = table.FirstStep;
        for (long step = peak + 1; step < table.End; step++)
            if (table[step].LogRate > table[peak].LogRate) peak = step;
        return peak;
    }
}

/// <summary>The forecast of one group of scale-invariant weights.</summary>
/// <param name="Name">The group, as the monitors call it.</param>
/// <param name="Curve">Norm, effective rate and angle of every update.</param>
/// <param name="Settled">What S settles at.</param>
internal sealed record GroupForecast(string Name, NormCurve Curve, double Settled)
{
    /// <summary>
    /// The effective rate of an update over that of the equilibrium to which its numbers lead; NaN where they lead to none.
    /// </summary>
    public double OverEquilibrium(long step) =>
        Curve.EquilibriumAt(step) is { } equilibrium ? Curve.EffectiveRateAt(step) / equilibrium.EffectiveRate : double.NaN;

    /// <summary>The root of the mean square of forecast over measured norm, minus 1, and its largest magnitude.</summary>
    /// <param name="measured">Updates with the norms measured before them.</param>
    public (double Mean, double Largest) ErrorAgainst(IEnumerable<(long Step, double Norm)> measured)
    {
        var errors = measured.Select(point => Curve.NormAt(point.Step) / point.Norm - 1).ToList();
        return (Math.Sqrt(errors.Average(error => error * error)), errors.Max(Math.Abs));
    }
}
