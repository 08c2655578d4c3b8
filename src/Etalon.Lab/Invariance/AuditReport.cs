using Etalon.Engine;
using Etalon.Lab.Diagnosis;
using Etalon.Lab.Models;

namespace Etalon.Lab.Invariance;

/// <summary>What the audit of a recipe found.</summary>
internal sealed record AuditReport
{
    /// <summary>The recipe's name.</summary>
    public required string Recipe { get; init; }

    /// <summary>The network.</summary>
    public required ModelSpec Model { get; init; }

    /// <summary>Every trained tensor, in the order of the layers.</summary>
    public required IReadOnlyList<TensorAudit> Tensors { get; init; }

    /// <summary>All trained parameters scaled together.</summary>
    public required ScaleFinding AllParameters { get; init; }

    /// <summary>
    /// The group that a recipe calls scale-invariant, scaled together; all else stays. In the models of recipes it is every weight but the
    /// head's, or none: where it is none, the question is asked of the hidden weights, for the answer says what to change.
    /// </summary>
    public required ScaleFinding Group { get; init; }

    /// <summary>
    /// The change of the outputs when that group is scaled by 10, 3 and 1/2 with the recipe's own epsilon, relative to the largest output;
    /// null where epsilon is 0 or the group is not scale-invariant anyway.
    /// </summary>
    public required double? ChangeWithEpsilon { get; init; }

    /// <summary>Every question that was answered by the rules and by measurement.</summary>
    public IEnumerable<(string What, ScaleFinding Finding)> Questions =>
    [
        ("all trained parameters", AllParameters),
        ("the scale-invariant group", Group),
        .. Tensors.SelectMany(tensor => new[] { (tensor.Name, tensor.Alone), ($"a channel of {tensor.Name}", tensor.Channel) }),
    ];

    /// <summary>
    /// Where rules and measurement differ; empty unless a rule or a kernel is wrong, or outputs happen not to depend on something.
    /// </summary>
    public IReadOnlyList<string> Disagreements =>
    [
        .. Questions.Where(question => !question.Finding.Agrees).Select(question =>
            $"{question.What}: by the rules {ByRules(question.Finding)}, but measured: {question.Finding.Measured}"),
    ];

    private static string ByRules(ScaleFinding finding) =>
        finding.Rules.Mismatch is { } mismatch ? $"not scale-invariant ({mismatch})" : "scale-invariant";
}

/// <summary>One question, whether outputs depend on the scale of some parameters, answered twice.</summary>
/// <param name="Rules">By the degrees of homogeneity of the layers.</param>
/// <param name="Measured">On the running network, in float64 with epsilon 0.</param>
internal sealed record ScaleFinding(HomogeneityVerdict Rules, ScalingMeasurement Measured)
{
    /// <summary>
    /// The fewest overrides of the recipe that make it invariant, such as model.head=frozen; empty where it is, or where none was looked
    /// for or found.
    /// </summary>
    public IReadOnlyList<string> RecipeChanges { get; init; } = [];

    /// <summary>Whether the rules say that the scale does not matter.</summary>
    public bool IsInvariant => Rules.IsInvariant;

    /// <summary>Whether both answers are the same.</summary>
    public bool Agrees => IsInvariant ? Measured.IsInvariant : Measured.IsDependent;
}

/// <summary>What the audit found of one trained tensor.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Its sizes; the last is its output channels.</param>
/// <param name="Channel">Whether the scale of each output channel alone changes nothing.</param>
/// <param name="Alone">Whether the scale of the tensor alone changes nothing.</param>
/// <param name="IsInGroup">Whether it belongs to that group.</param>
/// <param name="Decay">What weight decay does to it.</param>
internal sealed record TensorAudit(string Name, IReadOnlyList<int> Shape, ScaleFinding Channel, ScaleFinding Alone, bool IsInGroup,
    DecayEffect Decay)
{
    /// <summary>How many numbers it holds.</summary>
    public long Length => Shape.Aggregate(1L, (length, size) => length * size);
}
