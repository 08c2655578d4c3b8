using System.Text.Json.Nodes;
using Etalon.Engine.Optimizers;
using Etalon.Lab.Optimizers;
using Etalon.Schedules;

namespace Etalon.Lab.Recipes;

/// <summary>A key of <c>optimizer:</c> that some families of update rules have: whose it is, how it is read and how it is written.</summary>
/// <param name="Key">The key.</param>
/// <param name="Kinds">The families that have it.</param>
/// <param name="Read">Reads it into the record, whose property checks it.</param>
/// <param name="Write">Its value in the canonical recipe.</param>
internal sealed record OptimizerOption(
    string Key, IReadOnlyList<OptimizerKind> Kinds, Func<SectionReader, OptimizerSpec, OptimizerSpec> Read, Func<OptimizerSpec, JsonNode> Write)
{
    private static readonly OptimizerKind[] OfSgd = [OptimizerKind.Sgd], OfWnGrad = [OptimizerKind.Wngrad], OfAdam = [OptimizerKind.Adam, OptimizerKind.Adamw];
    private static readonly OptimizerKind[] OfDistance = [OptimizerKind.Dog, OptimizerKind.DAdaptation, OptimizerKind.Prodigy];
    private static readonly OptimizerKind[] OfCells = [OptimizerKind.Wngrad, OptimizerKind.WnAdam, OptimizerKind.AdagradNorm];

    /// <summary>All of them, in the order of the canonical recipe.</summary>
    public static IReadOnlyList<OptimizerOption> All { get; } =
    [
        Of("nesterov", OfSgd, ScalarReader.Boolean, (s, v) => s with { Nesterov = v }, s => s.Nesterov),
        Of("dampening", OfSgd, ScalarReader.Number, (s, v) => s with { Dampening = v }, s => s.Dampening),
        Of("decay", [.. OfSgd, .. OfCells, OptimizerKind.Prodigy], ScalarReader.Choice<DecayForm>, (s, v) => s with { Decay = v }, s => RecipeWords.Of(s.Decay)),
        Of("scope", OfCells, ScalarReader.Choice<StepSizeScope>, (s, v) => s with { Scope = v }, s => RecipeWords.Of(s.Scope)),
        Of("order", OfWnGrad, ScalarReader.Choice<WnGradOrder>, (s, v) => s with { Order = v }, s => RecipeWords.Of(s.Order)),
        Of("initial", OfCells, ScalarReader.Number, (s, v) => s with { Initial = v }, s => s.Initial),
        Of("initial_unit", OfWnGrad, ScalarReader.Choice<InitialUnit>, (s, v) => s with { InitialUnit = v }, s => RecipeWords.Of(s.InitialUnit)),
        Of("length", OfWnGrad, ScalarReader.Number, (s, v) => s with { Length = v }, s => s.Length),
        Of("restart_after", OfWnGrad, ScalarReader.Integer, (s, v) => s with { RestartAfter = v }, s => s.RestartAfter),
        Of("restart_ratio", OfWnGrad, ScalarReader.Number, (s, v) => s with { RestartRatio = v }, s => s.RestartRatio),
        Of("restart_least", OfWnGrad, ScalarReader.Number, (s, v) => s with { RestartLeast = v }, s => s.RestartLeast),
        Of("beta1", [.. OfAdam, OptimizerKind.WnAdam, OptimizerKind.Prodigy, OptimizerKind.ScheduleFree], ScalarReader.Number, (s, v) => s with { Beta1 = v }, s => s.Beta1),
        Of("beta2", [.. OfAdam, OptimizerKind.Prodigy], ScalarReader.Number, (s, v) => s with { Beta2 = v }, s => s.Beta2),
        Of("epsilon", [.. OfAdam, OptimizerKind.Prodigy], ScalarReader.Number, (s, v) => s with { Epsilon = v }, s => s.Epsilon),
        Of("initial_distance", OfDistance, ScalarReader.Number, (s, v) => s with { InitialDistance = v }, s => s.InitialDistance),
    ];

    /// <summary>Those of a family.</summary>
    public static IEnumerable<OptimizerOption> Of(OptimizerKind kind) => All.Where(option => option.Kinds.Contains(kind));

    private static OptimizerOption Of<T>(
        string key, IReadOnlyList<OptimizerKind> kinds, Func<RecipeNode, T> read, Func<OptimizerSpec, T, OptimizerSpec> with, Func<OptimizerSpec, JsonNode> write) =>
        new(key, kinds, (section, spec) => section.Set(spec, key, read, with), write);
}
