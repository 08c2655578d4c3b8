namespace Etalon.Lab.RunSpecs;

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
