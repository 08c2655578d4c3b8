using Etalon.Engine;

namespace Etalon.Lab.Models;

/// <summary>The loss of a recipe.</summary>
public sealed record LossSpec
{
    /// <summary>What is minimized.</summary>
    /// <value>Cross-entropy by default.</value>
    public LossKind Kind { get; init; }

    /// <summary>The share of each label that is spread evenly over all classes.</summary>
    /// <value>In [0, 1); 0 by default. Cross-entropy only.</value>
    public double LabelSmoothing
    {
        get;
        init => field = Require.InHalfOpen(value, 0, 1, "write 0 for none or 0.1 as is usual");
    }

    internal Loss Make() => Kind switch
    {
        LossKind.SquaredError => new SquaredError(),
        LossKind.Logistic => new Logistic(),
        _ => new SoftmaxCrossEntropy(LabelSmoothing),
    };
}

/// <summary>What is minimized, as a mean over the batch.</summary>
public enum LossKind
{
    /// <summary>Softmax cross-entropy.</summary>
    CrossEntropy,

    /// <summary>Half the squared distance to the one-hot label.</summary>
    SquaredError,

    /// <summary>The logistic loss of each class against the rest.</summary>
    Logistic,
}
