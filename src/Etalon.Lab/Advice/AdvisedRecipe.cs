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
        string rate = NumberWords.OfRate(advice.Rate);
        bool isPlateau = advice.Shape is RateShape.Plateau, hasWarmup = advice.Warmup > 0;
        string piece = advice.Shape.Piece(rate, budget.StepsPerEpoch);
        if (isPlateau && hasWarmup) piece = piece.Replace("{", $"{{warmup: {advice.Warmup}ba, ", StringComparison.Ordinal);
        var reasons = advice.Numbers
            .Where(number => number.Name is "learning_rate" or "schedule" or "warm-up" && number.Standing != Standing.Given)
            .SelectMany(number => Comment($"{number.Name}: {number.Reason}"));
        List<string> lines =
        [
            "# A schedule that etalon advises; add data and model to train it here.", "name: advised", $"duration: {duration}",
            .. budget.StepsPerEpoch is { } perEpoch ? [$"steps_per_epoch: {perEpoch:0}"] : (string[])[],
            OptimizerOf(rule), .. reasons, "learning_rate:",
            .. hasWarmup && !isPlateau ? [$"  - warmup: {{peak: {rate}, for: {advice.Warmup}ba}}"] : (string[])[],
            $"  - {piece}",
            .. Comment(advice.Numbers.First(number => number.Name == "weight_decay").Reason),
            $"weight_decay: {advice.DecayText}",
            .. rule.IsCoupled ? [$"momentum: {rule.Momentum}"] : (string[])[],
        ];
        return string.Join('\n', lines) + "\n";
    }

    private static string OptimizerOf(AdvisedRule rule) => rule.IsCoupled
        ? "optimizer: {name: sgd}"
        : $"optimizer: {{name: {rule.Name}, beta1: {rule.Momentum}, beta2: {rule.Beta2}}}";

    private static IEnumerable<string> Comment(string reason) => WrappedText.Lines("", reason, Width).Select(line => $"# {line}");
}
