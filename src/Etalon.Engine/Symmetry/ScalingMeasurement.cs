namespace Etalon.Engine.Symmetry;

/// <summary>What scaling numbers of a network did to its outputs for a batch, and their gradient along themselves.</summary>
/// <param name="OutputChange">The largest change of an output over all factors, relative to the largest output: 0 where the group is scale-invariant.</param>
/// <param name="RadialGradient">The cosine between the numbers w and their gradient g, |(g, w)| / (|g| |w|): 0 where the group is scale-invariant (Lemma 1.3a of Li and Arora 2019).</param>
public readonly record struct ScalingMeasurement(double OutputChange, double RadialGradient)
{
    /// <summary>
    /// Up to this a number is rounding, above it dependence. Measured on all families of models, 8 to 56 layers deep: at most 6e-14 where the scale
    /// does not matter, at least 2e-5 where it does.
    /// </summary>
    public const double Tolerance = 1e-9;

    /// <summary>Whether both say that the scale does not matter.</summary>
    public bool IsInvariant => OutputChange <= Tolerance && RadialGradient <= Tolerance;

    /// <summary>Whether both say that it matters. Where neither this nor <see cref="IsInvariant"/> holds the measurement contradicts itself.</summary>
    public bool IsDependent => !(OutputChange <= Tolerance) && !(RadialGradient <= Tolerance);

    /// <summary>The figures for reports.</summary>
    public override string ToString() => $"outputs change by {OutputChange:0.0e+0}, cos(g, w) = {RadialGradient:0.0e+0}";
}
