using Etalon.Lab.Advice;

namespace Etalon.Lab.LoggedSchedules;

/// <summary>What a log does not say of its run, and somebody else does.</summary>
internal sealed record LogQuestion
{
    /// <summary>The weight decay; null for what the log says.</summary>
    public double? WeightDecay { get; init; }

    /// <summary>The optimizer; null where nobody said.</summary>
    public AdvisedOptimizer? Optimizer { get; init; }

    /// <summary>Momentum, or β₁; null for what the log says, or 0.9.</summary>
    public double? Momentum { get; init; }

    /// <summary>Updates of an epoch; null where nobody said.</summary>
    public long? StepsPerEpoch { get; init; }

    /// <summary>Names of series, by the first name of a quantity: lr, weight_decay, momentum, grad_norm, loss.</summary>
    public IReadOnlyDictionary<string, string> Map { get; init; } = new Dictionary<string, string>();

    /// <summary>Which of several runs; null for the only one.</summary>
    public string? Run { get; init; }
}
