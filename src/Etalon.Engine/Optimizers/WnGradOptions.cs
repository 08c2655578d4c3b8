using Etalon.Engine.Optimizers;

namespace Etalon.Engine;

/// <summary>The form of WNGrad's update.</summary>
public sealed record WnGradOptions
{
    /// <summary>Which parameters share a b. Default: all.</summary>
    public StepSizeScope Scope { get; init; }

    /// <summary>When a gradient enters b. Default: before the step that it makes.</summary>
    public WnGradOrder Order { get; init; }

    /// <summary>What the initial b is, times <see cref="InitialFactor"/>. Default: the factor itself.</summary>
    public InitialDivisor Initial { get; init; }

    /// <summary>The initial b, or its factor; 1e-30 to 1e30. Default: 1.</summary>
    public double InitialFactor { get; init => field = OptionRange.Size(value, "b divides the gradient; the usual choice is 1"); } = 1;

    /// <summary>
    /// r, the length that the parameters are expected to travel, 1e-30 to 1e30: b = b + eta^2 |g|^2 / (r^2 b). Without it the rule takes
    /// distances of about 1 for granted. Default: 1.
    /// </summary>
    public double Length { get; init => field = OptionRange.Size(value, "it is a distance; 1 is the published rule"); } = 1;

    /// <summary>Whether the decay multiplies the weights by 1 - eta decay instead of entering the gradient. Default: false.</summary>
    public bool IsDecayDecoupled { get; init; }

    /// <summary>When b may fall again. Default: never.</summary>
    public WnGradRestarts Restarts { get; init; } = new();

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(WnGradOptions), PrintMembers);
}

/// <summary>When an update's gradient enters the number b that divides it.</summary>
public enum WnGradOrder
{
    /// <summary>Before the step, at the first too: b = b + eta^2 |g|^2 / b; w = w - eta g / b. What the authors' code does.</summary>
    UpdateFirst,

    /// <summary>Before each step but the first, which divides by the initial b: the order of the paper and of its batch theorems.</summary>
    LookAhead,

    /// <summary>
    /// After the step, so that b does not depend on the gradient that it divides: the order of a weight-normalized gradient descent, and of
    /// the stochastic theorem.
    /// </summary>
    Lagged,
}

/// <summary>
/// Restarts of WNGrad (Grapiglia and Stella, "An adaptive Riemannian gradient method without function evaluations", JOTA 2023): after some
/// gradients in a row of at most a share of the reference norm, b falls to min(initial b, max(least, b / (3 after))) and the reference is
/// the norm of that gradient.
/// </summary>
public sealed record WnGradRestarts
{
    /// <summary>How many in a row; 0 for never. The paper's choice: 4. Default: 0.</summary>
    public int After { get; init => field = OptionRange.Count(value, "write 0 for no restarts, 4 as their authors do"); }

    /// <summary>The share of the reference norm, in (0, 1). Default: 0.9, the paper's choice.</summary>
    public double Ratio { get; init => field = OptionRange.PositiveShare(value, "the usual choice is 0.9"); } = 0.9;

    /// <summary>The least b; 1e-30 to 1e30. Default: 1e-4, the paper's choice.</summary>
    public double Least { get; init => field = OptionRange.Size(value, "the usual choice is 1e-4"); } = 1e-4;

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(WnGradRestarts), PrintMembers);
}
