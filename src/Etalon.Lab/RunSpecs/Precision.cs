namespace Etalon.Lab.RunSpecs;

/// <summary>The number type that a network is trained in.</summary>
public enum Precision
{
    /// <summary>Single precision: for speed.</summary>
    Float32,

    /// <summary>Double precision: for proof.</summary>
    Float64,
}
