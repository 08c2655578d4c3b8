using Etalon.Schedules;
using Etalon.Schedules.Equivalence;

namespace Etalon.Lab.Recipes;

/// <summary>
/// That a run trains an equivalent of its recipe instead: the scale-invariant group follows the converted numbers, everything else the
/// recipe's own.
/// </summary>
public sealed record EquivalentSpec
{
    /// <summary>The form converted to.</summary>
    public required EquivalentForm Form { get; init; }

    /// <summary>The weight decay wanted of the form weight-decay; null turns a constant growth into a constant decay.</summary>
    public Schedule? WeightDecay { get; init; }
}
