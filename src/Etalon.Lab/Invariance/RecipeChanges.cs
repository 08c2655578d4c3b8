using System.Numerics;
using Etalon.Lab.Models;

namespace Etalon.Lab.Invariance;

/// <summary>The fewest overrides of a recipe's model after which a question about its scale-invariance has the answer yes.</summary>
internal static class RecipeChanges
{
    private static readonly (string Words, Func<ModelSpec, ModelSpec> Apply)[] Known =
    [
        ("model.head=frozen", model => model with { Head = HeadMode.Frozen }),
        ("model.affine=false", model => model with { Affine = false }),
        ("model.norm=batch", model => model.Norm == NormKind.None ? model with { Norm = NormKind.Batch } : model),
    ];

    /// <summary>The overrides; none where no combination of them helps.</summary>
    /// <param name="model">The model as it is.</param>
    /// <param name="isInvariant">Whether a model is invariant.</param>
    public static IReadOnlyList<string> Find(ModelSpec model, Func<ModelSpec, bool> isInvariant)
    {
        foreach (uint chosen in Enumerable.Range(1, (1 << Known.Length) - 1).Select(bits => (uint)bits).OrderBy(BitOperations.PopCount))
        {
            var changes = Known.Where((_, i) => (chosen >> i & 1) != 0).ToList();
            if (isInvariant(changes.Aggregate(model, (changed, change) => change.Apply(changed))))
                return [.. changes.Select(change => change.Words)];
        }
        return [];
    }
}
