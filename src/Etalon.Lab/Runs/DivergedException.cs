namespace Etalon.Lab.Runs;

/// <summary>
/// The loss or the gradient of an update, or what an evaluation found after it, was not a finite number. The command line says so and exits
/// with code 3.
/// </summary>
internal sealed class DivergedException : Exception
{
    private DivergedException(long step, string? place, string message) : base(message) => (Step, Layer) = (step, place);

    /// <summary>The update whose loss or gradient it was, 0-based; it was not made. Of an evaluation, the update before it.</summary>
    public long Step { get; }

    /// <summary>
    /// The first layer whose output, or the first tensor whose gradient, was not finite; null where each of its numbers was, and only their
    /// sum was not.
    /// </summary>
    public string? Layer { get; }

    internal static DivergedException OfLoss(long step, string? layer) => new(
        step, layer,
        $"diverged: the loss of update {step} is not finite; "
        + (layer is null ? "every layer's output is, so the loss itself overflowed" : $"the first layer to give such a number is {layer}")
        + Remedy);

    internal static DivergedException OfGradient(long step, string? tensor) => new(
        step, tensor,
        $"diverged: the gradient of update {step} is not finite; "
        + (tensor is null ? "each of its numbers is, so its norm overflowed" : $"the first tensor with such a number is {tensor}")
        + Remedy);

    internal static DivergedException OfEvaluation(long step, string? place) => new(
        step, place,
        $"diverged: the network after update {step} gives numbers that are not finite"
        + (place is null ? "" : $"; the first of them are in {place}")
        + Remedy);

    private const string Remedy = ". Lower the learning rate, or begin with a warm-up.";
}
