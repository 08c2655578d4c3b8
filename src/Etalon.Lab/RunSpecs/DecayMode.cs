namespace Etalon.Lab.RunSpecs;

/// <summary>Where weight decay lambda enters an update.</summary>
public enum DecayMode
{
    /// <summary>In the gradient (L2): g becomes g + lambda w and passes through the momentum buffer.</summary>
    Coupled,

    /// <summary>Beside the gradient: w is multiplied by 1 - eta lambda.</summary>
    Decoupled,
}
