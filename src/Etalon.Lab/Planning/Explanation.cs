using Etalon.Lab.Charts;
using Etalon.Lab.Conversions;
using Etalon.Schedules;

namespace Etalon.Lab.Planning;

/// <summary>Says of one step which piece decides, why the value is what it is, and what comes next.</summary>
internal static class Explanation
{
    private const string Indent = "  ", Label = "  piece  ";

    /// <summary>The explanation, as lines of text.</summary>
    /// <param name="plan">The recipe.</param>
    /// <param name="source">Its file, for messages.</param>
    /// <param name="step">The update, from 0 to T - 1.</param>
    /// <param name="width">Columns.</param>
    /// <exception cref="InputException">The run has no such update.</exception>
    public static IReadOnlyList<string> Of(PlannedRecipe plan, string source, long step, int width)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var recipe = plan.Recipe;
        if (step < 0 || step >= recipe.TotalSteps)
            throw new InputException($"--explain {step}: {source} has the updates 0 to {recipe.TotalSteps - 1}");
        var text = new List<string>
        {
            recipe.Epochs is null ? $"{recipe.Name}, step {step} of {recipe.TotalSteps} (counted from 0)"
                : $"{recipe.Name}, step {step}: epoch {step / recipe.StepsPerEpoch}, update {step % recipe.StepsPerEpoch} of "
                    + $"{recipe.StepsPerEpoch} in it (all counted from 0)",
        };
        foreach (var quantity in plan.Quantities) Explain(plan, quantity, step, text);
        return [.. text.SelectMany(
            line => WrappedText.Lines("", line, width, line.StartsWith(Indent, StringComparison.Ordinal) ? Label.Length : Indent.Length))];
    }

    private static void Explain(PlannedRecipe plan, PlannedQuantity quantity, long step, List<string> text)
    {
        var (schedule, totalSteps) = (quantity.Schedule, plan.Recipe.TotalSteps);
        text.Add("");
        text.Add($"{quantity.Name} = {ValueText(schedule, step)}");
        if (quantity.Group.Conversion is { } conversion && schedule is Table)
        {
            text.Add($"  piece  the {quantity.Quantity} of the equivalent at each update");
            text.Add(
                $"  why    {conversion.Theorem}; the weights are {Magnitude.Text(conversion.LogScaleAt(step))} times the recipe's own");
        }
        else
        {
            var pieces = ScheduleEvents.PiecesOf(schedule, totalSteps);
            var index = pieces.Count - 1;
            while (index > 0 && pieces[index].Begin > step) index--;
            var (piece, begin, end) = pieces[index];
            text.Add($"  piece  {index + 1} of {pieces.Count}: {piece.Describe()}, steps {begin} to {end - 1}");
            text.Add($"  why    {piece.Explain(step - begin)}");
        }
        var next = plan.Events(quantity).FirstOrDefault(happening => happening.Step > step);
        text.Add(next is null
            ? $"  next   the run ends after update {totalSteps - 1}"
            : $"  next   at step {next.Step}, in {next.Step - step} updates: {next.What}, value {next.Text}");
    }

    private static string ValueText(Schedule schedule, long step) =>
        schedule.LogValueAt(step) > PlannedQuantity.LargestLog ? Magnitude.Text(schedule.LogValueAt(step)) : $"{schedule.ValueAt(step):R}";
}
