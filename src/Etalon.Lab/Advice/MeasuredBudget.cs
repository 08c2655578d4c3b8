using Etalon.Lab.Data;
using Etalon.Lab.Forecasts;
using Etalon.Lab.Models;
using Etalon.Lab.RangeTests;
using Etalon.Lab.Recipes;
using Etalon.Schedules;

namespace Etalon.Lab.Advice;

/// <summary>The budget of a recipe with data, and what short training runs of it tell: nobody keeps them.</summary>
/// <remarks>
/// The rate is the middle of those that a range test finds usable; the noise of the gradient comes from 200 updates at that rate and the
/// decay that follows from it; with SGD so do S and the norm that it leads to.
/// </remarks>
internal sealed class MeasuredBudget
{
    private const long FewestUpdates = 40;

    private MeasuredBudget(Budget budget, RateRangeTest? rates) => (Budget, Rates) = (budget, rates);

    /// <summary>The budget with what was measured.</summary>
    public Budget Budget { get; }

    /// <summary>The range test; null where the rate was given.</summary>
    public RateRangeTest? Rates { get; }

    /// <summary>What a recipe says of its budget, before anything is measured.</summary>
    /// <exception cref="InputException">It has no data or no model, or its numbers are not those of one schedule.</exception>
    public static Budget Of(Recipe recipe)
    {
        if (recipe.Data is null || recipe.Model is null)
            throw new InputException(
                "--measure trains, and needs data and a model: add `data: {set: digits}` and `model: {name: preresnet-8}` to the recipe, "
                + "or ask for advice by --family");
        if (recipe.Model.Norm == NormKind.None)
            throw new InputException("model.norm is none: the rules are for weights in front of a normalization; choose one");
        if (recipe.Optimizer.Groups.Any(group => group.LearningRate is not null))
            throw new InputException("optimizer.groups: a group has a rate of its own, and advice is for one schedule; leave its rate out");
        if (recipe.Momentum is not Constant)
            throw new InputException("momentum: is no single number, and the rules are for one; write one number");
        if (recipe.Equivalent is not null)
            throw new InputException("equivalent: advice is for the recipe's own numbers; leave it out, and convert the advised recipe");
        if (recipe.TotalSteps < FewestUpdates)
            throw new InputException($"duration: is {recipe.TotalSteps} updates; what is measured needs {FewestUpdates} at least");
        return new Budget
        {
            Rule = RecipeNumbersAtPeak.Of(recipe, out _).Rule,
            Family = recipe.Model.Kind switch
            {
                ModelKind.Mlp => NetworkFamily.Other,
                ModelKind.Transformer => NetworkFamily.Lm,
                _ => NetworkFamily.ConvBn,
            },
            TotalSteps = recipe.TotalSteps,
            StepsPerEpoch = recipe.StepsPerEpoch,
            // Of a text a pixel is a token.
            Batch = recipe.Data.Batch * (recipe.Data.Text?.Context ?? 1),
        };
    }

    /// <summary>Measures.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="budget">Its budget, with what the user has decided; a rate that is known is not looked for.</param>
    /// <param name="tests">Short runs of the range test at a time.</param>
    /// <param name="threads">Threads that compute in the others.</param>
    /// <param name="progress">Hears what is done.</param>
    /// <param name="cancellation">Ends it after the updates at work.</param>
    /// <exception cref="InputException">Recipe and data do not fit, or no rate is usable.</exception>
    /// <exception cref="OperationCanceledException">It was canceled.</exception>
    public static MeasuredBudget Of(
        Recipe recipe, Budget budget, int tests, int threads, Action<string> progress, CancellationToken cancellation)
    {
        RateRangeTest? rates = null;
        if (budget.Rate is null)
        {
            rates = RateRangeTest.Run(recipe, new RateTestOptions(), tests, (done, of) => progress($"{done} of {of} short runs done"),
                cancellation);
            budget = budget with { Rate = RateOf(rates) };
        }
        var trial = Trial(recipe, Advice.Of(budget with { Warmup = budget.Warmup ?? 0 }));
        progress($"training {Math.Min(GradientNoise.UsualUpdates, trial.TotalSteps)} updates for the noise of the gradient");
        var noise = GradientNoise.Of(trial, RecipeData.Load(recipe.Data!), threads, cancellation);
        budget = budget with
        {
            Noise = noise,
            StartRms = budget.StartRms ?? (budget.Rule.Kind == AdvisedOptimizer.AdamW ? noise.StartRms : null),
        };
        if (budget.Rule.IsCoupled)
        {
            progress($"probing {Math.Min(GradientNoise.UsualUpdates, trial.TotalSteps)} updates for the norm of the weights");
            budget = budget with { Squares = Forecast.Probed(trial, GradientNoise.UsualUpdates, threads).Gradients[^1].Gradients };
        }
        return new(budget, rates);
    }

    private static AdvisedRate RateOf(RateRangeTest test)
    {
        if (test is { Rate: { } rate, Interval: { } usable })
            return new(rate, Standing.MeasuredHere,
                $"the middle of {NumberWords.Of(usable.Lower)} to {NumberWords.Of(usable.Upper)}, which {test.Curves.Count} seeds of "
                + $"{test.Options.Updates} updates find usable (etalon find-lr)");
        throw new InputException([.. test.Problems.Select(problem => $"no usable rate: {problem}; or give the rate by --rate")]);
    }

    // At its peak from the first update on: what the noise is there, and where the norm tends to.
    private static Recipe Trial(Recipe recipe, Advice advice) => recipe with
    {
        LearningRate = new Constant(advice.Rate, recipe.TotalSteps),
        WeightDecay = new Constant(advice.WeightDecay, recipe.TotalSteps),
    };
}
