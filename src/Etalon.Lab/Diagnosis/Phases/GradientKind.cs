namespace Etalon.Lab.Diagnosis.Phases;

/// <summary>Where the mean square of the gradient on the unit sphere was taken from.</summary>
internal enum GradientKind
{
    /// <summary>The log has nothing to take it from.</summary>
    None,

    /// <summary>Gradients and, with momentum, their products with the buffer.</summary>
    Gradients,

    /// <summary>The angles by which the weights turned.</summary>
    Angles,

    /// <summary>Gradients alone, although there is momentum.</summary>
    WithoutBuffer,
}
