namespace Etalon.Lab.Diagnosis;

/// <summary>A weight decay of 0 in the whole log, under a rate that does not grow.</summary>
/// <remarks>Without decay a rate that grows exponentially is the same training as one with decay (Li and Arora 2019), and no fault.</remarks>
internal sealed class NoDecay : Cause
{
    public override IEnumerable<Flag> Find(Evidence evidence)
    {
        var log = evidence.Log;
        bool isNone = log.WeightDecay.Any(decay => decay == 0) && log.WeightDecay.All(decay => decay is 0 or double.NaN) && evidence.Groups.All(group => group.WeightDecay.All(decay => decay is 0 or double.NaN));
        if (!isNone || !evidence.IsSgd || !evidence.Groups.Any(group => evidence.IsInvariant(group.Name)) || Grows(log.Rate)) yield break;
        evidence.Distrust([]);
        yield return new(
            FlagKind.NoDecay,
            "There is no weight decay in the whole run",
            "weight_decay is 0 in every row, of every group. So norms can only grow, and the effective rate rate/|w|² can only fall.",
            "Set the optimizer's weight_decay, such as 5e-4. If it is left out on purpose, a rate that grows must stand for it: `etalon convert RECIPE --to texp` writes it. Compared with a recipe without decay, by --against, this is no flag.")
        {
            Value = 0,
        };
    }

    // From the first tenth to the last: a run without decay and with a growing rate has its decay in the rate.
    private static bool Grows(double[] rates)
    {
        double[] known = [.. rates.Where(rate => rate > 0)];
        return known.Length > 10 && known[^1] > 1.01 * known[known.Length / 2] && known[known.Length / 2] > 1.01 * known[known.Length / 4];
    }
}
