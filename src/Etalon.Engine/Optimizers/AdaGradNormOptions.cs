namespace Etalon.Engine.Optimizers;

/// <summary>The form of AdaGrad-Norm's update.</summary>
public sealed record AdaGradNormOptions
{
    /// <summary>Which parameters share a b. Default: all.</summary>
    public CellScope Scope { get; init; }

    /// <summary>The initial b; 1e-30 to 1e30. Default: 1.</summary>
    public double Initial { get; init => field = OptionRange.Size(value); } = 1;

    /// <summary>Whether the decay multiplies the weights by 1 - eta decay instead of entering the gradient. Default: false.</summary>
    public bool IsDecayDecoupled { get; init; }

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(AdaGradNormOptions), PrintMembers);
}
