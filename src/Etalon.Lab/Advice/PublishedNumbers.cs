using Etalon.Lab.Recipes;

namespace Etalon.Lab.Advice;

/// <summary>
/// The decays and rates that published recipes of an optimizer have. What lies beyond them is doubted in the same words whichever way the
/// advice was asked for.
/// </summary>
internal sealed class PublishedNumbers
{
    /// <summary>A run of so many epochs repeats its data: what is known of language models, which see theirs once, does not speak of it.
    /// </summary>
    public const double EpochsThatRepeat = 8;

    /// <summary>How much smaller rates of Lion are than those of AdamW, for updates as large.</summary>
    public const double LionOverAdamW = 0.23;

    private readonly AdvisedRule _rule;
    private readonly double _leastDecay, _mostDecay;

    private PublishedNumbers(AdvisedRule rule, bool isLanguage)
    {
        _rule = rule;
        IsLanguage = isLanguage;
        (_leastDecay, _mostDecay, UsualDecay) = rule.Kind switch
        {
            AdvisedOptimizer.Sgd => (1e-5, 0.01, "1e-4 to 5e-4"),
            AdvisedOptimizer.Lion => (0.04, 2, "0.2 to 0.5"),
            _ => (0.01, 0.5, "0.05 to 0.1"),
        };
        Habits = (rule.Kind, isLanguage) switch
        {
            (AdvisedOptimizer.Sgd, _) => [1e-5, 5e-5, 1e-4, 5e-4, 1e-3],
            (AdvisedOptimizer.Lion, _) => [0.1, 0.2, 0.3, 0.5, 1],
            (_, true) => [0.1],
            _ => [0.01, 0.05, 0.1, 0.2, 0.3],
        };
        LanguageDecay = (isLanguage, rule.Kind) switch
        {
            (true, AdvisedOptimizer.AdamW) => 0.1,
            // The same product at Lion's smaller rate.
            (true, AdvisedOptimizer.Lion) => 0.1 / LionOverAdamW,
            _ => null,
        };
        if (LanguageDecay is { } decay) UsualDecay = NumberWords.OfDecay(decay);
    }

    /// <summary>Whether the run is that of a language model that does not repeat its data.</summary>
    public bool IsLanguage { get; }

    /// <summary>The usual decay, in words.</summary>
    public string UsualDecay { get; }

    /// <summary>The decays that people write.</summary>
    public IReadOnlyList<double> Habits { get; }

    /// <summary>The decay that published language models have, whatever their length; null for all else.</summary>
    public double? LanguageDecay { get; }

    /// <summary>How many mixing units published recipes of the kind have, as a clause.</summary>
    public string Units => IsLanguage ? "published language models have 4 to 20" : "published recipes of 90 to 300 epochs have 9 to 20";

    /// <summary>How many are in use.</summary>
    public string UnitsInUse => IsLanguage ? "4 to 20" : "8 to 40";

    /// <summary>Those of an optimizer.</summary>
    /// <param name="rule">The optimizer.</param>
    /// <param name="family">The kind of network; null where nobody said.</param>
    /// <param name="epochs">Epochs of the run; null where it sees its data once, or nobody said.</param>
    public static PublishedNumbers Of(AdvisedRule rule, NetworkFamily? family, double? epochs) =>
        new(rule, family == NetworkFamily.Lm && epochs is null or < EpochsThatRepeat);

    /// <summary>What to say of a decay that no published recipe has, a sentence without its period; null for any other.</summary>
    public string? DoubtOfDecay(double decay) => decay >= _leastDecay * (1 - 1e-9) && decay <= _mostDecay * (1 + 1e-9)
        ? null : $"Published recipes of {_rule.Name} have {NumberWords.OfDecay(_leastDecay)} to {NumberWords.OfDecay(_mostDecay)}";

    /// <summary>What to say of a rate that no published recipe has, a clause; null for any other.</summary>
    public string? DoubtOfRate(double rate) => _rule.IsCoupled ? null : ScheduleWarnings.DoubtOfStep(rate, _rule.Name);
}
