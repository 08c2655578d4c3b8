namespace Etalon.Engine.Optimizers;

/// <summary>
/// Restarts of WNGrad (Grapiglia and Stella, "An adaptive Riemannian gradient method without function evaluations", JOTA 2023): after some gradients in a row
/// of at most a share of the reference norm, b falls to min(initial b, max(least, b / (3 after))) and the reference is the norm of that gradient.
/// </summary>
/// <param name="After">How many in a row; at least 1. The paper's choice: 4.</param>
/// <param name="Ratio">The share, in (0, 1). The paper's choice: 0.9.</param>
/// <param name="Least">The least b; 1e-30 to 1e30. The paper's choice: 1e-4.</param>
public sealed record WnGradRestarts(int After = 4, double Ratio = 0.9, double Least = 1e-4)
{
    /// <summary>How many in a row; at least 1.</summary>
    public int After { get; } = After >= 1 ? After : throw new ArgumentOutOfRangeException(nameof(After), After, "After must be at least 1");

    /// <summary>The share of the reference norm.</summary>
    public double Ratio { get; } = Ratio is > 0 and < 1 ? Ratio : throw new ArgumentOutOfRangeException(nameof(Ratio), Ratio, "Ratio must be above 0 and below 1");

    /// <summary>The least b.</summary>
    public double Least { get; } = OptionRange.Size(Least, nameof(Least));

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(WnGradRestarts), PrintMembers);
}
