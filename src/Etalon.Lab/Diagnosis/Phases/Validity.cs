namespace Etalon.Lab.Diagnosis.Phases;

/// <summary>Whether the laws of scale-invariant weights speak about a group.</summary>
internal enum Validity
{
    /// <summary>Its gradients are orthogonal to it.</summary>
    Holds,

    /// <summary>Nobody measured it: there are no products of gradients and weights in the log.</summary>
    Unchecked,

    /// <summary>
    /// Its own scale matters, but that of all scale-invariant weights together does not, as of a tensor that feeds a residual sum: the laws
    /// hold for all of them as one.
    /// </summary>
    OnlyTogether,

    /// <summary>The loss depends on its scale.</summary>
    NotScaleInvariant,
}
