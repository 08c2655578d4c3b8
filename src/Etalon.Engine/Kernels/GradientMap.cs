namespace Etalon.Engine.Kernels;

/// <summary>
/// The backward pass of a normalization as it is read: dx = a g + b x + c per channel, with g the gradient of the normalized value and x
/// what was normalized.
/// </summary>
internal readonly unsafe struct GradientMap<T>(T* ofGradient, T* ofInput, T* constant) where T : unmanaged
{
    /// <summary>a [channels].</summary>
    public T* OfGradient { get; } = ofGradient;

    /// <summary>b [channels].</summary>
    public T* OfInput { get; } = ofInput;

    /// <summary>c [channels].</summary>
    public T* Constant { get; } = constant;
}
