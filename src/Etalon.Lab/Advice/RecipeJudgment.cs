using Etalon.Lab.Recipes;
using Etalon.Schedules;
using Etalon.Schedules.Dynamics;

namespace Etalon.Lab.Advice;

/// <summary>An existing recipe by the rules of an <see cref="Advice"/>: how many units it has, and which rules it breaks.</summary>
internal sealed class RecipeJudgment
{
    private const double ManyUnits = 40, ShortestPhase = 0.03, FewestAfterDrop = 0.1, MostAfterDrop = 2.5;

    // Rate times decay of the update that is nearest to its limits, or furthest beyond them, and the rule with its momentum there.
    private readonly AdvisedRule _worstRule;
    private readonly double _worst;

    private RecipeJudgment(Recipe recipe, double? startRms)
    {
        Recipe = recipe;
        Numbers = RecipeNumbersAtPeak.Of(recipe, out var schedule);
        if (!(Numbers.Rate > 0))
            throw new InputException("learning_rate: is 0 at every update, so there is nothing to judge; give a rate");
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

    /// <summary>Its phases.</summary>
    public IReadOnlyList<Phase> Phases { get; }

    /// <summary>The mixing units of the whole run.</summary>
    public double Units => Phases.Sum(phase => phase.MixingUnits);

    /// <summary>The mixing units that can forget the start: of the phases before the first drop.</summary>
    public double MainUnits => Phases.Take(MainPhase + 1).Sum(phase => phase.MixingUnits);

    /// <summary>1/L in epochs; infinite without decay.</summary>
    public double EpochsPerUnit => 1 / Numbers.UnitsPerUpdate / Numbers.StepsPerEpoch;

    /// <summary>The angle of an update at the peak's equilibrium, in radians.</summary>
    public double Angle => Numbers.Rule.Angle(Numbers.UnitsPerUpdate);

    /// <summary>The norm of AdamW's weights, where their start is known; null else.</summary>
    public AdamWarmup? Norm { get; }

    /// <summary>The rules that it breaks, a sentence each; none where it breaks none.</summary>
    public IReadOnlyList<string> Findings { get; }

    /// <summary>
    /// The decay with which the part before the first drop would have <see cref="Advice.UsualUnits"/>, within the limits; the whole
    /// schedule of the decay is scaled alike. Null without decay.
    /// </summary>
    public double? AdvisedDecay => MainUnits > 0
        ? Numbers.WeightDecay * Math.Min(Advice.UsualUnits / MainUnits, LimitsOf(_worstRule).Min(limit => limit.Largest) / _worst)
        : null;

    /// <summary>Judges a recipe.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="startRms">Root mean square of the weights at the start; null where nobody said.</param>
    /// <exception cref="InputException">There are no rules for its optimizer.</exception>
    public static RecipeJudgment Of(Recipe recipe, double? startRms) => new(recipe, startRms);

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
        if (MainUnits < Advice.FewestUnits)
            yield return $"{NumberWords.Of(MainUnits)} mixing units "
                + $"{(MainPhase + 1 < Phases.Count ? "before the first drop" : "in all")} are "
                + "fewer than 3: the run cannot forget its start, so that initialization and rate matter separately and decay hardly acts.";
        if (MainUnits > ManyUnits)
            yield return $"{NumberWords.Of(MainUnits)} mixing units are more than the 8 to 40 of published recipes: a smaller decay would "
                + "average over more of the data.";
        foreach (var limit in LimitsOf(_worstRule).Where(limit => _worst > limit.Largest * (1 + 1e-9)))
            yield return $"Rate times decay is up to {NumberWords.Of(_worst)}, {NumberWords.Of(_worst / limit.Largest)} times the limit: "
                + $"{limit.Reason}.";
        foreach (var finding in OfLaterPhases()) yield return finding;
        if (Norm is { OvershootWithout: > NormWarmup.LargestOvershoot } norm
            && norm.Overshoot(WarmupSteps) is > NormWarmup.LargestOvershoot and var overshoot)
            yield return $"The root mean square of the weights begins at {NumberWords.Of(norm.StartRms)} and grows to "
                + $"{NumberWords.Of(norm.EquilibriumRms)}, and the warm-up of "
                + $"{WarmupSteps} updates is shorter than that growth: the weights turn up to {NumberWords.Of(overshoot)} times as fast "
                + $"as later. "
                + $"{norm.Shortest(Numbers.TotalSteps)} updates of warm-up hold it below twice; rate "
                + $"{NumberWords.OfRate(norm.BalancedRate)} with "
                + $"decay {NumberWords.OfDecay(norm.BalancedDecay)} needs none.";
    }

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
