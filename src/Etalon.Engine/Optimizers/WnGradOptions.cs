namespace Etalon.Engine.Optimizers;

/// <summary>The form of WNGrad's update.</summary>
public sealed record WnGradOptions
{
    /// <summary>Which parameters share a b. Default: all.</summary>
    public CellScope Scope { get; init; }

    /// <summary>When a gradient enters b. Default: before the step that it makes.</summary>
    public WnGradOrder Order { get; init; }

    /// <summary>What the initial b is, times <see cref="InitialFactor"/>. Default: the factor itself.</summary>
    public InitialDivisor Initial { get; init; }

    /// <summary>The initial b, or its factor; 1e-30 to 1e30. Default: 1.</summary>
    public double InitialFactor { get; init => field = OptionRange.Size(value); } = 1;

    /// <summary>
    /// r, the length that the parameters are expected to travel, 1e-30 to 1e30: b = b + eta^2 |g|^2 / (r^2 b). Without it the rule takes distances of about 1 for granted. Default: 1.
    /// </summary>
    public double Length { get; init => field = OptionRange.Size(value); } = 1;

    /// <summary>Whether the decay multiplies the weights by 1 - eta decay instead of entering the gradient. Default: false.</summary>
    public bool IsDecayDecoupled { get; init; }

    /// <summary>When b may fall again. Default: never.</summary>
    public WnGradRestarts? Restarts { get; init; }

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(WnGradOptions), PrintMembers);
}
