using System.Text.Json.Nodes;
using Etalon.Engine;
using Etalon.Lab.Optimizers;
using Etalon.Schedules;

namespace Etalon.Lab.Recipes;

/// <summary>
/// An update rule that a recipe may name, with the keys of <c>optimizer:</c> that it has: how each is read and how it is written. The
/// record of its options checks the values.
/// </summary>
/// <param name="Default">The rule with every option at its default.</param>
/// <param name="Options">The keys, in the order of the canonical recipe.</param>
internal sealed record OptimizerFamily(OptimizerSpec Default, IReadOnlyList<OptimizerOption> Options)
{
    /// <summary>All rules, in the order in which messages name them; the first is the default.</summary>
    public static IReadOnlyList<OptimizerFamily> All { get; } =
    [
        Of(
            new SgdSpec(),
            Flag<SgdOptions>("nesterov", (o, v) => o with { IsNesterov = v }, o => o.IsNesterov),
            Number<SgdOptions>("dampening", (o, v) => o with { Dampening = v }, o => o.Dampening),
            Decay<SgdOptions>((o, v) => o with { IsDecayDecoupled = v }, o => o.IsDecayDecoupled)),
        Of(
            new WnGradSpec(),
            Decay<WnGradOptions>((o, v) => o with { IsDecayDecoupled = v }, o => o.IsDecayDecoupled),
            Choice<WnGradOptions, StepSizeScope>("scope", (o, v) => o with { Scope = v }, o => o.Scope),
            Choice<WnGradOptions, WnGradOrder>("order", (o, v) => o with { Order = v }, o => o.Order),
            Number<WnGradOptions>("initial", (o, v) => o with { InitialFactor = v }, o => o.InitialFactor),
            OptimizerOption.Of<WnGradSpec, InitialUnit>(
                "initial_unit", ScalarReader.Choice<InitialUnit>, (s, v) => s with { InitialUnit = v }, s => RecipeWords.Of(s.InitialUnit)),
            Number<WnGradOptions>("length", (o, v) => o with { Length = v }, o => o.Length),
            Integer<WnGradOptions>("restart_after", (o, v) => o with { Restarts = o.Restarts with { After = v } }, o => o.Restarts.After),
            Number<WnGradOptions>("restart_ratio", (o, v) => o with { Restarts = o.Restarts with { Ratio = v } }, o => o.Restarts.Ratio),
            Number<WnGradOptions>("restart_least", (o, v) => o with { Restarts = o.Restarts with { Least = v } }, o => o.Restarts.Least)),
        Of(
            new WnAdamSpec(),
            Decay<WnAdamOptions>((o, v) => o with { IsDecayDecoupled = v }, o => o.IsDecayDecoupled),
            Choice<WnAdamOptions, StepSizeScope>("scope", (o, v) => o with { Scope = v }, o => o.Scope),
            Number<WnAdamOptions>("initial", (o, v) => o with { Initial = v }, o => o.Initial),
            Number<WnAdamOptions>(Beta1Key, (o, v) => o with { Beta1 = v }, o => o.Beta1)),
        Of(
            new AdaGradNormSpec(),
            Decay<AdaGradNormOptions>((o, v) => o with { IsDecayDecoupled = v }, o => o.IsDecayDecoupled),
            Choice<AdaGradNormOptions, StepSizeScope>("scope", (o, v) => o with { Scope = v }, o => o.Scope),
            Number<AdaGradNormOptions>("initial", (o, v) => o with { Initial = v }, o => o.Initial)),
        OfAdam(isDecayDecoupled: false),
        OfAdam(isDecayDecoupled: true),
        Of(
            new LionSpec(),
            Number<LionOptions>(Beta1Key, (o, v) => o with { Beta1 = v }, o => o.Beta1),
            Number<LionOptions>("beta2", (o, v) => o with { Beta2 = v }, o => o.Beta2)),
        new(new SignumSpec(), []),
        Of(
            new MuonSpec(),
            Flag<MuonOptions>("nesterov", (o, v) => o with { IsNesterov = v }, o => o.IsNesterov),
            Number<MuonOptions>("epsilon", (o, v) => o with { Epsilon = v }, o => o.Epsilon)),
        Of(
            new DogSpec(),
            Number<DogOptions>("initial_distance", (o, v) => o with { InitialDistance = v }, o => o.InitialDistance)),
        Of(
            new DAdaptationSpec(),
            Number<DAdaptationOptions>("initial_distance", (o, v) => o with { InitialDistance = v }, o => o.InitialDistance)),
        Of(
            new ProdigySpec(),
            Decay<ProdigyOptions>((o, v) => o with { IsDecayDecoupled = v }, o => o.IsDecayDecoupled),
            Number<ProdigyOptions>(Beta1Key, (o, v) => o with { Beta1 = v }, o => o.Beta1),
            Number<ProdigyOptions>("beta2", (o, v) => o with { Beta2 = v }, o => o.Beta2),
            Number<ProdigyOptions>("epsilon", (o, v) => o with { Epsilon = v }, o => o.Epsilon),
            Number<ProdigyOptions>("initial_distance", (o, v) => o with { InitialDistance = v }, o => o.InitialDistance)),
        Of(
            new ScheduleFreeSpec(),
            Number<ScheduleFreeOptions>(Beta1Key, (o, v) => o with { Beta = v }, o => o.Beta)),
    ];

    /// <summary>The keys of all rules.</summary>
    public static IReadOnlyList<string> Keys { get; } =
        [.. All.SelectMany(family => family.Options).Select(option => option.Key).Distinct()];

    /// <summary>The names of the rules that have a key.</summary>
    public static IEnumerable<string> With(string key) => All.Where(family => family.Find(key) is not null).Select(family => family.Name);

    /// <summary>The rule of that name.</summary>
    /// <exception cref="ValueException">There is none.</exception>
    public static OptimizerFamily Named(RecipeNode node)
    {
        var name = ScalarReader.Word(node, [.. All.Select(family => family.Name)]);
        return All.First(family => family.Name == name);
    }

    /// <summary>The family of a recipe's rule.</summary>
    public static OptimizerFamily Of(OptimizerSpec spec) => All.First(family => family.Name == spec.Name);

    /// <summary>Its name in a recipe.</summary>
    public string Name => Default.Name;

    /// <summary>Whether it has a mean of gradients in the place of momentum.</summary>
    public bool HasBeta1 => Find(Beta1Key) is not null;

    /// <summary>The option with a key; null where the rule has no such one.</summary>
    public OptimizerOption? Find(string key) => Options.FirstOrDefault(option => option.Key == key);

    private const string Beta1Key = "beta1";

    private static OptimizerFamily Of(OptimizerSpec rule, params OptimizerOption[] options) => new(rule, options);

    // Which of the two it is, and so where its decay enters, the name says.
    private static OptimizerFamily OfAdam(bool isDecayDecoupled) => Of(
        new AdamSpec { Options = new() { IsDecayDecoupled = isDecayDecoupled } },
        Number<AdamOptions>(Beta1Key, (o, v) => o with { Beta1 = v }, o => o.Beta1),
        Number<AdamOptions>("beta2", (o, v) => o with { Beta2 = v }, o => o.Beta2),
        Number<AdamOptions>("epsilon", (o, v) => o with { Epsilon = v }, o => o.Epsilon));

    private static OptimizerOption Number<T>(string key, Func<T, double, T> with, Func<T, double> of) where T : new() =>
        Option(key, ScalarReader.Number, with, o => of(o));

    private static OptimizerOption Integer<T>(string key, Func<T, int, T> with, Func<T, int> of) where T : new() =>
        Option(key, ScalarReader.Integer, with, o => of(o));

    private static OptimizerOption Flag<T>(string key, Func<T, bool, T> with, Func<T, bool> of) where T : new() =>
        Option(key, ScalarReader.Boolean, with, o => of(o));

    private static OptimizerOption Choice<T, TMember>(string key, Func<T, TMember, T> with, Func<T, TMember> of)
        where T : new() where TMember : struct, Enum =>
        Option(key, ScalarReader.Choice<TMember>, with, o => RecipeWords.Of(of(o)));

    private static OptimizerOption Decay<T>(Func<T, bool, T> with, Func<T, bool> isDecoupled) where T : new() =>
        Choice<T, DecayForm>(
            "decay", (o, v) => with(o, v == DecayForm.Decoupled), o => isDecoupled(o) ? DecayForm.Decoupled : DecayForm.Coupled);

    private static OptimizerOption Option<T, TValue>(string key, Func<RecipeNode, TValue> read, Func<T, TValue, T> with,
        Func<T, JsonNode> write)
        where T : new() =>
        OptimizerOption.Of<OptimizerSpec<T>, TValue>(key, read, (s, v) => s with { Options = with(s.Options, v) }, s => write(s.Options));
}

/// <summary>A key of <c>optimizer:</c>.</summary>
/// <param name="Key">The key.</param>
/// <param name="Read">Reads it into the rule, whose record checks it.</param>
/// <param name="Write">Its value in the canonical recipe.</param>
internal sealed record OptimizerOption(
    string Key, Func<SectionReader, OptimizerSpec, OptimizerSpec> Read, Func<OptimizerSpec, JsonNode> Write)
{
    public static OptimizerOption Of<TSpec, TValue>(
        string key, Func<RecipeNode, TValue> read, Func<TSpec, TValue, TSpec> with, Func<TSpec, JsonNode> write)
        where TSpec : OptimizerSpec =>
        new(key, (section, spec) => section.Set((TSpec)spec, key, read, with), spec => write((TSpec)spec));
}
