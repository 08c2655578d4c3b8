using System.Globalization;
using Etalon.Numerics;

namespace Etalon.Lab.Advice;

/// <summary>
/// Rate, decay, schedule and warm-up for a budget. For scale-invariant weights rate and decay act by their product alone once the start is
/// forgotten, and time passes in mixing units: so the decay follows from the rate and from how many units the run should have.
/// </summary>
/// <remarks>
/// How many units is an observation, not a theorem: published recipes of 90 to 300 epochs have 9 to 20 of them, about 15. Below 3 a run
/// keeps remembering its start, and decay has hardly any effect.
/// </remarks>
internal sealed class Advice
{
    /// <summary>The units of published recipes, and the least that forget a start.</summary>
    public const double UsualUnits = 15, FewestUnits = 3;

    // Of published recipes of 90 epochs and more.
    private const double FewestUsed = 8, MostUsed = 40;

    private const double Neighbor = 0.25, LongestWarmup = 0.05, LongestWarmupOfSquares = 0.02, SlightOvershoot = 1.25;
    private const double LargeBatch = 1024, EpochsOfLargeBatch = 5, DecayOverTokens = 0.527, UnitsAtOneToken = 1.084;

    private readonly PublishedNumbers _published;

    private Advice(Budget budget)
    {
        Budget = budget;
        var rule = budget.Rule;
        _published = PublishedNumbers.Of(rule, budget.Family, budget.Epochs);
        AdvisedNumber rate;
        if (budget.Rate is { } known)
        {
            Rate = known.Value;
            rate = new("learning_rate", NumberWords.OfRate(Rate), known.Standing, known.Reason,
                known.Standing == Standing.MeasuredHere ? "a test of whole runs at rates around it: etalon sweep" : "");
        }
        else
        {
            rate = RatePrior.Of(budget, out double usual);
            Rate = usual;
        }
        Shape = budget.Shape ?? UsualShape(budget);
        Limits = [.. LimitsOf(rule, budget.StepsPerEpoch, budget.TotalSteps)];
        // How long a warm-up must be depends on the decay, which depends on it but little: the decay without one tells it.
        WeightDecay = Limited(DecayFor(budget.Warmup ?? 0).Decay);
        Norm = rule.Kind == AdvisedOptimizer.AdamW && budget.StartRms is { } rms ? new(rule, Rate, WeightDecay, rms) : null;
        if (rule.IsCoupled && budget is { Noise: { } noise, Squares: { Settled: > 0 } squares })
            MeasuredNorm = new(rule, Rate, WeightDecay, noise.StartNorm, squares);
        ShortestWarmup = ((NormWarmup?)Norm ?? MeasuredNorm)?.Shortest(budget.TotalSteps);
        (Warmup, var warmup) = WarmupOf(budget);
        if (Warmup > 0 && Warmup >= Shape.FirstFall(budget.TotalSteps))
            throw new InputException($"the warm-up of {Warmup} updates is not over before the rate falls at update "
                + $"{Shape.FirstFall(budget.TotalSteps)}; give a shorter one by --warmup, or let the rate fall later");
        (DecayBeforeLimits, WantedUnits, string units) = DecayFor(Warmup);
        Binding = Limits.Where(limit => Rate * DecayBeforeLimits > limit.Largest * (1 + 1e-9)).MinBy(limit => limit.Largest);
        WeightDecay = Limited(DecayBeforeLimits);
        UnitsPerUpdate = Rate * WeightDecay * rule.UnitsPerIntrinsicRate;
        UnitsByPhase = [.. Shape.UpdatesOfPhases(budget.TotalSteps, Warmup).Select(updates => updates * UnitsPerUpdate)];
        Numbers = [rate, OfDecay(units), OfShape(), warmup, .. OfBatch(), OfGroups()];
    }

    /// <summary>What it is for.</summary>
    public Budget Budget { get; }

    /// <summary>The peak rate.</summary>
    public double Rate { get; }

    /// <summary>How the rate moves.</summary>
    public RateShape Shape { get; }

    /// <summary>Updates of the warm-up.</summary>
    public long Warmup { get; }

    /// <summary>The weight decay, with all its digits.</summary>
    public double WeightDecay { get; }

    /// <summary>The weight decay as a recipe has it: two digits are what the rule is worth, and none above a limit.</summary>
    public string DecayText => Binding is null ? NumberWords.OfDecay(WeightDecay) : NumberWords.OfLargestDecay(WeightDecay);

    /// <summary>That of the recipe: what it does differs from the rule's by up to half a digit.</summary>
    public double WrittenDecay => double.Parse(DecayText, CultureInfo.InvariantCulture);

    /// <summary>What the decay would be if nothing limited it.</summary>
    public double DecayBeforeLimits { get; }

    /// <summary>The units that were wanted: of the part before the first drop, or of the run.</summary>
    public double WantedUnits { get; }

    /// <summary>What bounds the product of rate and decay.</summary>
    public IReadOnlyList<IntrinsicLimit> Limits { get; }

    /// <summary>The bound that lowered the decay; null where none did.</summary>
    public IntrinsicLimit? Binding { get; }

    /// <summary>L, the mixing units of an update at the peak.</summary>
    public double UnitsPerUpdate { get; }

    /// <summary>1/L in epochs; null where nobody said how long one is.</summary>
    public double? EpochsPerUnit => 1 / UnitsPerUpdate / Budget.StepsPerEpoch;

    /// <summary>The mixing units of each phase.</summary>
    public IReadOnlyList<double> UnitsByPhase { get; }

    /// <summary>The angle of an update at the peak's equilibrium, in radians.</summary>
    public double Angle => Budget.Rule.Angle(UnitsPerUpdate);

    /// <summary>The norm of AdamW's weights, where their start is known; null else.</summary>
    public AdamWarmup? Norm { get; }

    /// <summary>The norm of SGD's weights, where it was measured; null else.</summary>
    public SgdWarmup? MeasuredNorm { get; }

    /// <summary>
    /// The shortest warm-up that holds the effective rate below twice its equilibrium; null where the start is not known.
    /// </summary>
    public long? ShortestWarmup { get; }

    /// <summary>The product of rate and decay over where the norm oscillates, of coupled decay; null else.</summary>
    public double? ShareOfOscillation =>
        Budget.Rule.IsCoupled ? Rate * WeightDecay / IntrinsicLimit.Oscillation(Budget.Rule.Momentum) : null;

    /// <summary>
    /// How much larger gradients are at the end, of AdamW: weights shrink while the rate falls to nothing. About the fourth root of the
    /// units that the peak rate would have had; within 10 %.
    /// </summary>
    public double? GradientGrowth => Budget.Rule.IsCoupled || Shape.AtEnd > 0.2 || UnitsPerUpdate * Budget.TotalSteps < FewestUnits
        ? null : Elementary.Pow(UnitsPerUpdate * Budget.TotalSteps, 0.25);

    /// <summary>
    /// The effective rate at the end of each phase after a drop, over its equilibrium before: 1/√(k + (k² - k) exp(-c M)).
    /// </summary>
    public IReadOnlyList<double> AfterDrops =>
        [.. UnitsByPhase.Skip(1).Select(units => 1 / Math.Sqrt(10 + 90 * Elementary.Exp(-Budget.Rule.Forgetting * units)))];

    /// <summary>The recipe's numbers, each with its reason.</summary>
    public IReadOnlyList<AdvisedNumber> Numbers { get; }

    /// <summary>What to say of a rate that was given and that no published recipe has, a clause; null for any other.</summary>
    public string? DoubtOfRate => Budget.Rate is { Standing: Standing.Given } ? _published.DoubtOfRate(Rate) : null;

    // The decay of language models rather than that of 15 units, which are those of recipes that repeat their data.
    private bool HasLanguageDecay =>
        Budget is { Units: null, TokensPerParameter: null } && _published.LanguageDecay is not null && WantedUnits < UsualUnits;

    /// <summary>Advice for a budget.</summary>
    /// <exception cref="InputException">No advice can be defended.</exception>
    public static Advice Of(Budget budget) => new(budget);

    /// <summary>What bounds the product of rate and decay of a run.</summary>
    /// <param name="rule">Its optimizer.</param>
    /// <param name="stepsPerEpoch">Updates of an epoch; null where nobody said.</param>
    /// <param name="totalSteps">Updates of the run.</param>
    public static IEnumerable<IntrinsicLimit> LimitsOf(AdvisedRule rule, double? stepsPerEpoch, long totalSteps)
    {
        foreach (var limit in IntrinsicLimit.Of(rule)) yield return limit;
        if (stepsPerEpoch is { } perEpoch && totalSteps / perEpoch >= PublishedNumbers.EpochsThatRepeat)
            yield return new(1 / perEpoch / rule.UnitsPerIntrinsicRate,
                "the run would forget within an epoch what it has learned there; one unit an epoch is the most");
    }

    private (double Decay, double Units, string Reason) DecayFor(long warmup)
    {
        double updates = Shape.UpdatesAtPeak(Budget.TotalSteps, warmup);
        double perDecay = Rate * Budget.Rule.UnitsPerIntrinsicRate * updates;
        var (units, reason) = UnitsOf(updates, perDecay);
        return (units / perDecay, units, reason);
    }

    private double Limited(double decay) => Math.Min(decay, Limits.Min(limit => limit.Largest) / Rate);

    private static RateShape UsualShape(Budget budget) => budget.IsExtendable
        ? new RateShape.Plateau() : budget.Family == NetworkFamily.Lm ? new RateShape.Linear() : new RateShape.Cosine();

    /// <summary>
    /// The mixing units that are best for a language model that sees its data once, if its peak rate lasted for the whole run.
    /// </summary>
    /// <param name="tokens">Training tokens over parameters.</param>
    public static double UnitsAtPeakOf(double tokens) => Math.Clamp(Elementary.Pow(tokens, DecayOverTokens) / UnitsAtOneToken, 2, 60);

    private (double Units, string Reason) UnitsOf(double updates, double perDecay)
    {
        if (Budget.Units is { } given) return (given, $"{NumberWords.Of(given)} mixing units, as given");
        if (Budget is not { Family: NetworkFamily.Lm, TokensPerParameter: { } tokens })
        {
            string part = Shape is RateShape.Drops ? "before the first drop" : "in all";
            if (_published.LanguageDecay * perDecay is { } units and < UsualUnits)
                return (units, $"{NumberWords.Of(units)} mixing units {part}: {_published.Units}, and {UsualUnits} would take a decay of "
                    + NumberWords.OfDecay(UsualUnits / perDecay));
            return (UsualUnits, $"{UsualUnits} mixing units {part}: {_published.Units}");
        }
        double peak = UnitsAtPeakOf(tokens);
        // The law is for the units that the peak rate would have for the whole run.
        return (peak * updates / Budget.TotalSteps,
            $"{NumberWords.Of(peak)} mixing units at the peak rate, {NumberWords.Of(tokens)}^0.527/1.084 by tokens per parameter "
            + "(Bergsma et al. 2025)");
    }

    private AdvisedNumber OfDecay(string units)
    {
        string text = DecayText;
        string updates = $"{Shape.UpdatesAtPeak(Budget.TotalSteps, Warmup):0}";
        string formula = HasLanguageDecay ? "the usual one of language models" : Budget.Rule.IsCoupled
            ? $"{NumberWords.Of(WantedUnits)} · (1 - {Budget.Rule.Momentum})/({NumberWords.OfRate(Rate)} · {updates} updates)"
            : $"{NumberWords.Of(WantedUnits)}/({NumberWords.OfRate(Rate)} · {updates} updates)";
        string reason = $"{formula}, for {units}";
        if (Binding is { } bound)
        {
            reason = $"{NumberWords.OfDecay(DecayBeforeLimits)} would give {units}; but then {bound.Reason}. So it is "
                + $"{NumberWords.Of(WeightDecay / DecayBeforeLimits)} times that";
        }
        double nearest = _published.Habits.MinBy(habit => Math.Abs(Elementary.Log(habit / WeightDecay)));
        string neighbor = Binding is null && Math.Abs(nearest / WeightDecay - 1) is > 0.01 and <= Neighbor
            && WantedUnits * nearest / WeightDecay is >= FewestUsed and <= MostUsed
            ? $"; the usual {NumberWords.OfDecay(nearest)} gives {NumberWords.Of(WantedUnits * nearest / WeightDecay)} and is as good"
            : "";
        return new(
            "weight_decay", text, Binding is null && Budget.Units is null ? Standing.PublishedRecipes : Standing.Theorem,
            reason + neighbor + OfUnusual(),
            $"{OfTokens()}the length of the run, and the rate: only their product with the decay counts; {_published.UnitsInUse} units are "
            + "in use");
    }

    private string OfTokens() => Budget is not { Family: NetworkFamily.Lm, Units: null, TokensPerParameter: null } ? ""
        : "how many units are best, by --tokens-per-parameter"
            + (Budget.Batch is { } batch ? $", {NumberWords.Of(batch * Budget.TotalSteps)} tokens over the parameters; " : "; ");

    // A rule that is followed to where nobody has been is told so: the numbers of short runs have no recipes behind them.
    private string OfUnusual()
    {
        double units = UnitsByPhase[0] * WrittenDecay / WeightDecay;
        // Of tokens for a parameter there is a law that also speaks of few units.
        if (Budget is { Units: null, TokensPerParameter: null } && units < FewestUnits)
            return HasLanguageDecay ? ". Below 3 units a run keeps its start, and decay hardly acts"
                : $". The run is too short for decay to act: of 15 mixing units it can have {NumberWords.Of(units)}, and below 3 it keeps "
                + $"its start; the usual {_published.UsualDecay} {(Budget.Rule.IsCoupled ? "may do as well" : "is as good")}";
        return _published.DoubtOfDecay(WeightDecay) is not { } doubt ? ""
            : $". {doubt}"
                + (Budget.Rate is { Standing: Standing.Given } ? $": is a rate of {NumberWords.OfRate(Rate)} meant?" : "");
    }

    private AdvisedNumber OfShape() => Budget.Shape is not null
        ? new("schedule", Shape.Words, Standing.Given, "as given")
        : Budget.IsExtendable
        ? new("schedule", Shape.Words, Standing.PublishedRecipes, "the plateau can be made longer later (Hägele et al. 2024)",
            "a length that is fixed: then a decay over the whole run")
        : Budget.Family == NetworkFamily.Lm
        ? new("schedule", Shape.Words, Standing.PublishedRecipes, "for a language model of known length it beats a cosine to a tenth "
            + "(Bergsma et al. 2025)", "a length that is open: --extendable")
        : new("schedule", Shape.Words, Standing.Habit, "the usual one for images", "--schedule steps, or --extendable for an open length");

    private (long Updates, AdvisedNumber Number) WarmupOf(Budget budget)
    {
        const string Name = "warm-up";
        if (budget.Warmup is { } given) return (given, new(Name, Updates(given), Standing.Given, "as given"));
        if (MeasuredNorm is { } norm) return OfMeasured(norm, budget.TotalSteps);
        if (budget.Rule.IsCoupled)
        {
            if (budget.Family == NetworkFamily.Lm)
                return (0, new(Name, "none", Standing.Habit, "there is no habit of sgd for language models", "a test: --warmup TIME"));
            if (budget.Batch >= LargeBatch)
            {
                double twentieth = LongestWarmup * budget.TotalSteps;
                long epochs = (long)Math.Round(Math.Min(EpochsOfLargeBatch * budget.StepsPerEpoch ?? twentieth, twentieth));
                return (epochs, new(Name, Updates(epochs), Standing.PublishedRecipes,
                    "batches of 1,024 and more are warmed up for 5 epochs, at most a twentieth of the run (Goyal et al. 2017)",
                    "a smaller batch"));
            }
            return (0, new(Name, "none", Standing.Habit, "batches below 1,024 do without", "a batch of 1,024 or more"));
        }
        if (budget.Rule.Kind == AdvisedOptimizer.Lion)
            return (0, new(Name, "none", Standing.Habit, "Lion has no mean of squared gradients to wait for",
                "a loss that rises in the first updates: then 1 to 5 % of the run"));
        // Rounded, since 2/(1 - 0.95) is a hair less than 40.
        long squares = (long)Math.Min(Math.Round(2 / (1 - budget.Rule.Beta2)), LongestWarmupOfSquares * budget.TotalSteps);
        if (Norm is null)
            return (squares, new(Name, Updates(squares), Standing.PublishedRecipes,
                "2/(1 - β₂) updates, until the mean of squared gradients is known (Ma and Yarats 2019), at most 2 % of the run",
                "the root mean square of the weights at the start: --init-rms"));
        if (Norm.OvershootWithout <= SlightOvershoot)
            return (squares, new(Name, Updates(squares), Standing.PublishedRecipes,
                $"the weights begin at {NumberWords.Of(1 / Norm.OvershootWithout)} of their equilibrium's "
                + $"{NumberWords.Of(Norm.EquilibriumRms)}, "
                + "so that the norm needs none; 2/(1 - β₂) updates for the mean of squared gradients",
                "smaller weights at the start"));
        long most = (long)(LongestWarmup * budget.TotalSteps), longest = Math.Max(squares, Math.Min(ShortestWarmup!.Value, most));
        string limited = ShortestWarmup > most ? $", which needs {ShortestWarmup} updates, more than a twentieth of the run" : "";
        return (longest, new(Name, Updates(longest), Standing.Theorem,
            $"the root mean square of the weights begins at {NumberWords.Of(Norm.StartRms)} and grows to "
            + $"{NumberWords.Of(Norm.EquilibriumRms)}; without a warm-up they turn "
            + $"{NumberWords.Of(Norm.OvershootWithout)} times as fast as later, with it at most twice{limited}",
            $"rate {NumberWords.OfRate(Norm.BalancedRate)} and decay {NumberWords.OfDecay(Norm.BalancedDecay)}: the same product, and it "
            + "begins at its equilibrium"));
    }

    private (long Updates, AdvisedNumber Number) OfMeasured(SgdWarmup norm, long total)
    {
        string way = $"the norm of the weights begins at {NumberWords.Of(norm.StartNorm)} and tends to "
            + $"{NumberWords.Of(norm.EquilibriumNorm)}, by a probe; without a warm-up they turn "
            + $"{NumberWords.Of(norm.OvershootWithout)} times as fast at first as there"
            + (norm.OvershootWithout <= NormWarmup.LargestOvershoot ? ", and up to twice is no harm" : "");
        const string Change = "another start or another decay: the norm at equilibrium follows from them";
        if (ShortestWarmup == 0) return (0, new("warm-up", "none", Standing.MeasuredHere, way, Change));
        long most = (long)(LongestWarmup * total), updates = Math.Min(ShortestWarmup!.Value, most);
        string limited = ShortestWarmup > most ? $", which needs {ShortestWarmup} updates, more than a twentieth of the run" : "";
        return (updates, new("warm-up", Updates(updates), Standing.MeasuredHere, $"{way}, with it at most twice{limited}", Change));
    }

    private IEnumerable<AdvisedNumber> OfBatch()
    {
        if (Budget.Noise is not { } noise) yield break;
        string measured = $"over updates {noise.Updates / 2} to {noise.Updates - 1} the gradient's noise scale, tr Σ/|∇L|² of the "
            + $"scale-invariant weights, is {(noise.Images is { } scale ? "about" : "at least")} "
            + $"{NumberWords.Of(noise.Images ?? noise.LeastImages)} images";
        bool isBelow = noise.Batch <= (noise.Images ?? noise.LeastImages);
        yield return new("batch", $"{noise.Batch}", Standing.MeasuredHere, measured + (isBelow
            ? $"; up to there a larger batch saves updates: etalon advise --from RECIPE --batch N has its numbers"
            : "; beyond it a larger batch needs more images for the same progress"),
            "training: the noise scale grows while the loss falls");
    }

    private static AdvisedNumber OfGroups() => new("decay of gains and biases", "0", Standing.Habit,
        "decay is for matrices and kernels; gains, shifts and biases go without", "etalon audit tells of which weights these rules speak");

    private static string Updates(long updates) => updates == 0 ? "none" : $"{updates} updates";
}
