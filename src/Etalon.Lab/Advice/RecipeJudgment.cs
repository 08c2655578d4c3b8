using Etalon.Lab.Models;
using Etalon.Lab.Recipes;
using Etalon.Schedules;
using Etalon.Schedules.Dynamics;

namespace Etalon.Lab.Advice;

/// <summary>An existing recipe by the rules of an <see cref="Advice"/>: how many units it has, and which rules it breaks.</summary>
internal sealed class RecipeJudgment
{
    private const double ManyUnits = 40, UsualUnitsFrom = 8, ShortestPhase = 0.03, FewestAfterDrop = 0.1, MostAfterDrop = 2.5;

    // Of language models: those of published ones, and how far from the law of their tokens is far.
    private const double LanguageUnitsFrom = 4, FarFromLaw = 2;

    private readonly PublishedNumbers _published;
    private readonly double? _tokens;

    // Rate times decay of the update that is nearest to its limits, or furthest beyond them, and the rule with its momentum there.
    private readonly AdvisedRule _worstRule;
    private readonly double _worst;

    private RecipeJudgment(Recipe recipe, double? startRms, NetworkFamily? family, double? tokensPerParameter)
    {
        Recipe = recipe;
        Numbers = RecipeNumbersAtPeak.Of(recipe, out var schedule);
        if (!(Numbers.Rate > 0))
            throw new InputException("learning_rate: is 0 at every update, so there is nothing to judge; give a rate");
        Family = family ?? (recipe.Model?.Kind == ModelKind.Transformer ? NetworkFamily.Lm : null);
        _published = PublishedNumbers.Of(Numbers.Rule, Family, recipe.Epochs);
        _tokens = tokensPerParameter;
        Phases = Schedules.Dynamics.Phases.Of(schedule);
        (_worstRule, _worst) = WorstOf(schedule);
        if (startRms is { } rms && Numbers is { Rule.Kind: AdvisedOptimizer.AdamW, WeightDecay: > 0 })
            Norm = new(Numbers.Rule, Numbers.Rate, Numbers.WeightDecay, rms);
        Findings = [.. FindingsOf()];
    }

    /// <summary>The recipe.</summary>
    public Recipe Recipe { get; }

    /// <summary>Its numbers at the peak of its rate.</summary>
    public RecipeNumbersAtPeak Numbers { get; }

    /// <summary>The kind of network; null where nobody said.</summary>
    public NetworkFamily? Family { get; }

    /// <summary>Its phases.</summary>
    public IReadOnlyList<Phase> Phases { get; }

    /// <summary>The mixing units of the whole run.</summary>
    public double Units => Phases.Sum(phase => phase.MixingUnits);

    /// <summary>The mixing units that can forget the start: of the phases before the first drop.</summary>
    public double MainUnits => Phases.Take(MainPhase + 1).Sum(phase => phase.MixingUnits);

    /// <summary>The mixing units that the peak rate would have for the whole run.</summary>
    public double UnitsAtPeak => Numbers.UnitsPerUpdate * Numbers.TotalSteps;

    /// <summary>As many of those as are best by the tokens for a parameter; null where nobody gave them.</summary>
    public double? UnitsByTokens => _tokens is { } tokens ? Advice.UnitsAtPeakOf(tokens) : null;

    /// <summary>1/L in epochs; infinite without decay, and null where nobody said how long one is.</summary>
    public double? EpochsPerUnit => 1 / Numbers.UnitsPerUpdate / Numbers.StepsPerEpoch;

    /// <summary>The angle of an update at the peak's equilibrium, in radians.</summary>
    public double Angle => Numbers.Rule.Angle(Numbers.UnitsPerUpdate);

    /// <summary>The norm of AdamW's weights, where their start is known; null else.</summary>
    public AdamWarmup? Norm { get; }

    /// <summary>The rules that it breaks, a sentence each; none where it breaks none.</summary>
    public IReadOnlyList<string> Findings { get; }

    /// <summary>
    /// The decay that an <see cref="Advice"/> would have for it, within the limits: that of <see cref="Advice.UsualUnits"/> before the
    /// first drop, of a language model by its tokens, or that of published ones where it is smaller. The whole schedule of the decay is
    /// scaled alike. Null without decay, and where published recipes have none such.
    /// </summary>
    public double? AdvisedDecay =>
        WantedDecay is { } decay && (UnitsByTokens is not null || _published.DoubtOfDecay(decay) is null) ? decay : null;

    /// <summary>What to do about the decay, a sentence or two; null where it may stay.</summary>
    public string? Remedy => WantedDecay is not { } wanted ? null : UnitsByTokens is { } byTokens ? ByTokens(byTokens, wanted)
        : _published.LanguageDecay is { } usual ? OfLanguage(usual, wanted) : ByUnits(wanted);

    /// <summary>Judges a recipe.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="startRms">Root mean square of the weights at the start; null where nobody said.</param>
    /// <param name="family">The kind of network; null where the recipe says it, or nobody.</param>
    /// <param name="tokensPerParameter">Training tokens over parameters of a language model that sees its data once; null else.</param>
    /// <exception cref="InputException">There are no rules for its optimizer.</exception>
    public static RecipeJudgment Of(
        Recipe recipe, double? startRms, NetworkFamily? family = null, double? tokensPerParameter = null) =>
        new(recipe, startRms, family, tokensPerParameter);

    private double? WantedDecay
    {
        get
        {
            if (!(MainUnits > 0 && Numbers.WeightDecay > 0)) return null;
            double factor = UnitsByTokens / UnitsAtPeak ?? Advice.UsualUnits / MainUnits;
            if (UnitsByTokens is null && _published.LanguageDecay is { } usual) factor = Math.Min(factor, usual / Numbers.WeightDecay);
            return Numbers.WeightDecay * Math.Min(factor, LimitsOf(_worstRule).Min(limit => limit.Largest) / _worst);
        }
    }

    private bool IsFarFromTokens => UnitsAtPeak / UnitsByTokens is < 1 / FarFromLaw or > FarFromLaw;

    private string? ByTokens(double asked, double wanted)
    {
        if (!IsFarFromTokens) return null;
        double units = UnitsAtPeak * wanted / Numbers.WeightDecay;
        return $"{NumberWords.Of(units)} mixing units at the peak rate, as many as "
            + $"{(units < asked * (1 - 1e-9) ? "the limits allow" : "the tokens ask for")}, would take {InPlace(wanted)}."
            + (_published.DoubtOfDecay(wanted) is { } doubt ? $" {doubt}." : "");
    }

    private string? OfLanguage(double usual, double wanted)
    {
        if (MainUnits is >= LanguageUnitsFrom and <= ManyUnits) return null;
        const string Ask = "--tokens-per-parameter tells how many units are best.";
        return Math.Abs(wanted / Numbers.WeightDecay - 1) < 0.01
            ? $"Published language models have {NumberWords.OfDecay(usual)} too, in runs of 4 to 20 units. {Ask}"
            : $"As published language models have it, {InPlace(wanted)} would give "
                + $"{NumberWords.Of(MainUnits * wanted / Numbers.WeightDecay)} units. {Ask}";
    }

    private string? ByUnits(double wanted)
    {
        if (MainUnits is >= UsualUnitsFrom and <= ManyUnits) return null;
        double units = MainUnits * wanted / Numbers.WeightDecay;
        string many = $"{NumberWords.Of(units)} units, as many as {(units < 14.99 ? "the limits allow" : "published recipes have")}";
        if (_published.DoubtOfDecay(wanted) is not { } doubt) return $"{many}, would take {InPlace(wanted)}.";
        return $"{many}, would take a decay of {NumberWords.OfDecay(wanted)}, and none of them has that: "
            + $"{char.ToLowerInvariant(doubt[0])}{doubt[1..]}. In a run of this length the usual {_published.UsualDecay} is as good."
            + (Family is null && !Numbers.Rule.IsCoupled ? " Of a language model, ask again with --family lm." : "");
    }

    private string InPlace(double decay) =>
        $"a decay of {NumberWords.OfDecay(decay)} in place of {NumberWords.OfRate(Numbers.WeightDecay)}";

    // The last phase before the rate first drops; a moving phase, such as a cosine, counts whole.
    private int MainPhase
    {
        get
        {
            int last = 0;
            while (last + 1 < Phases.Count
                && !(Phases[last + 1].First.Numbers.Rate < Phases[last].Last.Numbers.Rate * 0.75 && Phases[last].Steps > 1)) last++;
            return last;
        }
    }

    private IEnumerable<IntrinsicLimit> LimitsOf(AdvisedRule rule) =>
        Advice.LimitsOf(rule, Numbers.StepsPerEpoch, Numbers.TotalSteps);

    // Momentum may move, and with it the limits: of each momentum the largest product counts.
    private (AdvisedRule Rule, double Product) WorstOf(UpdateSchedule schedule)
    {
        var largest = new Dictionary<double, double>();
        for (long step = 0; step < schedule.TotalSteps; step++)
        {
            double momentum = Numbers.Rule.IsCoupled ? schedule.Momentum.ValueAt(step) : Numbers.Rule.Momentum;
            double product = schedule.LearningRate.ValueAt(step) * schedule.WeightDecay.ValueAt(step);
            if (!largest.TryGetValue(momentum, out double before) || product > before) largest[momentum] = product;
        }
        return largest.Select(pair => (Rule: Numbers.Rule with { Momentum = pair.Key }, Product: pair.Value))
            .MaxBy(each => each.Product / LimitsOf(each.Rule).Min(limit => limit.Largest));
    }

    private IEnumerable<string> FindingsOf()
    {
        if (Numbers.WeightDecay == 0)
        {
            yield return "Without weight decay the norms only grow and the effective rate falls by itself; there is no equilibrium. "
                + "etalon advise with this budget gives a decay.";
            yield break;
        }
        foreach (var finding in OfUnits()) yield return finding;
        // Where the law of its tokens asks for such a decay, that is no fault of the recipe.
        if (UnitsByTokens is null && _published.DoubtOfDecay(Numbers.WeightDecay) is { } doubt)
            yield return $"{doubt}, and the decay of {NumberWords.OfRate(Numbers.WeightDecay)} is beyond.";
        if (_published.DoubtOfRate(Numbers.Rate) is { } large)
            yield return $"The rate is {NumberWords.OfRate(Numbers.Rate)}: {large}.";
        foreach (var limit in LimitsOf(_worstRule).Where(limit => _worst > limit.Largest * (1 + 1e-9)))
            yield return $"Rate times decay is up to {NumberWords.Of(_worst)}, {NumberWords.Of(_worst / limit.Largest)} times the limit: "
                + $"{limit.Reason}.";
        foreach (var finding in OfLaterPhases()) yield return finding;
        if (OfWarmup() is { } warmup) yield return warmup;
    }

    private IEnumerable<string> OfUnits()
    {
        if (UnitsByTokens is { } wanted)
        {
            // The law also speaks of few units.
            if (IsFarFromTokens)
                yield return $"{NumberWords.Of(UnitsAtPeak)} mixing units at the peak rate are "
                    + $"{NumberWords.Of(UnitsAtPeak / wanted)} times the {NumberWords.Of(wanted)} that {NumberWords.Of(_tokens!.Value)} "
                    + "tokens for a parameter ask for (Bergsma et al. 2025).";
            yield break;
        }
        if (MainUnits < Advice.FewestUnits)
            yield return $"{NumberWords.Of(MainUnits)} mixing units "
                + $"{(MainPhase + 1 < Phases.Count ? "before the first drop" : "in all")} are "
                + "fewer than 3: the run cannot forget its start, so that initialization and rate matter separately and decay hardly acts.";
        if (MainUnits > ManyUnits)
            yield return $"{NumberWords.Of(MainUnits)} mixing units are more than the 8 to 40 of published recipes: a smaller decay would "
                + "average over more of the data.";
    }

    private string? OfWarmup() => Norm is { OvershootWithout: > NormWarmup.LargestOvershoot } norm
        && norm.Overshoot(WarmupSteps) is > NormWarmup.LargestOvershoot and var overshoot
            ? $"The root mean square of the weights begins at {NumberWords.Of(norm.StartRms)} and grows to "
                + $"{NumberWords.Of(norm.EquilibriumRms)}, and the warm-up of "
                + $"{WarmupSteps} updates is shorter than that growth: the weights turn up to {NumberWords.Of(overshoot)} times as fast "
                + $"as later. "
                + $"{norm.Shortest(Numbers.TotalSteps)} updates of warm-up hold it below twice; rate "
                + $"{NumberWords.OfRate(norm.BalancedRate)} with "
                + $"decay {NumberWords.OfDecay(norm.BalancedDecay)} needs none."
            : null;

    private long WarmupSteps =>
        Phases[0] is { IsConstant: false } first && first.Last.Numbers.Rate > first.First.Numbers.Rate ? first.Steps : 0;

    private IEnumerable<string> OfLaterPhases()
    {
        var later = Phases.Skip(MainPhase + 1).ToList();
        for (int i = 0; i < later.Count; i++)
        {
            var phase = later[i];
            if (i == 0 && phase.MixingUnits is not (>= FewestAfterDrop and <= MostAfterDrop))
                yield return $"The phase from update {phase.Begin} has {NumberWords.Of(phase.MixingUnits)} mixing units; second phases of "
                    + $"published recipes have 0.1 to 2.5: "
                    + (phase.MixingUnits < FewestAfterDrop
                    ? "it ends before much of the drop's gain has come." : "much of the drop's gain fades again.");
            if (i == later.Count - 1 && phase.Steps < ShortestPhase * Numbers.TotalSteps)
                yield return $"The last phase is {NumberWords.Of(100.0 * phase.Steps / Numbers.TotalSteps)} % of the run; shorter than 3 "
                    + $"% it "
                    + "has little effect.";
        }
    }
}
