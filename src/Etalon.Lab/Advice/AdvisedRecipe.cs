using Etalon.Lab.Charts;

namespace Etalon.Lab.Advice;

/// <summary>An advised recipe as text, with the reasons as comments.</summary>
internal static class AdvisedRecipe
{
    private const int Width = 100;

    /// <summary>The recipe.</summary>
    /// <param name="advice">The advice.</param>
    /// <param name="duration">The run's length as it was given, such as 160ep.</param>
    /// <exception cref="InputException">Recipes have no such optimizer.</exception>
    public static string TextOf(Advice advice, string duration)
    {
        var (budget, rule) = (advice.Budget, advice.Budget.Rule);
        var reasons = advice.Numbers
            .Where(number => number.Name is "learning_rate" or "schedule" or "warm-up" && number.Standing != Standing.Given)
            .SelectMany(number => Comment($"{number.Name}: {number.Reason}"));
        List<string> lines =
        [
            "# A schedule that etalon advises; add data and model to train it here.", "name: advised", $"duration: {duration}",
            .. budget.StepsPerEpoch is { } perEpoch ? [$"steps_per_epoch: {perEpoch:0}"] : (string[])[],
            OptimizerOf(rule), .. reasons, "learning_rate:",
            .. PiecesOf(advice).Select(piece => $"  - {piece}"),
            .. Comment(advice.Numbers.First(number => number.Name == "weight_decay").Reason),
            $"weight_decay: {advice.DecayText}",
            .. rule.IsCoupled ? [$"momentum: {rule.Momentum}"] : (string[])[],
        ];
        return string.Join('\n', lines) + "\n";
    }

    /// <summary>The pieces of the rate.</summary>
    public static IEnumerable<string> PiecesOf(Advice advice)
    {
        string rate = NumberWords.OfRate(advice.Rate), piece = advice.Shape.Piece(rate, advice.Budget.StepsPerEpoch);
        if (advice.Warmup == 0) return [piece];
        return advice.Shape is RateShape.Plateau
            ? [piece.Replace("{", $"{{warmup: {advice.Warmup}ba, ", StringComparison.Ordinal)]
            : [$"warmup: {{peak: {rate}, for: {advice.Warmup}ba}}", piece];
    }

    private static string OptimizerOf(AdvisedRule rule) => rule.IsCoupled
        ? "optimizer: {name: sgd}"
        : $"optimizer: {{name: {rule.Name}, beta1: {rule.Momentum}, beta2: {rule.Beta2}}}";

    private static IEnumerable<string> Comment(string reason) => WrappedText.Lines("", reason, Width).Select(line => $"# {line}");
}
