namespace Etalon.Lab.RunSpecs;

/// <summary>Which kernels compute convolutions.</summary>
public enum ConvolutionMode
{
    /// <summary>The fastest for each shape.</summary>
    Auto,

    /// <summary>The direct kernels only: slower, with the smallest rounding error.</summary>
    Direct,
}
