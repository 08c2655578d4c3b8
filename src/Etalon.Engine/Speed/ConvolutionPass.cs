namespace Etalon.Engine.Speed;

/// <summary>One of the three computations of a convolution, each with as many multiply-adds.</summary>
public enum ConvolutionPass
{
    /// <summary>y = x * w.</summary>
    Forward,

    /// <summary>The gradient of x from that of y.</summary>
    DataGradient,

    /// <summary>The gradient of w from x and the gradient of y.</summary>
    WeightGradient,
}
