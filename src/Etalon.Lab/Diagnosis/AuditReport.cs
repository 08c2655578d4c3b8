using Etalon.Lab.RunSpecs;

namespace Etalon.Lab.Diagnosis;

/// <summary>What the audit of a recipe found.</summary>
public sealed record AuditReport
{
    /// <summary>The recipe's name.</summary>
    public required string Recipe { get; init; }

    /// <summary>The network.</summary>
    public required ModelSpec Model { get; init; }

    /// <summary>Every trained tensor, in the order of the layers.</summary>
    public required IReadOnlyList<TensorAudit> Tensors { get; init; }

    /// <summary>All trained parameters scaled together.</summary>
    public required ScaleFinding AllParameters { get; init; }

    /// <summary>The group that a recipe calls scale_invariant, every weight but the head's, scaled together; all else stays.</summary>
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

    /// <summary>Where rules and measurement differ; empty unless a rule or a kernel is wrong, or outputs happen not to depend on something.</summary>
    public IReadOnlyList<string> Disagreements =>
    [
        .. Questions.Where(question => !question.Finding.Agrees).Select(question =>
            $"{question.What}: {(question.Finding.Rules.Mismatch is { } mismatch ? $"by the rules not scale-invariant ({mismatch})" : "by the rules scale-invariant")}, but measured: {question.Finding.Measured}"),
    ];
}
