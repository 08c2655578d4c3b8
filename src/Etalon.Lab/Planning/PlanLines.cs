using Etalon.Lab.Charts;
using Etalon.Schedules;

namespace Etalon.Lab.Planning;

/// <summary>One quantity of several recipes as lines, one for each group that has it for itself.</summary>
/// <param name="Label">The quantity; its logarithm where a value leaves float64.</param>
/// <param name="Lines">The lines.</param>
internal sealed record PlanLines(string Label, IReadOnlyList<ChartLine> Lines)
{
    private const double Ln10 = 2.302585092994045684;

    /// <summary>The lines of a quantity.</summary>
    public static PlanLines Of(IReadOnlyList<PlannedRecipe> plans, string quantity)
    {
        var all = plans.SelectMany(
            plan => plan.Quantities.Where(planned => planned.Quantity == quantity).Select(planned => (Plan: plan, Planned: planned)))
            .ToList();
        var isBeyond = all.Any(
            each => each.Plan.Numbers.Covered is not null
                && PlanSteps.Of(each.Plan).Any(step => each.Planned.Schedule.LogValueAt(step) > PlannedQuantity.LargestLog));
        return new(isBeyond ? $"log10 of the {quantity}" : quantity,
        [
            .. all.Select(each =>
            {
                var steps = PlanSteps.Of(each.Plan);
                var x = Horizontal(steps, XUnit(plans));
                return new ChartLine(NameOf(each.Plan, each.Planned.Group, plans), x,
                    Array.ConvertAll(steps,
                        step => isBeyond ? each.Planned.Schedule.LogValueAt(step) / Ln10 : each.Planned.Schedule.ValueAt(step)))
                {
                    Color = ColorOf(each.Plan, each.Planned.Group, plans),
                };
            }),
        ]);
    }

    /// <summary>Rate times decay of every group whose rate or decay is its own.</summary>
    public static IReadOnlyList<ChartLine> IntrinsicRates(IReadOnlyList<PlannedRecipe> plans) =>
    [
        .. plans.SelectMany(
            plan => Drawn(plan)
                .Where(group => group == plan.Numbers.Rest || group.LearningRate != plan.Numbers.Rest.LearningRate
                || group.WeightDecay != plan.Numbers.Rest.WeightDecay).Select(group =>
        {
            var steps = PlanSteps.Of(plan);
            return new ChartLine(NameOf(plan, group, plans), Horizontal(steps, XUnit(plans)),
                Array.ConvertAll(steps, step => IntrinsicRate(group, step)))
            {
                Color = ColorOf(plan, group, plans),
                OnRight = true,
            };
        })),
    ];

    /// <summary>The names of all lines, in the order of their colors.</summary>
    public static IReadOnlyList<string> Names(IReadOnlyList<PlannedRecipe> plans) =>
        [.. plans.SelectMany(plan => Drawn(plan).Select(group => NameOf(plan, group, plans)))];

    /// <summary>What the horizontal axis shows: epochs where all recipes have the same and a run lasts at least two, else steps.</summary>
    public static string XLabel(IReadOnlyList<PlannedRecipe> plans) => XUnit(plans) is 1 ? "step" : $"epoch of {XUnit(plans)} steps";

    private static double IntrinsicRate(ScheduleGroup group, long step) => group.Conversion is { } conversion
        ? conversion.Target[step].IntrinsicRate
        : group.LearningRate.ValueAt(step) * group.WeightDecay.ValueAt(step);

    // The rest first, which is the recipe itself.
    private static IEnumerable<ScheduleGroup> Drawn(PlannedRecipe plan) => plan.Quantities.Select(planned => planned.Group).Distinct();

    private static int ColorOf(PlannedRecipe plan, ScheduleGroup group, IReadOnlyList<PlannedRecipe> plans) =>
        plans.TakeWhile(before => before != plan).Sum(before => Drawn(before).Count()) + Drawn(plan).ToList().IndexOf(group);

    private static string NameOf(PlannedRecipe plan, ScheduleGroup group, IReadOnlyList<PlannedRecipe> plans) =>
        !plan.Numbers.HasGroups ? plan.Recipe.Name
        : plans.Count == 1 ? plan.NameOf(group)
        : $"{plan.Recipe.Name}: {plan.NameOf(group)}";

    private static long XUnit(IReadOnlyList<PlannedRecipe> plans)
    {
        var perEpoch = plans[0].Recipe.StepsPerEpoch;
        return plans.All(plan => plan.Recipe.StepsPerEpoch == perEpoch) && plans.Any(plan => plan.Recipe.TotalSteps >= 2 * perEpoch)
            ? perEpoch : 1;
    }

    private static double[] Horizontal(long[] steps, long unit) => Array.ConvertAll(steps, step => step / (double)unit);
}
