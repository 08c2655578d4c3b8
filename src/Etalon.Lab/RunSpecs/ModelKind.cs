namespace Etalon.Lab.RunSpecs;

/// <summary>The family of a network.</summary>
public enum ModelKind
{
    /// <summary>Linear layers with ReLU between them.</summary>
    Mlp,

    /// <summary>Plain 3x3 convolutions in the style of VGG.</summary>
    Cnn,

    /// <summary>The CIFAR residual network of He et al. 2015 (arXiv 1512.03385), depth 6n+2.</summary>
    ResNet,

    /// <summary>The residual network with normalization and ReLU before each convolution of He et al. 2016 (arXiv 1603.05027), depth 6n+2.</summary>
    PreResNet,
}
