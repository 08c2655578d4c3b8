namespace Etalon.Lab.Diagnosis;

/// <summary>What weight decay does to a parameter tensor.</summary>
internal enum DecayEffect
{
    /// <summary>
    /// It shrinks a weight whose scale changes nothing: it sets how fast the direction turns, and no function is preferred.
    /// </summary>
    Speed,

    /// <summary>
    /// As <see cref="Speed"/>, when all of the scale-invariant group has the same rate and decay; the tensor alone is not scale-invariant.
    /// </summary>
    SpeedInGroup,

    /// <summary>It prefers functions with smaller numbers here, as in classical regularization.</summary>
    Regularizes,
}
