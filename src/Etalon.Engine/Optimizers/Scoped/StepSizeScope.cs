namespace Etalon.Engine;

/// <summary>Which parameters share one step size, in the rules that take it from the norm of their gradient.</summary>
public enum StepSizeScope
{
    /// <summary>All parameters: the scope of the theorems.</summary>
    Global,

    /// <summary>Each tensor.</summary>
    Tensor,

    /// <summary>Each output channel (the last index) of a tensor; a bias, a scale or a shift as a whole.</summary>
    Channel,

    /// <summary>
    /// Each kernel of a convolution (one input and one output channel); each output channel of a linear layer; a bias, a scale or a shift
    /// as a whole.
    /// </summary>
    Kernel,
}
