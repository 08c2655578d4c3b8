using Etalon.Lab.Advice;
using Etalon.Lab.Charts;
using Etalon.Lab.Forecasts;
using Etalon.Lab.Recipes;

namespace Etalon.Workbench.Commands;

/// <summary>Advice, a transfer and a judgment as text.</summary>
internal static class AdviseText
{
    /// <summary>The advice, its recipe and what the recipe does.</summary>
    public static IEnumerable<string> Of(Advice advice, RecipeJudgment judgment, string text, int width)
    {
        var budget = advice.Budget;
        foreach (var line in Wrap($"{budget.TotalSteps:#,0} updates{Epochs(budget.Epochs)}, {RuleOf(budget.Rule)}, "
            + (budget.Batch is { } batch ? $"batch {batch:#,0}{(budget.Family == NetworkFamily.Lm ? " tokens" : "")}, " : "")
            + FamilyOf(budget.Family), width)) yield return line;
        yield return "";
        foreach (var number in advice.Numbers)
        {
            foreach (var line in Wrap($"{number.Name}: {number.Text}", width)) yield return line;
            string end = number.Reason.EndsWith('?') ? "" : ".";
            foreach (var line in Indented($"{StandingOf(number.Standing)}: {number.Reason}{end}", width)) yield return line;
            if (number.Change.Length > 0)
                foreach (var line in Indented($"What would change it: {number.Change}.", width)) yield return line;
        }
        yield return "";
        yield return "What follows";
        foreach (var sentence in judgment.Findings.Concat(Consequences(advice)))
            foreach (var line in WrappedText.Lines("- ", sentence, width)) yield return line;
        yield return "";
        foreach (var line in ForecastOf(judgment.Recipe, width)) yield return line;
        yield return "";
        yield return "The recipe";
        foreach (var line in text.TrimEnd('\n').Split('\n')) yield return line;
    }

    private static IEnumerable<string> ForecastOf(Recipe recipe, int width)
    {
        if (DirectionForecast.Covers(recipe))
        {
            var directions = DirectionForecast.Of(recipe);
            return [.. DirectionForecastReport.Phases(directions), .. DirectionForecastReport.Words(directions, width)];
        }
        var forecast = Forecast.Without(recipe);
        return [.. ForecastText.Table(forecast), .. ForecastText.Words(forecast, width)];
    }

    /// <summary>A transfer: each change with what it keeps, and the numbers before and after.</summary>
    public static IEnumerable<string> Of(Transfer transfer, Recipe recipe, int width)
    {
        yield return $"{recipe.Name}, for another budget";
        foreach (var step in transfer.Steps)
        {
            foreach (var line in WrappedText.Lines("- ", $"{step.Change}.", width)) yield return line;
            foreach (var line in Indented($"{char.ToUpperInvariant(step.Reason[0])}{step.Reason[1..]}.", width)) yield return line;
        }
        foreach (var limit in transfer.Exceeded)
            foreach (var line in WrappedText.Lines("- ", $"{limit}. Lower the decay, or change less at a time.", width)) yield return line;
        foreach (var doubt in transfer.Doubts)
            foreach (var line in WrappedText.Lines("- ", $"{doubt}.", width)) yield return line;
        yield return "";
        yield return $"{"",-30} {"before",14} {"after",14}";
        foreach (var (name, before, after) in Rows(transfer))
            if (before != after || name is "learning_rate" or "weight_decay") yield return $"{name,-30} {before,14} {after,14}";
    }

    /// <summary>A judgment: the recipe's numbers, and the rules that it breaks.</summary>
    public static IEnumerable<string> Of(RecipeJudgment judgment, int width)
    {
        var numbers = judgment.Numbers;
        foreach (var line in Wrap(
            $"{judgment.Recipe.Name}: {numbers.TotalSteps:#,0} updates{Epochs(numbers.TotalSteps / numbers.StepsPerEpoch)}, "
            + $"{RuleOf(numbers.Rule)}, peak rate {NumberWords.OfRate(numbers.Rate)}, decay {NumberWords.OfRate(numbers.WeightDecay)}",
            width))
            yield return line;
        yield return "";
        if (judgment.Findings.Count == 0)
            foreach (var line in Wrap("No rule is broken: units, decay, rate, limits, last phases"
                + (judgment.Norm is null
                ? "; the warm-up was not looked at" + (numbers.Rule.IsCoupled ? "." : ", since --init-rms is not given.")
                    : " and warm-up are within what published recipes have."), width)) yield return line;
        foreach (var finding in judgment.Findings)
            foreach (var line in WrappedText.Lines("- ", finding, width)) yield return line;
        if (numbers.WeightDecay == 0) yield break;
        yield return "";
        List<string> facts =
        [
            $"mixing units by phase: {string.Join(", ", judgment.Phases.Select(phase => NumberWords.Of(phase.MixingUnits)))}; "
                + $"{NumberWords.Of(judgment.Units)} in all",
            $"a mixing unit takes {NumberWords.Of(1 / numbers.UnitsPerUpdate)} updates{Epochs(judgment.EpochsPerUnit)} at the peak",
            $"an update turns the weights by {NumberWords.Of(judgment.Angle)} rad at the peak's equilibrium; published recipes up to 0.018",
        ];
        if (judgment.UnitsByTokens is { } asked)
            facts.Insert(1, $"mixing units if the peak rate lasted for the whole run: {NumberWords.Of(judgment.UnitsAtPeak)}; the tokens "
                + $"for a parameter ask for {NumberWords.Of(asked)}");
        if (judgment.Norm is { } norm)
            facts.Add($"weights begin at {NumberWords.Of(norm.StartRms)} and {(norm.EquilibriumRms > norm.StartRms ? "grow" : "shrink")} "
                + $"to {NumberWords.Of(norm.EquilibriumRms)} at equilibrium");
        foreach (string line in facts.SelectMany(fact => Wrap(fact, width))) yield return line;
        if (judgment.Remedy is { } remedy)
            foreach (var line in Wrap(remedy, width)) yield return line;
    }

    private static IEnumerable<(string Name, string Before, string After)> Rows(Transfer transfer)
    {
        var (from, to) = (transfer.From, transfer.To);
        yield return ("optimizer", from.Rule.Name, to.Rule.Name);
        yield return ("learning_rate", NumberWords.OfRate(from.Rate), NumberWords.OfRate(to.Rate));
        yield return ("weight_decay", NumberWords.OfRate(from.WeightDecay), NumberWords.OfRate(to.WeightDecay));
        string first = to.Rule.IsCoupled ? "momentum" : "beta1";
        yield return (first, $"{from.Rule.Momentum:G6}", $"{to.Rule.Momentum:G6}");
        if (!to.Rule.IsCoupled) yield return ("beta2", $"{from.Rule.Beta2:G6}", $"{to.Rule.Beta2:G6}");
        if (to.Epsilon is { } epsilon) yield return ("epsilon", NumberWords.OfRate(from.Epsilon ?? epsilon), NumberWords.OfRate(epsilon));
        yield return ("batch", $"{from.Batch:0}", $"{to.Batch:0}");
        yield return ("updates", $"{from.TotalSteps}", $"{to.TotalSteps}");
        if (from.UnitsPerEpoch is { } ofEpoch && to.UnitsPerEpoch is { } ofNewEpoch)
            yield return ("mixing units of an epoch", NumberWords.Of(ofEpoch), NumberWords.Of(ofNewEpoch));
        yield return ("mixing units in all", NumberWords.Of(from.Units), NumberWords.Of(to.Units));
        yield return ("angle of an update", NumberWords.Of(from.Rule.Angle(from.UnitsPerUpdate)),
            NumberWords.Of(to.Rule.Angle(to.UnitsPerUpdate)));
    }

    private static IEnumerable<string> Consequences(Advice advice)
    {
        // Of the recipe as it is written, as all else below it.
        double written = advice.WrittenDecay / advice.WeightDecay, perUpdate = advice.UnitsPerUpdate * written;
        string phases = string.Join(", ", advice.UnitsByPhase.Select(units => NumberWords.Of(units * written)));
        yield return $"Mixing units{(advice.UnitsByPhase.Count > 1 ? " by phase" : "")}: {phases}. One takes "
            + $"{NumberWords.Of(1 / perUpdate)} updates{Epochs(1 / perUpdate / advice.Budget.StepsPerEpoch)} at the peak rate.";
        yield return $"At the peak's equilibrium an update turns the weights by {NumberWords.Of(advice.Budget.Rule.Angle(perUpdate))} rad.";
        if (advice.ShareOfOscillation is { } share)
            yield return $"Rate times decay is {NumberWords.Of(share * written)} of where the norm oscillates.";
        if (advice.AfterDrops.Count > 0)
            yield return "After a drop the effective rate is a tenth at once; at the ends of the phases it is "
                + $"{string.Join(", ", advice.AfterDrops.Select(NumberWords.Of))} of its equilibrium before the drop.";
    }

    private static string RuleOf(AdvisedRule rule) =>
        rule.IsCoupled ? $"sgd with momentum {rule.Momentum}" : $"{rule.Name} with betas {rule.Momentum} and {rule.Beta2}";

    private static string FamilyOf(NetworkFamily family) => family switch
    {
        NetworkFamily.ConvBn => "convolutions with batch normalization",
        NetworkFamily.Vit => "a vision transformer",
        NetworkFamily.Convnext => "a convolutional network trained as transformers are",
        NetworkFamily.Lm => "a language model",
        _ => "a network with normalization",
    };

    private static string StandingOf(Standing standing) => standing switch
    {
        Standing.Given => "Given",
        Standing.Theorem => "Theorem",
        Standing.PublishedRecipes => "Published recipes",
        Standing.MeasuredHere => "Measured here",
        _ => "Habit",
    };

    private static string Epochs(double? epochs) =>
        epochs is { } known ? NumberWords.Of(known) is "1" ? " (1 epoch)" : $" ({NumberWords.Of(known)} epochs)" : "";

    private static IEnumerable<string> Wrap(string text, int width) => WrappedText.Lines("", text, width, indentation: 2);

    private static IEnumerable<string> Indented(string text, int width) => WrappedText.Lines("    ", text, width);
}
