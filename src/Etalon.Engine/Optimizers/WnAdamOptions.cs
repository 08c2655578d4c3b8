namespace Etalon.Engine.Optimizers;

/// <summary>The form of WN-Adam's update.</summary>
public sealed record WnAdamOptions
{
    /// <summary>Which parameters share a b. Default: all.</summary>
    public CellScope Scope { get; init; }

    /// <summary>The initial b; 1e-30 to 1e30. Default: 1.</summary>
    public double Initial { get; init => field = OptionRange.Size(value); } = 1;

    /// <summary>The share of the mean of gradients that a new one leaves, in [0, 1). Default: 0.9.</summary>
    public double Beta1 { get; init => field = OptionRange.Share(value); } = 0.9;

    /// <summary>Whether the decay multiplies the weights by 1 - eta decay instead of entering the gradient. Default: false.</summary>
    public bool IsDecayDecoupled { get; init; }

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(WnAdamOptions), PrintMembers);
}
