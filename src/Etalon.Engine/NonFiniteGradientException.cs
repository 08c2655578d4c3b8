namespace Etalon.Engine;

/// <summary>The norm of a gradient is not a finite number, so no update was done: the training has diverged.</summary>
public sealed class NonFiniteGradientException : ArithmeticException
{
    internal NonFiniteGradientException(string? layer)
        : base(
            (layer is null
                ? "the gradient is not finite, though every output is"
                : $"the output of layer '{layer}' is not finite, and so the gradient is not")
            + "; nothing was updated: go back to saved weights, and lower the learning rate or warm it up") =>
        Layer = layer;

    /// <summary>The first layer whose output for the batch is not finite; null where all are.</summary>
    public string? Layer { get; }
}
