namespace Etalon.Lab.Advice;

/// <summary>A warm-up of AdamW, whose norms follow from its numbers alone.</summary>
/// <remarks>
/// At equilibrium the root mean square of a weight is √(η/(2 λ)), whatever the gradients are. Weights that begin smaller turn faster, by
/// the ratio of the two. The norm's way there is the mean-field recursion of N = E w², X = E w m, Q = E m², V = E v per weight, with
/// gradients of mean 0, orthogonal to the weights and of size 1/|w|.
/// </remarks>
/// <param name="Rule">AdamW.</param>
/// <param name="Rate">The peak rate η.</param>
/// <param name="WeightDecay">λ.</param>
/// <param name="StartRms">The root mean square of the weights at the start.</param>
internal sealed record AdamWarmup(AdvisedRule Rule, double Rate, double WeightDecay, double StartRms) : NormWarmup
{
    /// <summary>The root mean square at equilibrium, √(η/(2 λ)).</summary>
    public double EquilibriumRms => Math.Sqrt(Rate / (2 * WeightDecay));

    /// <inheritdoc/>
    public override double OvershootWithout => EquilibriumRms / StartRms;

    /// <summary>The rate that has the same product with its decay, and begins at its equilibrium: √(2 η λ) times the start.</summary>
    public double BalancedRate => StartRms * Math.Sqrt(2 * Rate * WeightDecay);

    /// <summary>The decay to it.</summary>
    public double BalancedDecay => Rate * WeightDecay / BalancedRate;

    /// <inheritdoc/>
    public override double Overshoot(long warmup)
    {
        var (b1, b2) = (Rule.Momentum, Rule.Beta2);
        double normSquare = StartRms * StartRms, dot = 0, bufferSquare = 0, square = 0, keptFirst = 1, keptSecond = 1, largest = 0;
        double atEquilibrium = Rate / EquilibriumRms;
        // The squares lag behind the norm by 1/(1 - β2) updates; the peak is there at the latest.
        long updates = warmup + (long)Math.Min(100_000, 2 / (1 - b2)) + 1;
        for (long t = 0; t < updates; t++)
        {
            double rate = Rate * Math.Min(1, (t + 1.0) / (warmup + 1.0)), kept = 1 - rate * WeightDecay;
            bufferSquare = b1 * b1 * bufferSquare + (1 - b1) * (1 - b1) / normSquare;
            square = b2 * square + (1 - b2) / normSquare;
            (keptFirst, keptSecond) = (keptFirst * b1, keptSecond * b2);
            // The buffer holds 1 - β1^(t + 1) of a mean; its correction divides by the same.
            double size = rate * Math.Sqrt((1 - keptSecond) / square);
            double step = size / (1 - keptFirst);
            largest = Math.Max(largest, size / normSquare / atEquilibrium);
            (normSquare, dot) = (
                kept * kept * normSquare - 2 * kept * step * b1 * dot + step * step * bufferSquare, kept * b1 * dot - step * bufferSquare);
        }
        return largest;
    }
}
