namespace Etalon.Engine.Optimizers;

/// <summary>The form of SGD's update.</summary>
public sealed record SgdOptions
{
    /// <summary>Whether the update looks ahead: w -= eta (d + mu v). Default: false.</summary>
    public bool IsNesterov { get; init; }

    /// <summary>The share of a new gradient that the buffer does not take, in [0, 1]; as PyTorch's, the first step with momentum is undamped, and so are those without momentum. Default: 0.</summary>
    public double Dampening { get; init => field = value is >= 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(nameof(Dampening), value, "Dampening must be from 0 to 1"); }

    /// <summary>Whether the decay multiplies the weights by 1 - eta lambda instead of entering the gradient. Default: false.</summary>
    public bool IsDecayDecoupled { get; init; }

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(SgdOptions), PrintMembers);
}
