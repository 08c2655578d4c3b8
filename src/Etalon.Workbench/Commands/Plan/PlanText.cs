using Etalon.Lab.Charts;
using Etalon.Lab.Conversions;
using Etalon.Lab.Planning;
using Etalon.Lab.Recipes;
using Etalon.Schedules;

namespace Etalon.Workbench.Commands;

/// <summary>Recipes as text: a chart of what moves, what happens when, values by epoch.</summary>
internal static class PlanText
{
    private const int ChartHeight = 12;
    private const int MostCorrections = 12;

    // 8 + 10 + 14 + 14 + 10 with gaps of two.
    private const int WidthOfEpochs = 64;

    /// <summary>A recipe's length and hash, in one line where there is room.</summary>
    public static IEnumerable<string> Heading(Recipe recipe, int width) =>
        WrappedText.Lines("",
            $"{recipe.Name}: {recipe.TotalSteps} updates, "
            + (recipe.Epochs is { } epochs ? $"{epochs:0.###} epochs of {recipe.StepsPerEpoch}, " : "")
            + $"sha256 {recipe.Hash[..12]}", width, 2);

    /// <summary>What the recipe trains where that is not itself, and which groups of parameters have numbers of their own.</summary>
    public static IReadOnlyList<string> Groups(PlannedRecipe plan, int width)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (!plan.Numbers.HasGroups) return [];
        if (plan.Numbers.Covered?.Conversion is not { } conversion)
            return [.. WrappedText.Lines("groups: ",
                $"{string.Join(", ", plan.Numbers.Groups.Select(group => group.Name))}; each has the numbers named after it, and else "
                + $"those of the rest", width)];
        return
        [
            .. WrappedText.Lines("equivalent: ", $"{FormWords.Of(conversion.Form)}, {conversion.Theorem}", width),
            .. WrappedText.Lines("covered: ", $"{CoveredParameters.RuleOf(plan.Recipe)}, by {conversion.TargetRule}", width),
            .. WrappedText.Lines("rest: ",
                $"everything else, by the recipe's own numbers, which the covered group is equivalent to: {conversion.SourceRule}", width),
        ];
    }

    /// <summary>Charts of the quantities that change; a line for each that does not.</summary>
    public static IReadOnlyList<string> Charts(IReadOnlyList<PlannedRecipe> plans, int width)
    {
        var text = new List<string>();
        foreach (var quantity in Quantities(plans))
        {
            var (label, lines) = PlanLines.Of(plans, quantity);
            if (lines.All(line => line.Y.All(value => value == line.Y[0])))
            {
                if (text.Count > 0 && !text[^1].EndsWith("throughout", StringComparison.Ordinal)) text.Add("");
                var values = lines.Select(line => line.Y[0]).Distinct().ToList();
                string constants = values.Count == 1
                    ? $"{values[0]:G6}"
                    : string.Join(", ", lines.Select(line => $"{line.Y[0]:G6} in {line.Name}"));
                text.AddRange(WrappedText.Lines("", $"{label} {constants} throughout", width, 2));
                continue;
            }
            if (text.Count > 0) text.Add("");
            text.AddRange(WrappedText.Lines("", $"{label} by {PlanLines.XLabel(plans)}{TextChart.Key(lines)}", width, 2));
            text.AddRange(TextChart.Draw(lines, width, ChartHeight));
        }
        return text;
    }

    /// <summary>What happens when, as a table.</summary>
    public static IReadOnlyList<string> Events(PlannedRecipe plan, int width)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var recipe = plan.Recipe;
        var rows = new List<(string Name, ScheduleEvent Event)>();
        foreach (var quantity in plan.Quantities)
        {
            rows.AddRange(plan.Events(quantity).Select(happening => (quantity.Name, happening)));
            var last = recipe.TotalSteps - 1;
            if (quantity.Schedule is not Constant)
                rows.Add(
                    (quantity.Name,
                        new(last, "last update",
                            quantity.Schedule.ValueAt(last))
                        {
                            LogValue =
                            quantity.Group.Conversion is null ? null : quantity.Schedule.LogValueAt(last)
                        }));
            rows.AddRange(ScheduleEvents.Never(quantity.Schedule, recipe.TotalSteps).Select(happening => (quantity.Name, happening)));
        }
        rows.AddRange(Corrections(plan));
        return EventTable.Lines([.. rows.OrderBy(row => row.Event.Step)], recipe.StepsPerEpoch, width);
    }

    /// <summary>The values at the first update of each epoch, as a table.</summary>
    public static IEnumerable<string> Epochs(PlannedRecipe plan, int width)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var recipe = plan.Recipe;
        bool isWide = width >= WidthOfEpochs;
        int epochs = isWide ? 8 : Digits(recipe.TotalSteps / recipe.StepsPerEpoch, 5), steps = isWide ? 10 : Digits(recipe.TotalSteps, 4),
            values = isWide ? 14 : 11, momentums = isWide ? 10 : 8;
        string gap = isWide ? "  " : " ", rates = isWide ? "learning rate" : "rate", decays = isWide ? "weight decay" : "decay";
        foreach (var group in plan.Numbers.Groups)
        {
            if (plan.Numbers.HasGroups) yield return $"{group.Name}:";
            yield return $"{"epoch".PadLeft(epochs)}{gap}{"step".PadLeft(steps)}{gap}{rates.PadLeft(values)}{gap}"
                + $"{decays.PadLeft(values)}{gap}{"momentum".PadLeft(momentums)}";
            for (var (epoch, step) = (0L, 0L); step < recipe.TotalSteps; (epoch, step) = (epoch + 1, step + recipe.StepsPerEpoch))
            {
                var rate = new ScheduleEvent(step, "", group.LearningRate.ValueAt(step)) { LogValue = group.LearningRate.LogValueAt(step) };
                string decay = $"{group.WeightDecay.ValueAt(step):G6}", momentum = $"{group.Momentum.ValueAt(step):G6}";
                yield return $"{$"{epoch}".PadLeft(epochs)}{gap}{$"{step}".PadLeft(steps)}{gap}{rate.Text.PadLeft(values)}{gap}"
                    + $"{decay.PadLeft(values)}{gap}{momentum.PadLeft(momentums)}";
            }
        }
    }

    /// <summary>The quantities that any of the recipes has.</summary>
    internal static IReadOnlyList<string> Quantities(IReadOnlyList<PlannedRecipe> plans) =>
        [.. plans.SelectMany(plan => plan.Quantities.Select(planned => planned.Quantity)).Distinct()];

    private static IEnumerable<(string Name, ScheduleEvent Event)> Corrections(PlannedRecipe plan)
    {
        if (plan.Numbers.Covered?.Conversion is not { } conversion) yield break;
        foreach (var correction in conversion.Corrections.Take(MostCorrections))
            yield return ("buffer of covered",
                new(correction.Step, "corrected once before the update: v ← v - k w",
                    correction.Map.Share.Value)
                { LogValue = correction.Map.Share.Log });
        if (conversion.Corrections.Count > MostCorrections)
            yield return ("buffer of covered",
                new(conversion.Corrections[MostCorrections].Step,
                    $"corrected, and {conversion.Corrections.Count - MostCorrections - 1} times more", double.NaN));
    }

    private static int Digits(long number, int least) => Math.Max(least, $"{number}".Length);
}
