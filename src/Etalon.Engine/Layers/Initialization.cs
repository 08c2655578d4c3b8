namespace Etalon.Engine;

/// <summary>
/// The spread of the initial weights: normal with mean 0 and standard deviation sqrt(2 / fan), He, Zhang, Ren, Sun,
/// "Delving deep into rectifiers", ICCV 2015, equations 10 and 14.
/// </summary>
public enum Initialization
{
    /// <summary>
    /// fan = kernel height x kernel width x output channels: keeps the size of gradients. The default, as in the residual networks' papers.
    /// </summary>
    HeFanOut,

    /// <summary>fan = kernel height x kernel width x input channels: keeps the size of activations.</summary>
    HeFanIn,
}
