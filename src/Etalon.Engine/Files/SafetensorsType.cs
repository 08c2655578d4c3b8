namespace Etalon.Engine;

/// <summary>The number types of a safetensors file that the engine knows, by the format's own names.</summary>
public enum SafetensorsType
{
    /// <summary>float.</summary>
    F32,

    /// <summary>double.</summary>
    F64,

    /// <summary>long: what PyTorch counts the batches of a normalization in. A network's own tensors never have it.</summary>
    I64,
}
