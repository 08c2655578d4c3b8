namespace Etalon.Lab.RunSpecs;

/// <summary>The family of an update rule.</summary>
public enum OptimizerKind
{
    /// <summary>Stochastic gradient descent with PyTorch's momentum: v = mu v + (1 - dampening) g; w = w - eta v.</summary>
    Sgd,
}
