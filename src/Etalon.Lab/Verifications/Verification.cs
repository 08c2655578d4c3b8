using System.Numerics;
using Etalon.Lab.Conversions;
using Etalon.Lab.Data;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Verifications;

/// <summary>A recipe and its equivalent trained side by side, and what came of it.</summary>
/// <param name="Converted">The two.</param>
/// <param name="Precision">The number type.</param>
/// <param name="Comparisons">How far they were apart, in the order of the updates; at least one.</param>
/// <param name="Losses">How far their losses were apart in the mean.</param>
internal sealed record Verification(RecipeConversion Converted, Precision Precision, IReadOnlyList<Comparison> Comparisons,
    LossStatistics Losses)
{
    /// <summary>The updates trained unless a caller says otherwise: rounding has not grown much, and what a decay does shows.</summary>
    public const long DefaultSteps = 300;

    private const int Looks = 15;

    /// <summary>Whether they were the same run.</summary>
    public Verdict Verdict { get; } = Converted.Conversion.Adam is { MemoryError: > 0 and var error }
        ? Verdict.OfApproximation(Comparisons, error) : Verdict.Of(Comparisons, Losses);

    /// <summary>By how much, relative, the start of the perturbed run is changed: a few units of the last digit.</summary>
    public static double PerturbationOf(Precision precision) => precision == Precision.Float64 ? 1e-15 : 1e-7;

    /// <summary>Trains both forms, the control and the perturbed recipe on the same batches.</summary>
    /// <param name="converted">A recipe with data and a model, and its equivalent.</param>
    /// <param name="steps">Updates; null for <see cref="DefaultSteps"/> or the recipe's length if that is less.</param>
    /// <param name="precision">The number type, whatever the recipe says.</param>
    /// <param name="threads">Threads that compute. The result does not depend on them.</param>
    /// <param name="compared">Hears of each comparison.</param>
    /// <param name="cancellation">Ends it after the update at work.</param>
    /// <exception cref="InputException">The recipe has no data or no model, or fewer updates.</exception>
    /// <exception cref="Etalon.Lab.Runs.DivergedException">The recipe itself diverged.</exception>
    public static Verification Run(
        RecipeConversion converted, long? steps, Precision precision, int threads, Action<Comparison> compared,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(converted);
        ArgumentNullException.ThrowIfNull(compared);
        var recipe = converted.Source;
        if (recipe.Data is null || recipe.Model is null)
            throw new InputException("a verification trains the recipe: add `data: {set: digits}` and `model: {name: preresnet-8}` to it; "
                + "which weights of your own network are covered tells etalon export audit --for pytorch");
        if (steps is < 1 || steps > recipe.TotalSteps)
            throw new InputException($"--steps {steps}: at least 1 and at most the {recipe.TotalSteps} updates of {recipe.Name}");
        long count = steps ?? Math.Min(DefaultSteps, recipe.TotalSteps);
        var data = RecipeData.Load(recipe.Data);
        return precision == Precision.Float64 ? Run<double>() : Run<float>();

        Verification Run<T>() where T : unmanaged, IFloatingPointIeee754<T>
        {
            var comparisons = new List<Comparison>();
            using var sides = new SideBySide<T>(converted, data, threads, PerturbationOf(precision));
            sides.Train(count, Math.Max(1, count / Looks), Add, cancellation);
            if (converted.Conversion.Adam is not { MemoryError: > 0 } && Verdict.StartsFor(comparisons) is > 1 and var starts)
                comparisons = [.. comparisons.Zip(sides.Perturb(starts, cancellation), (comparison, furthest) => comparison with
                {
                    PerturbedOutputs = Math.Max(comparison.PerturbedOutputs, furthest.Outputs),
                    PerturbedNorm = Math.Max(Math.Abs(comparison.PerturbedNorm), furthest.Norm),
                })];
            return new(converted, precision, comparisons, sides.Losses());

            void Add(Comparison comparison)
            {
                comparisons.Add(comparison);
                compared(comparison);
            }
        }
    }
}
