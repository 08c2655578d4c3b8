using Etalon.Lab.Charts;
using Etalon.Lab.Planning;

namespace Etalon.Workbench.Commands;

/// <summary>Recipes as pictures.</summary>
internal static class PlanChart
{
    /// <summary>
    /// One picture of several recipes: the rate, the weight decay with the intrinsic rate (rate times decay) on the axis at the right,
    /// and the momentum; a line for each group of parameters that has numbers of its own.
    /// </summary>
    public static Chart Of(IReadOnlyList<PlannedRecipe> plans)
    {
        var (rates, decays) = (PlanLines.Of(plans, PlannedQuantity.LearningRate), PlanLines.Of(plans, PlannedQuantity.WeightDecay));
        var momenta = PlanText.Quantities(plans).Skip(2).Select(quantity => PlanLines.Of(plans, quantity));
        var names = PlanLines.Names(plans);
        return new(plans.Count == 1 ? Title(plans[0]) : $"{plans.Count} recipes", PlanLines.XLabel(plans),
        [
            new(rates.Label, rates.Lines) { Height = 240 },
            new(decays.Label, [.. decays.Lines, .. PlanLines.IntrinsicRates(plans)]) { RightLabel = "intrinsic rate (dashed)",
                Height = 140 },
            .. momenta.Select(lines => new ChartPanel(lines.Label, lines.Lines) { Height = 90 }),
        ])
        {
            Legend = names.Count == 1 ? [] : names,
        };
    }

    private static string Title(PlannedRecipe plan) =>
        plan.Numbers.Covered?.Conversion is { } conversion
            ? $"{plan.Recipe.Name}, equivalent: {Etalon.Lab.Recipes.FormWords.Of(conversion.Form)}" : plan.Recipe.Name;
}
