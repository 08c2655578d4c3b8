namespace Etalon.Lab.Runs;

/// <summary>The number types of a safetensors file that etalon reads and writes, by the format's own names.</summary>
internal enum SafetensorsType
{
    /// <summary>float.</summary>
    F32,

    /// <summary>double.</summary>
    F64,
}
