using Etalon.Engine.Symmetry;

namespace Etalon.Lab.Diagnosis;

/// <summary>One question, whether outputs depend on the scale of some parameters, answered twice.</summary>
/// <param name="Rules">By the degrees of homogeneity of the layers.</param>
/// <param name="Measured">On the running network, in float64 with epsilon 0.</param>
public sealed record ScaleFinding(HomogeneityVerdict Rules, ScalingMeasurement Measured)
{
    /// <summary>The fewest overrides of the recipe that make it invariant, such as model.head=frozen; empty where it is, or where none was looked for or found.</summary>
    public IReadOnlyList<string> RecipeChanges { get; init; } = [];

    /// <summary>Whether the rules say that the scale does not matter.</summary>
    public bool IsInvariant => Rules.IsInvariant;

    /// <summary>Whether both answers are the same.</summary>
    public bool Agrees => IsInvariant ? Measured.IsInvariant : Measured.IsDependent;
}
