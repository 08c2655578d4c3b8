namespace Etalon.Engine.Optimizers;

/// <summary>The form of Adam's update.</summary>
public sealed record AdamOptions
{
    /// <summary>The share of the mean of gradients that a new one leaves, in [0, 1). Default: 0.9.</summary>
    public double Beta1 { get; init => field = OptionRange.Share(value); } = 0.9;

    /// <summary>Whether the momentum of each update is its beta1, in the place of <see cref="Beta1"/>, as in PyTorch's OneCycleLR. Default: false.</summary>
    public bool IsBeta1Scheduled { get; init; }

    /// <summary>The share of the mean of squared gradients that a new one leaves, in [0, 1). Default: 0.999.</summary>
    public double Beta2 { get; init => field = OptionRange.Share(value); } = 0.999;

    /// <summary>Added to the root of the mean square; 1e-30 to 1e30. Default: 1e-8.</summary>
    public double Epsilon { get; init => field = OptionRange.Size(value); } = 1e-8;

    /// <summary>Whether the decay multiplies the weights by 1 - eta decay (AdamW) instead of entering the gradient (Adam). Default: false.</summary>
    public bool IsDecayDecoupled { get; init; }

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(AdamOptions), PrintMembers);
}
