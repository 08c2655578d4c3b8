namespace Etalon.Lab.Advice;

/// <summary>
/// The rate that people write where nobody has measured one. Only the product with the decay has a meaning that is known.
/// </summary>
internal static class RatePrior
{
    private const double UsualMomentum = 0.9, SmallImage = 64;

    /// <summary>The habitual rate of a budget.</summary>
    /// <exception cref="InputException">There is no habit for the optimizer and the network, or the batch is not known.</exception>
    public static AdvisedNumber Of(Budget budget, out double rate)
    {
        var rule = budget.Rule;
        double batch = budget.Batch
            ?? throw new InputException(
                "without a rate the batch is needed, since habits are stated for one; give --batch, or a rate by --rate");
        (rate, string words) = (rule.Kind, budget.Family) switch
        {
            (AdvisedOptimizer.Sgd, NetworkFamily.ConvBn or NetworkFamily.Other) => budget.ImageSize <= SmallImage
                ? (0.1 * batch / 128, $"0.1 for a batch of 128, times {batch:0}/128, for images of up to 64 pixels")
                : (0.1 * batch / 256, $"0.1 for a batch of 256, times {batch:0}/256, for images as large as ImageNet's"),
            (AdvisedOptimizer.Sgd, _) => throw new InputException(
                $"there is no usual rate of sgd for {RecipeWords.Of(budget.Family)}: such networks are trained with adamw or lion; give a "
                + "rate by --rate, or another --optimizer"),
            (_, NetworkFamily.Lm) => (6e-4 * 768 / budget.Width * Math.Sqrt(batch / 5e5),
                $"6e-4 for a width of 768 and half a million tokens an update, times 768/{budget.Width} and the root of "
                + $"{batch:#,0}/500,000"),
            (_, NetworkFamily.Convnext) => (4e-3 * batch / 4096, $"4e-3 for a batch of 4,096, times {batch:0}/4096"),
            _ => (1e-3 * batch / 1024, $"1e-3 for a batch of 1,024, times {batch:0}/1024"),
        };
        if (rule.IsCoupled && rule.Momentum != UsualMomentum)
        {
            rate *= (1 - rule.Momentum) / (1 - UsualMomentum);
            words += $", and (1 - {rule.Momentum})/0.1 for the momentum";
        }
        if (rule.Kind == AdvisedOptimizer.Lion)
        {
            rate *= PublishedNumbers.LionOverAdamW;
            words += ", and 0.23 for updates as large as AdamW's";
        }
        return new("learning_rate", NumberWords.OfRate(rate), Standing.Habit, words,
            "a test of rates: etalon find-lr; at the same product of rate and decay the recipe ends at the same equilibrium");
    }
}
