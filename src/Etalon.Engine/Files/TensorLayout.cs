namespace Etalon.Engine;

/// <summary>In which order and under which names a file holds a network's numbers.</summary>
public enum TensorLayout
{
    /// <summary>
    /// As the engine holds them: convolutions [ky][kx][in][out], linear layers [in][out] with in = [height][width][channel], and the
    /// engine's names.
    /// </summary>
    Etalon,

    /// <summary>
    /// As PyTorch's modules hold them: convolutions [out][in][ky][kx], linear layers [out][in] with in = [channel][height][width];
    /// a normalization's scale is <c>weight</c>, its shift <c>bias</c>, its running statistics <c>running_mean</c> and
    /// <c>running_var</c>. <c>safetensors.torch.load_file</c> reads it.
    /// </summary>
    PyTorch,
}
