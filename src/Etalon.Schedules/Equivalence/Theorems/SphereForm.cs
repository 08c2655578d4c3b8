using Etalon.Numerics;

namespace Etalon.Schedules.Equivalence;

/// <summary>A run with decoupled decay as one on the unit sphere: weights kept at norm 1, an explicit effective rate, no decay.</summary>
/// <remarks>
/// <para>With the norm |w| of a scale-invariant tensor before each update of the source, the same run is</para>
/// <code>
/// gradients divided by |w|      w~ ← normalize(w~ - φ U)      φ = η/(ρ |w|)      ρ = 1 - η λ
/// </code>
/// <para>
/// The directions U and the optimizer's state are the source's. Exact with norms that a run has recorded, one sequence for each tensor (or
/// group that is invariant only together). Known before the run only as far as the norms are. For any rule whose direction does not read
/// the weights.
/// </para>
/// <para>
/// Assumes a scale-invariant loss for every batch and η λ &lt; 1. Derived here; used by nGPT and by rotational optimizers (Kosson et al.
/// 2023).
/// </para>
/// </remarks>
public static class SphereForm
{
    /// <summary>The rates φ on the sphere, with decay 0; momentum and look-ahead are carried over.</summary>
    /// <param name="source">A schedule with decoupled decay.</param>
    /// <param name="norms">|w| before each update of the table, positive.</param>
    /// <exception cref="EquivalenceException">The decay is in the gradient, or η λ is 1 or more.</exception>
    /// <exception cref="ArgumentException">There is not one positive norm for each update.</exception>
    public static UpdateTable Convert(UpdateTable source, IReadOnlyList<double> norms)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(norms);
        if (norms.Count != source.Count)
            throw Require.Refuse(
                nameof(norms), $"{norms.Count} norms", $"the table has {source.Count} updates", "give the norm before each update");
        var growth = ScaledGradient.Convert(source);
        var steps = source.Steps.ToArray();
        for (var i = 0; i < steps.Length; i++)
        {
            var step = source.FirstStep + i;
            var logKept = growth.LogScaleAt(step) - growth.LogScaleAt(step + 1);
            var norm = Require.Positive(norms[i], $"the norm before update {step}");
            steps[i] = steps[i] with { LogRate = steps[i].LogRate - logKept - Elementary.Log(norm), WeightDecay = 0 };
        }
        return source.With(source.Rule, steps);
    }
}
