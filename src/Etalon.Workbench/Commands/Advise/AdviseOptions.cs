using System.CommandLine;
using Etalon.Lab;
using Etalon.Lab.Advice;
using Etalon.Lab.Models;
using Etalon.Lab.Recipes;
using Etalon.Schedules;
using Etalon.Workbench.Options;

namespace Etalon.Workbench.Commands;

/// <summary>The options of <c>advise</c>, and what they say together.</summary>
internal sealed class AdviseOptions
{
    // The habit of the rate is for half a million tokens and says nothing of a hundredth of them; so few are sequences, counted as such.
    private const double FewestTokens = 4096;

    private static readonly string[] _schedules = ["auto", "cosine", "linear", "steps", "wsd", "constant"];

    public AdviseOptions()
    {
        WordOption.Allow(Family, [.. Enum.GetValues<NetworkFamily>().Select(family => RecipeWords.Of(family))]);
        WordOption.Allow(Optimizer, "sgd", "adamw", "lion");
        WordOption.Allow(Schedule, _schedules);
    }

    public Option<string?> Family { get; } = new("--family")
    { Description = "The kind of network: conv-bn, vit, convnext, lm or other.", HelpName = "KIND" };
    public Option<string?> Optimizer { get; } = new("--optimizer")
    { Description = "sgd, adamw or lion; sgd for conv-bn, adamw for the others unless given.", HelpName = "NAME" };
    public Option<double?> Momentum { get; } = NumberOption.Real("--momentum", "MU", "SGD's momentum, or beta1; 0.9 unless given.");
    public Option<double?> Beta2 { get; } =
        NumberOption.Real("--beta2", "B", "Adam's beta2; 0.999 unless given, 0.95 for lm. Lion's is 0.99.");
    public Option<string?> Duration { get; } =
        new("--duration") { Description = "How long the run is, such as 160ep or 600000ba.", HelpName = "TIME" };
    public Option<double?> StepsPerEpoch { get; } = NumberOption.Real("--steps-per-epoch", "N", "Updates of an epoch.");
    public Option<double?> Batch { get; } = NumberOption.Real("--batch", "N",
        "Images in an update; for lm its tokens, that is sequences times their length.");
    public Option<double?> Image { get; } = NumberOption.Real("--image", "PIXELS", "The side of an image; 32 unless given.");
    public Option<double?> Width { get; } = NumberOption.Real("--width", "N", "The width of a language model; 768 unless given.");
    public Option<double?> Rate { get; } = NumberOption.Real("--rate", "RATE", "The peak rate, if it is known.");
    public Option<double?> Units { get; } =
        NumberOption.Real("--units", "M", "Mixing units before the first drop, or in all; 15 unless given.");
    public Option<string?> Schedule { get; } =
        new("--schedule") { Description = "auto, cosine, linear, steps, wsd or constant.", HelpName = "SHAPE" };
    public Option<string?> Drops { get; } = new("--drops")
    {
        Description =
        "With --schedule steps: when the rate is divided by 10, such as 80ep,120ep; half-way and at three quarters unless given.",
        HelpName = "TIMES"
    };
    public Option<double?> End { get; } =
        NumberOption.Real("--end", "SHARE", "With --schedule cosine or linear: the rate at the end over its peak; 0 unless given.");
    public Option<bool> Extendable { get; } = new("--extendable") { Description = "The run may be made longer later: a plateau." };
    public Option<string?> Warmup { get; } =
        new("--warmup") { Description = "The warm-up, such as 5ep or 0ba, if it is decided.", HelpName = "TIME" };
    public Option<double?> InitRms { get; } =
        NumberOption.Real("--init-rms", "RMS",
            "Root mean square of the weights at the start, such as 0.02: how long AdamW's warm-up must be.");
    public Option<double?> TokensPerParameter { get; } = NumberOption.Real("--tokens-per-parameter", "N",
        "Training tokens over parameters of a language model that sees its data once: how many units are best.");
    public Option<string?> From { get; } =
        new("--from") { Description = "Transfer the numbers of this recipe to --batch, --duration and so on.", HelpName = "RECIPE" };
    public Option<double?> FromBatch { get; } =
        NumberOption.Real("--from-batch", "N", "With --from and --batch: the recipe's own batch, where it names no data.");
    public Option<double?> DataFactor { get; } =
        NumberOption.Real("--data-factor", "X", "With --from: so many times the examples, passed as often.");
    public Option<double?> WidthFactor { get; } =
        NumberOption.Real("--width-factor", "X", "With --from: so many times the width, under the maximal update parametrization.");
    public Option<string?> Against { get; } =
        new("--against") { Description = "Judge this recipe by the same rules.", HelpName = "RECIPE" };
    public Option<string?> Measure { get; } = new("--measure")
    {
        Description = "Advice for this recipe from short runs of it that nobody keeps: which rates it can use, the noise of its gradient, "
            + "and where the norm of its weights tends to.",
        HelpName = "RECIPE"
    };
    public Option<int?> Threads { get; } = CommonOptions.Threads("With --measure: threads that compute; all processors unless given.");
    public Option<string?> Out { get; } = new("--out") { Description = "Write the recipe to this file.", HelpName = "FILE" };
    public Option<bool> Json { get; } = CommonOptions.Json();

    /// <summary>All of them, in the order of the help.</summary>
    public IEnumerable<Option> All =>
    [
        Family, Optimizer, Momentum, Beta2, Duration, StepsPerEpoch, Batch, Image, Width, Rate, Units, Schedule, Drops, End, Extendable,
        Warmup,
        InitRms, TokensPerParameter, From, FromBatch, DataFactor, WidthFactor, Against, Measure, Threads, Out,
        Json,
    ];

    /// <summary>Refuses every option beside one but those that go with it.</summary>
    /// <exception cref="InputException">Another was given.</exception>
    public void RefuseBeside(ParseResult parsed, Option one, params Option[] allowed)
    {
        var others = All.Where(option => option != one && !allowed.Contains(option) && parsed.GetResult(option) is { Implicit: false })
            .Select(option => $"{option.Name} does not go with {one.Name}; leave one of the two out").ToList();
        if (others.Count > 0) throw new InputException(others);
    }

    /// <summary>--init-rms.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="rule">The optimizer that it is for.</param>
    /// <exception cref="InputException">It is no size, or says nothing of this optimizer's norms.</exception>
    public double? InitRmsOf(ParseResult parsed, AdvisedRule rule) => Positive(parsed, InitRms) is not { } rms ? null
        : rule.Kind == AdvisedOptimizer.AdamW ? rms
        : throw new InputException($"{InitRms.Name}: the norm that weights of {rule.Name} tend to depends on their gradients; "
            + "--measure RECIPE tells it; leave it out");

    /// <summary>A recipe's judgment, with what the options say of it.</summary>
    /// <exception cref="InputException">An option does not go with it, or does not fit.</exception>
    public RecipeJudgment JudgmentOf(ParseResult parsed, Recipe recipe)
    {
        RefuseBeside(parsed, Against, Family, TokensPerParameter, InitRms, Json);
        var (family, tokens) = (FamilyOf(parsed), Positive(parsed, TokensPerParameter));
        if (recipe.Model is { } model && family is { } given && (given == NetworkFamily.Lm) != (model.Kind == ModelKind.Transformer))
            throw new InputException($"--family {RecipeWords.Of(given)}: the recipe's own model is {model.Name}; leave it out");
        if (tokens is not null && family is { } other and not NetworkFamily.Lm)
            throw new InputException(
                $"--tokens-per-parameter: is for a language model, and the family is {RecipeWords.Of(other)}; leave it out");
        if (tokens is not null && recipe.Model is { Kind: not ModelKind.Transformer } images)
            throw new InputException($"--tokens-per-parameter: is for a language model, and the recipe's is {images.Name}; leave it out");
        var rule = RecipeNumbersAtPeak.Of(recipe, out _).Rule;
        return RecipeJudgment.Of(recipe, InitRmsOf(parsed, rule), tokens is null ? family : NetworkFamily.Lm, tokens);
    }

    /// <summary>The budget that the options describe, and the length of its run as it was given.</summary>
    /// <exception cref="InputException">Something is missing, or does not fit.</exception>
    public Budget BudgetOf(ParseResult parsed, out string duration)
    {
        foreach (var only in new[] { FromBatch, DataFactor, WidthFactor })
            if (parsed.GetValue(only) is not null) throw new InputException($"{only.Name} is for a transfer; give --from RECIPE too");
        if (parsed.GetValue(Threads) is not null) throw new InputException("--threads: nothing trains here; it goes with --measure RECIPE");
        var family = FamilyOf(parsed) ?? throw new InputException(
            "advice needs the kind of network: --family conv-bn, vit, convnext, lm or other; or a recipe: --from, --against");
        duration =
            parsed.GetValue(Duration) ?? throw new InputException("advice needs the length of the run: --duration 160ep, or 600000ba");
        var perEpoch = Whole(parsed, StepsPerEpoch, "updates");
        long total = Steps(Duration, duration, perEpoch, null);
        var rule = RuleOf(parsed, family);
        RefuseIdle(parsed, family, rule);
        return new Budget
        {
            Rule = rule,
            Family = family,
            TotalSteps = total >= 2 ? total : throw new InputException($"--duration {duration}: a run has at least 2 updates"),
            StepsPerEpoch = perEpoch,
            Batch = BatchOf(parsed, family),
            Rate = Positive(parsed, Rate) is { } rate ? new AdvisedRate(rate, Standing.Given, "as given") : null,
            Units = Positive(parsed, Units),
            Shape = ShapeOf(parsed, total, perEpoch),
            IsExtendable = parsed.GetValue(Extendable),
            Warmup = parsed.GetValue(Warmup) is { } warmup ? WarmupOf(warmup, perEpoch, total) : null,
            StartRms = InitRmsOf(parsed, rule),
            TokensPerParameter = Positive(parsed, TokensPerParameter),
            ImageSize = Whole(parsed, Image, "pixels") ?? 32,
            Width = Whole(parsed, Width, "numbers") ?? 768,
        };
    }

    /// <summary>The budget of a recipe that is to be measured, with what the options decide.</summary>
    /// <exception cref="InputException">An option does not go with it, or does not fit.</exception>
    public Budget MeasuredBudgetOf(ParseResult parsed, Recipe recipe)
    {
        RefuseBeside(parsed, Measure, Rate, Units, Schedule, Drops, End, Extendable, Warmup, InitRms, Threads, Out, Json);
        var budget = MeasuredBudget.Of(recipe);
        return budget with
        {
            Rate = Positive(parsed, Rate) is { } rate ? new AdvisedRate(rate, Standing.Given, "as given") : null,
            Units = Positive(parsed, Units),
            Shape = ShapeOf(parsed, budget.TotalSteps, budget.StepsPerEpoch),
            IsExtendable = parsed.GetValue(Extendable),
            Warmup = parsed.GetValue(Warmup) is { } warmup ? WarmupOf(warmup, budget.StepsPerEpoch, budget.TotalSteps) : null,
            StartRms = InitRmsOf(parsed, budget.Rule),
        };
    }

    /// <summary>The changes that the options ask for, applied in the order batch, length, data, width, optimizer.</summary>
    /// <exception cref="InputException">None is asked for, or one cannot be made.</exception>
    public Transfer TransferOf(ParseResult parsed, RecipeNumbersAtPeak from, Recipe recipe)
    {
        if (parsed.GetValue(Width) is { } wide)
            throw new InputException($"--width {wide}: a transfer is told by --width-factor, the new width over the old one");
        RefuseBeside(parsed, From, Batch, FromBatch, Duration, DataFactor, WidthFactor, Optimizer, Momentum, Beta2, Rate, Out, Json);
        if (!(from.Rate > 0 && from.WeightDecay > 0))
            throw new InputException(
                "--from: the recipe has no rate or no weight decay, so there is no product to keep; give one that has both");
        var own = Whole(parsed, FromBatch, "examples");
        if (own is not null && recipe.Data is not null)
            throw new InputException($"--from-batch {own}: the recipe's data have a batch of {recipe.Data.Batch}; leave it out");
        if (own is not null && parsed.GetValue(Batch) is null)
            throw new InputException($"--from-batch {own}: is what the batch was; give what it shall be by --batch");
        var transfer = new Transfer(@from with { Batch = own ?? from.Batch });
        if (Whole(parsed, Batch, "examples") is { } batch)
        {
            if (transfer.From.Batch is not { } before)
                throw new InputException("--batch: the recipe names no data, so that its own batch is not known; give it by --from-batch");
            if (recipe.Data is not null && batch > int.MaxValue)
                throw new InputException($"--batch {batch}: must be at most {int.MaxValue} images");
            // An epoch of so many updates has that many batches, the last of which may not be full.
            transfer.WithBatch(batch / before, recipe.Data is { } data ? (data with { Batch = (int)batch }).StepsPerEpoch
                : from.StepsPerEpoch is { } steps ? Math.Max(1, Math.Ceiling(steps * before / batch * (1 - 1e-12))) : null);
        }
        if (parsed.GetValue(Duration) is { } duration)
        {
            long updates = transfer.To.TotalSteps, total = Steps(
                Duration, duration, transfer.To.StepsPerEpoch, transfer.To.Batch, remedy: "write steps_per_epoch into the recipe");
            if (total < 1) throw new InputException($"--duration {duration}: a run has at least 1 update");
            transfer.WithBudget(total / (double)updates);
        }
        if (Positive(parsed, DataFactor) is { } examples) transfer.WithData(examples);
        if (Positive(parsed, WidthFactor) is { } width) transfer.WithWidth(width);
        if (parsed.GetValue(Optimizer) is not null)
            transfer.WithOptimizer(RuleOf(parsed, NetworkFamily.Other), Positive(parsed, Rate));
        if (transfer.Steps.Count == 0)
            throw new InputException(
                "--from: nothing is to change; give --batch, --duration, --data-factor, --width-factor or --optimizer");
        return transfer;
    }

    // What would change nothing is refused: who gives it believes that it does.
    private void RefuseIdle(ParseResult parsed, NetworkFamily family, AdvisedRule rule)
    {
        string word = RecipeWords.Of(family);
        (Option Option, bool IsIdle, string Reason)[] idle =
        [
            (TokensPerParameter, family != NetworkFamily.Lm, $"is for a language model, and the family is {word}"),
            (Width, family != NetworkFamily.Lm, $"the habits for {word} do not depend on it"),
            (Image, !rule.IsCoupled, $"the habits for {rule.Name} do not depend on it"),
        ];
        var problems = idle.Where(each => each.IsIdle && parsed.GetResult(each.Option) is { Implicit: false })
            .Select(each => $"{each.Option.Name}: {each.Reason}; leave it out").ToList();
        if (problems.Count > 0) throw new InputException(problems);
    }

    private NetworkFamily? FamilyOf(ParseResult parsed) => parsed.GetValue(Family) is { } word
        ? Enum.GetValues<NetworkFamily>().Single(family => RecipeWords.Of(family) == word) : null;

    private AdvisedRule RuleOf(ParseResult parsed, NetworkFamily family)
    {
        var kind = parsed.GetValue(Optimizer) switch
        {
            "sgd" => AdvisedOptimizer.Sgd,
            "adamw" => AdvisedOptimizer.AdamW,
            "lion" => AdvisedOptimizer.Lion,
            _ => family == NetworkFamily.ConvBn ? AdvisedOptimizer.Sgd : AdvisedOptimizer.AdamW,
        };
        var rule = AdvisedRule.Usual(kind, family);
        if (Below1(parsed, Momentum) is { } momentum) rule = rule with { Momentum = momentum };
        if (Below1(parsed, Beta2) is { } beta2)
            rule = rule.IsCoupled ? throw new InputException("--beta2: sgd has none; leave it out, or give --optimizer adamw")
                : rule with { Beta2 = beta2 };
        return rule;
    }

    private RateShape? ShapeOf(ParseResult parsed, long total, double? perEpoch)
    {
        string shape = parsed.GetValue(Schedule) ?? "auto";
        if (parsed.GetValue(Drops) is { } given && shape != "steps")
            throw new InputException($"--drops {given}: goes with --schedule steps; the schedule is {shape}");
        if (parsed.GetValue(End) is { } share && shape is not ("cosine" or "linear"))
            throw new InputException($"--end {share}: goes with --schedule cosine or linear; the schedule is {shape}");
        if (parsed.GetValue(Extendable) && shape is not ("auto" or "wsd"))
            throw new InputException($"--extendable: needs a plateau, and the schedule is {shape}; give --schedule wsd");
        double end = parsed.GetValue(End) is { } low
            ? low is >= 0 and < 1 ? low : throw new InputException($"--end {low}: must be at least 0 and below 1, a share of the peak") : 0;
        return shape switch
        {
            "cosine" => new RateShape.Cosine(end),
            "linear" => new RateShape.Linear(end),
            "wsd" => new RateShape.Plateau(),
            "constant" => new RateShape.Flat(),
            "steps" => parsed.GetValue(Drops) is { } drops ? DropsOf(drops, total, perEpoch) : RateShape.Drops.Usual(total),
            _ => null,
        };
    }

    private RateShape.Drops DropsOf(string drops, long total, double? perEpoch)
    {
        var at = drops.Split(',').Select(drop => Steps(Drops, drop, perEpoch, null, total)).ToList();
        for (int i = 0; i < at.Count; i++)
            if (at[i] <= (i == 0 ? 0 : at[i - 1]) || at[i] >= total)
                throw new InputException(
                    $"--drops {drops}: {drops.Split(',')[i]} is update {at[i]}; drops must follow each other within the {total} updates "
                    + $"of the run");
        return new(at);
    }

    private long WarmupOf(string warmup, double? perEpoch, long total)
    {
        long steps = Steps(Warmup, warmup, perEpoch, null, total);
        return steps < total ? steps
            : throw new InputException($"--warmup {warmup}: is as long as the run of {total} updates; give a shorter one");
    }

    private static long Steps(Option option, string text, double? perEpoch, double? batch, long? total = null,
        string remedy = "give --steps-per-epoch")
    {
        try
        {
            var timeline =
                new Timeline(perEpoch is { } steps ? (long)Math.Round(steps) : null, batch is { } size ? (long)size : null, total);
            return timeline.StepsOf(Schedules.Duration.Parse(text));
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            string reason = e.Message.Split('\n')[0].Replace(" (Parameter 'duration')", "", StringComparison.Ordinal);
            string instead = e is ArgumentException && perEpoch is null ? $"; {remedy}, or the time in ba" : "";
            // The remedy in the words of the options takes the place of the one in words of the library.
            if (instead.Length > 0) reason = reason.Split("; give the ")[0];
            throw new InputException($"{option.Name} {text}: {reason.TrimEnd('.')}{instead}");
        }
    }

    private static double? Positive(ParseResult parsed, Option<double?> option) => parsed.GetValue(option) is { } value
        ? Require.IsSize(value) ? value : throw new InputException($"{option.Name} {value}: must be above 0, from 1e-30 to 1e30")
        : null;

    // As strictly as a recipe reads it.
    private static double? Whole(ParseResult parsed, Option<double?> option, string what)
    {
        if (Positive(parsed, option) is not { } value) return null;
        return value == Math.Floor(value) && value <= 1L << 53 ? value
            : throw new InputException(
                $"{option.Name} {value}: must be a whole number of {what}, such as {Math.Min(Math.Ceiling(value), 1L << 53)}");
    }

    private double? BatchOf(ParseResult parsed, NetworkFamily family)
    {
        var batch = Whole(parsed, Batch, family == NetworkFamily.Lm ? "tokens" : "images");
        return family != NetworkFamily.Lm || batch is not < FewestTokens ? batch : throw new InputException(
            $"--batch {batch}: the batch of a language model counts tokens, and fewer than {FewestTokens:#,0} are a few sequences at most: "
            + $"published ones have tens of thousands to millions; give the sequences times their length, as in {batch} of 1,024: "
            + $"--batch {batch * 1024}; or leave it out, and give the rate by --rate");
    }

    private static double? Below1(ParseResult parsed, Option<double?> option) => parsed.GetValue(option) is { } value
        ? value is >= 0 and < 1 ? value : throw new InputException($"{option.Name} {value}: must be at least 0 and below 1")
        : null;
}
