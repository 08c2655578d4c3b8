namespace Etalon.Lab.Planning;

/// <summary>Which steps of a run a picture needs: evenly spread ones, and both sides of everything that happens.</summary>
internal static class PlanSteps
{
    // Five for each pixel of a picture's width.
    private const int Spread = 3500;

    /// <summary>The steps, ascending.</summary>
    public static long[] Of(PlannedRecipe plan)
    {
        var recipe = plan.Recipe;
        var steps = new List<long>();
        var stride = Math.Max(1.0, (recipe.TotalSteps - 1) / (double)Spread);
        for (var i = 0; i * stride < recipe.TotalSteps; i++) steps.Add((long)(i * stride));
        steps.Add(recipe.TotalSteps - 1);
        foreach (var happening in plan.Quantities.SelectMany(plan.Events))
        {
            steps.Add(happening.Step);
            steps.Add(Math.Max(0, happening.Step - 1));
        }
        steps.Sort();
        int kept = 1;
        for (int i = 1; i < steps.Count; i++)
            if (steps[i] > steps[kept - 1]) steps[kept++] = steps[i];
        return [.. steps[..kept]];
    }
}
