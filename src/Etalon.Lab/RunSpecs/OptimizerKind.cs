namespace Etalon.Lab.RunSpecs;

/// <summary>The family of an update rule.</summary>
public enum OptimizerKind
{
    /// <summary>Stochastic gradient descent with PyTorch's momentum: v = mu v + (1 - dampening) g; w = w - eta v.</summary>
    Sgd,

    /// <summary>WNGrad: b = b + eta^2 |g|^2 / b; v = mu v + g / b; w = w - eta v.</summary>
    Wngrad,

    /// <summary>WN-Adam: WNGrad's b with a corrected mean of gradients in the place of momentum.</summary>
    WnAdam,

    /// <summary>AdaGrad-Norm: b^2 = b^2 + |g|^2; v = mu v + g / b; w = w - eta v.</summary>
    AdagradNorm,

    /// <summary>Adam, with weight decay in the gradient.</summary>
    Adam,

    /// <summary>AdamW: Adam with weight decay on the weights.</summary>
    Adamw,
}
