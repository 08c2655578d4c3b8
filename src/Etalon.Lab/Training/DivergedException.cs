namespace Etalon.Lab.Training;

/// <summary>The loss of an update was not a finite number. The command line says so and exits with code 3.</summary>
public sealed class DivergedException(long step, string? layer) : Exception(Describe(step, layer))
{
    /// <summary>The update whose loss it was, 0-based.</summary>
    public long Step { get; } = step;

    /// <summary>The first layer whose output was not finite; null where only the loss was not.</summary>
    public string? Layer { get; } = layer;

    private static string Describe(long step, string? layer) =>
        $"diverged: the loss of update {step} is not finite; "
        + (layer is null ? "every layer's output is, so the loss itself overflowed" : $"the first layer to give such a number is {layer}")
        + ". Lower the learning rate, or begin with a warm-up.";
}
