namespace Etalon.Lab.RunSpecs;

/// <summary>How activations are normalized.</summary>
public enum NormKind
{
    /// <summary>Per channel over the batch and the pixels; running statistics in evaluation.</summary>
    Batch,

    /// <summary>Per image over groups of channels and the pixels.</summary>
    Group,

    /// <summary>Per image over all channels and pixels.</summary>
    Layer,

    /// <summary>Per image and channel over the pixels.</summary>
    Instance,

    /// <summary>Not at all.</summary>
    None,
}
