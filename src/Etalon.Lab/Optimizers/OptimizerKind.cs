namespace Etalon.Lab.Optimizers;

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

    /// <summary>DoG: the rate is the largest distance from the start over the root of the sum of squared gradients; the mean of the weights is evaluated.</summary>
    Dog,

    /// <summary>D-Adaptation SGD: the rate follows from a lower bound of the distance to the solution.</summary>
    DAdaptation,

    /// <summary>Prodigy: Adam at a rate from such a bound.</summary>
    Prodigy,

    /// <summary>Schedule-Free SGD: gradients are taken between the fast weights and their mean, which is evaluated.</summary>
    ScheduleFree,
}
