using Etalon.Schedules;

namespace Etalon.Lab.Advice;

/// <summary>
/// The numbers of a recipe that works, for another batch, length, amount of data, width or optimizer. What each change keeps is stated, so
/// that it can be checked: for scale-invariant weights the mixing units of an epoch are what a batch must keep.
/// </summary>
/// <remarks>
/// Batch: the linear rule of SGD, and the root rule of Adam with the decay's root beside it, keep rate times decay over the batch; so do
/// the linear rule at a fixed decay (DeiT) and the decay proportional to the batch at a fixed rate (Bergsma et al. 2025). For
/// scale-invariant weights all three are the same.
/// </remarks>
internal sealed class Transfer
{
    private const double SmallestBeta2 = 0.9;

    private readonly List<TransferStep> _steps = [];

    /// <summary>Begins at a recipe's numbers.</summary>
    public Transfer(RecipeNumbersAtPeak from)
    {
        From = from;
        To = from;
    }

    /// <summary>The numbers that work.</summary>
    public RecipeNumbersAtPeak From { get; }

    /// <summary>The numbers after the changes so far.</summary>
    public RecipeNumbersAtPeak To { get; private set; }

    /// <summary>The changes, in order.</summary>
    public IReadOnlyList<TransferStep> Steps => _steps;

    /// <summary>
    /// What times in updates are multiplied by, for the same examples at another batch, and for as many passes over other data.
    /// </summary>
    public double TimesFactor { get; private set; } = 1;

    /// <summary>Whether the run is longer or shorter over the same data, so that its schedule must stretch by itself.</summary>
    public bool HasOtherBudget { get; private set; }

    /// <summary>The numbers that no published recipe has, where those before had not left them either, a sentence each.</summary>
    public IReadOnlyList<string> Doubts
    {
        get
        {
            var (before, after) = (PublishedNumbers.Of(From.Rule, family: null, epochs: null), PublishedNumbers.Of(To.Rule, null, null));
            List<string> doubts = [];
            if (after.DoubtOfDecay(To.WeightDecay) is { } doubt && before.DoubtOfDecay(From.WeightDecay) is null)
                doubts.Add($"{doubt}, and {NumberWords.OfDecay(To.WeightDecay)} is beyond");
            if (after.DoubtOfRate(To.Rate) is { } large && before.DoubtOfRate(From.Rate) is null)
                doubts.Add($"A rate of {NumberWords.OfRate(To.Rate)}: {large}");
            return doubts;
        }
    }

    /// <summary>The limits that the numbers now exceed, a sentence each.</summary>
    public IReadOnlyList<string> Exceeded =>
    [
        .. Advice.LimitsOf(To.Rule, To.StepsPerEpoch, To.TotalSteps).Where(limit => To.Rate * To.WeightDecay > limit.Largest * (1 + 1e-9))
            .Select(limit =>
            $"Rate times decay is {NumberWords.Of(To.Rate * To.WeightDecay / limit.Largest)} times a limit: {limit.Reason}"),
    ];

    /// <summary>Another batch, with the same examples in all.</summary>
    /// <param name="factor">The new batch over the old one.</param>
    /// <param name="stepsPerEpoch">Updates of an epoch with it; null for the old ones over the factor.</param>
    public Transfer WithBatch(double factor, double? stepsPerEpoch = null)
    {
        var rule = To.Rule;
        double root = Math.Sqrt(factor);
        double? perEpoch = stepsPerEpoch ?? To.StepsPerEpoch / factor;
        string times = Times(1 / factor);
        var changed = To with
        {
            Batch = To.Batch * factor,
            StepsPerEpoch = perEpoch,
            TotalSteps = UpdatesWith(perEpoch, 1 / factor),
        };
        if (rule.IsCoupled)
            return Add(changed with { Rate = To.Rate * factor },
                $"batch times {NumberWords.Of(factor)}: rate times as much, decay kept{times}",
                $"the units of {Whole} stay the same, until an update turns the weights too far");
        if ((1 - rule.Momentum) * factor >= 1 - 1e-9)
            throw new InputException(
                $"--batch: {NumberWords.Of(factor)} times the batch asks for a beta1 of "
                + $"{NumberWords.Of(1 - (1 - rule.Momentum) * factor)}; the rule "
                + $"goes as far as {NumberWords.Of(1 / (1 - rule.Momentum))} times, where one update is as long as the memory of "
                + $"{rule.Name}");
        double beta1 = 1 - (1 - rule.Momentum) * factor, beta2 = 1 - (1 - rule.Beta2) * factor;
        string floor =
            beta2 < SmallestBeta2 ? $"; beta2 stays at its least, {SmallestBeta2}, where the rule has {NumberWords.Of(beta2)}" : "";
        beta2 = Math.Max(SmallestBeta2, beta2);
        changed = changed with
        {
            Rate = To.Rate * root,
            WeightDecay = To.WeightDecay * root,
            Rule = rule with { Momentum = beta1, Beta2 = beta2 },
            Epsilon = To.Epsilon / root,
        };
        return Add(changed,
            $"batch times {NumberWords.Of(factor)}: rate and decay times its root {NumberWords.Of(root)}, 1 - β times "
            + $"{NumberWords.Of(factor)}, "
            + $"epsilon over the root{floor}{times}",
            $"noise and units of {Whole} stay the same (Malladi et al. 2022); the root rule without the decay's root would not keep the "
            + "units");
    }

    /// <summary>A longer or shorter run over the same data.</summary>
    /// <param name="factor">The new length over the old one.</param>
    public Transfer WithBudget(double factor)
    {
        HasOtherBudget |= factor != 1;
        double decay = To.WeightDecay / Math.Sqrt(factor);
        string part = To.StepsPerEpoch is null ? "an update" : "an epoch";
        return Add(
            To with { WeightDecay = decay, TotalSteps = Math.Max(1, (long)Math.Round(To.TotalSteps * factor)) },
            $"run times {NumberWords.Of(factor)}: decay over its root, {NumberWords.OfDecay(decay)}",
            $"between {NumberWords.OfDecay(To.WeightDecay)}, which keeps the units of {part}, and "
            + $"{NumberWords.OfDecay(To.WeightDecay / factor)}, which keeps those of the run; the schedule must stretch with the run, so "
            + "times in it that are written in epochs or updates need the same factor; a warm-up in them stays as long as it is");
    }

    /// <summary>More or fewer data, passed as often.</summary>
    /// <param name="factor">The new number of examples over the old one.</param>
    public Transfer WithData(double factor)
    {
        double? perEpoch = To.StepsPerEpoch is { } steps ? Math.Max(1, Math.Round(steps * factor)) : null;
        string times = Times(factor);
        return Add(
            To with { WeightDecay = To.WeightDecay / factor, StepsPerEpoch = perEpoch, TotalSteps = UpdatesWith(perEpoch, factor) },
            $"data times {NumberWords.Of(factor)}: decay over as much{times}",
            To.StepsPerEpoch is null ? "the units of the run stay the same" : "the units of an epoch, and of the run, stay the same");
    }

    /// <summary>Another width under the maximal update parametrization.</summary>
    /// <param name="factor">The new width over the old one.</param>
    public Transfer WithWidth(double factor) => Add(
        To with { Rate = To.Rate / factor, WeightDecay = To.WeightDecay * factor },
        $"width times {NumberWords.Of(factor)}: rate over as much, decay times as much",
        "their product stays the same, and with it the time scale (Kosson et al. 2025); Fan et al. 2025 take the decay times "
        + $"{NumberWords.Of(Math.Sqrt(factor))} instead, to keep the scale of singular values");

    /// <summary>Another optimizer with the same units per update.</summary>
    /// <param name="rule">The new one.</param>
    /// <param name="rate">Its peak rate; null where it follows from the old one, as between AdamW and Lion.</param>
    /// <exception cref="InputException">It does not follow, and none is given.</exception>
    public Transfer WithOptimizer(AdvisedRule rule, double? rate)
    {
        double factor = (To.Rule.Kind, rule.Kind) switch
        {
            (AdvisedOptimizer.AdamW, AdvisedOptimizer.Lion) => Math.Sqrt(1 / To.Rule.Correlation),
            (AdvisedOptimizer.Lion, AdvisedOptimizer.AdamW) => Math.Sqrt(rule.Correlation),
            _ => rate is null
                ? throw new InputException(
                    $"from {To.Rule.Name} to {rule.Name} the rate does not follow: give it by --rate, or test it with etalon find-lr; "
                    + $"the decay "
                    + "follows from it")
                : 1,
        };
        double to = rate ?? To.Rate * factor;
        double decay = To.UnitsPerUpdate / (to * rule.UnitsPerIntrinsicRate);
        return Add(To with { Rule = rule, Rate = to, WeightDecay = decay, Epsilon = null },
            $"{rule.Name} for {To.Rule.Name}: rate "
            + $"{(rate is null ? $"times {NumberWords.Of(factor)}, for updates of the same size" : "as given")}, "
            + $"decay {NumberWords.OfDecay(decay)}",
            "the units of an update stay the same: the time scale, and how far weights turn in the long run");
    }

    private string Whole => To.StepsPerEpoch is null ? "the run" : "an epoch";

    // Passes over the data as they are counted: in epochs, or in updates that are so many times as many. Ties round up, as in a recipe.
    private long UpdatesWith(double? perEpoch, double factor) => Math.Max(1, (long)Math.Round(
        To is { LengthUnit: TimeUnit.Epochs, StepsPerEpoch: { } before } && perEpoch is { } after
            ? To.TotalSteps / before * after : To.TotalSteps * factor, MidpointRounding.AwayFromZero));

    private string Times(double factor)
    {
        TimesFactor *= factor;
        return To.HasTimesInUpdates ? $"; times in updates times {NumberWords.Of(factor)}" : "";
    }

    private Transfer Add(RecipeNumbersAtPeak to, string change, string reason)
    {
        To = to;
        _steps.Add(new(change, reason, to));
        return this;
    }
}

/// <summary>One change of a <see cref="Transfer"/>.</summary>
/// <param name="Change">What changes.</param>
/// <param name="Reason">What stays the same by it.</param>
/// <param name="Numbers">The numbers after it.</param>
internal sealed record TransferStep(string Change, string Reason, RecipeNumbersAtPeak Numbers);
