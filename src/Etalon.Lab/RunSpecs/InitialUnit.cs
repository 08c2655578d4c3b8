namespace Etalon.Lab.RunSpecs;

/// <summary>What WNGrad's initial b is counted in.</summary>
public enum InitialUnit
{
    /// <summary>1.</summary>
    Constant,

    /// <summary>The norm of the first gradient of the parameters that share a b.</summary>
    GradientNorm,

    /// <summary>The largest curvature on the way to a few points near the initial weights, one number for all parameters.</summary>
    Curvature,
}
