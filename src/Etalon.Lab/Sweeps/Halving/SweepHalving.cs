using Etalon.Lab.Recipes;
using Etalon.Schedules;

namespace Etalon.Lab.Sweeps;

/// <summary>
/// Asynchronous successive halving (Li et al., MLSys 2020, <see href="https://arxiv.org/abs/1810.05934"/>): each configuration trains to
/// the first rung, and the best 1/factor of those that have come to a rung go on to the next, whose updates are factor times as many. A
/// rung is a prefix of a run: what goes on is resumed, and has the bits of a run that never stopped.
/// </summary>
/// <param name="Factor">Of how many configurations one goes on; at least 2.</param>
/// <param name="From">The updates of the first rung.</param>
internal sealed record SweepHalving(int Factor, long From)
{
    /// <summary>The updates at the rungs of a recipe, ascending; its end is none of them.</summary>
    public IReadOnlyList<long> RungsOf(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var rungs = new List<long>();
        for (long rung = From; rung < recipe.TotalSteps; rung *= Factor) rungs.Add(rung);
        return rungs;
    }

    /// <summary>The updates of so many configurations, where of those at a rung exactly one in <see cref="Factor"/> goes on.</summary>
    public double UpdatesOf(int configurations, Recipe recipe)
    {
        double updates = 0, left = configurations;
        long before = 0;
        foreach (long rung in (long[])[.. RungsOf(recipe), recipe.TotalSteps])
        {
            updates += left * (rung - before);
            (before, left) = (rung, Math.Max(1, Math.Floor(left / Factor)));
        }
        return updates;
    }

    /// <summary>Reads the section <c>halving</c>, and refuses it where a rung would not be a fair prefix.</summary>
    /// <param name="section">The section.</param>
    /// <param name="metric">What judges at the rungs.</param>
    /// <param name="recipes">The recipes of the sweep, with where each stands; none where they have problems.</param>
    /// <returns>Null where it has problems.</returns>
    public static SweepHalving? Read(SectionReader section, SweepMetric metric, IReadOnlyList<Recipe> recipes)
    {
        int before = section.Problems.Count;
        int factor = section.Need("factor", 3, "write of how many configurations one goes on, as in factor: 3", Whole);
        RecipeNode? from = section.Take("from");
        if (from is null) section.Missing("from", "write how long all configurations train, as in from: 2ep");
        section.Close();
        if (from is null || recipes.Count == 0) return null;
        try
        {
            var halving = new SweepHalving(factor, StepsOf(from, recipes[0]));
            foreach (var recipe in recipes)
            {
                if (StepsOf(from, recipe) != halving.From || recipe.TotalSteps != recipes[0].TotalSteps)
                    throw new ValueException(from, "needs configurations with the same number of updates, in all and to the first rung; "
                        + "sweep durations and batches without halving");
                if (Refusal(recipe, halving, metric) is { } reason) throw new ValueException(from, reason);
            }
            return section.Problems.Count == before ? halving : null;
        }
        catch (ValueException exception)
        {
            section.Problems.Add(exception.Node, section.PathOf("from"), exception.Message);
            return null;
        }
    }

    // Why a prefix of the run says nothing of it; null where it does.
    private static string? Refusal(Recipe recipe, SweepHalving halving, SweepMetric metric)
    {
        if (recipe.AutoDecay is not null)
            return "auto_decay ends stages and runs by the loss, so a run need not come to a rung; take a schedule, or no halving";
        if (metric.Moment == MetricMoment.Step)
            return $"metric.at = {metric.Step}: a rung has a metric of its own; take last or best";
        if (!metric.Name.StartsWith("test/", StringComparison.Ordinal) && !metric.Name.StartsWith("fit/", StringComparison.Ordinal))
            return $"a rung is judged by an evaluation, and {metric.Name} is measured while training; take a metric such as test/accuracy";
        long every = recipe.Log.EvaluationSteps ?? recipe.StepsPerEpoch;
        if (halving.From >= recipe.TotalSteps)
            return $"is {halving.From} updates, and the run has {recipe.TotalSteps}: no rung is left; take a shorter one";
        foreach (long rung in halving.RungsOf(recipe))
        {
            if (rung % every != 0)
                return $"the rung of {rung} updates has no evaluation, which comes every {every}; take whole epochs, or set log.evaluate";
            if (recipe.LearningRate.ValueAt(rung) > recipe.LearningRate.ValueAt(rung - 1))
                return $"the learning rate still rises at the rung of {rung} updates, so that it would judge the warm-up; take a longer "
                    + "one";
        }
        return null;
    }

    private static int Whole(RecipeNode node)
    {
        int factor = ScalarReader.Integer(node);
        return factor is >= 2 and <= 100 ? factor : throw new ValueException(node, "must be from 2 to 100; the usual choice is 3");
    }

    private static long StepsOf(RecipeNode node, Recipe recipe)
    {
        try
        {
            long steps = new Timeline(recipe.StepsPerEpoch, recipe.Data!.Batch, recipe.TotalSteps)
                .StepsOf(Duration.Parse(ScalarReader.Scalar(node, "a duration such as 2ep").Text));
            return steps >= 1 ? steps : throw new ValueException(node, "is no update at all; a rung has at least one");
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            throw new ValueException(node, exception is ArgumentException refused ? SectionReader.RuleOf(refused) : exception.Message);
        }
    }
}
