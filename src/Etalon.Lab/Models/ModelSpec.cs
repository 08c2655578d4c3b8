using System.Collections.Immutable;

namespace Etalon.Lab.Models;

/// <summary>The network of a recipe.</summary>
public sealed record ModelSpec
{
    // Of a square matrix of so many units a side each chunk's gradient would already be 17 GB.
    private const int MostUnits = 1 << 16, MostHidden = 1000;

    /// <summary>The family.</summary>
    public required ModelKind Kind { get; init; }

    /// <summary>Layers with weights of a residual network, 6n+2; null for the other families.</summary>
    public int? Depth
    {
        get;
        init => field = value is not { } depth || (depth >= 8 && (depth - 2) % 6 == 0)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Depth), DepthRule(depth));
    }

    /// <summary>The name as a recipe writes it: "mlp", "cnn", "resnet-20", "preresnet-8".</summary>
    public string Name => Depth is null ? Kind.ToString().ToLowerInvariant() : $"{Kind.ToString().ToLowerInvariant()}-{Depth}";

    /// <summary>What only a transformer has; null for the other families.</summary>
    internal TransformerSpec? Transformer { get; init; }

    /// <summary>Channels of the first stage, or of every token of a transformer.</summary>
    /// <value>From 1 to 65,536; 16 by default, of a transformer 128.</value>
    public int Width
    {
        get;
        init => field = value is >= 1 and <= MostUnits
            ? value : throw new ArgumentOutOfRangeException(nameof(Width), $"must be from 1 to {MostUnits}; the usual choice is 16");
    } = 16;

    /// <summary>How activations are normalized.</summary>
    /// <value>Batch normalization by default; a transformer has root mean squares or layer normalization of each token.</value>
    public NormKind Norm { get; init; }

    /// <summary>Groups of channels of group normalization.</summary>
    /// <value>At least 1; 8 by default. Must divide the channels of every stage.</value>
    public int Groups
    {
        get;
        init => field = Require.AtLeast(value, 1, "the usual choice is 8");
    } = 8;

    /// <summary>Whether normalizations learn a scale and a shift.</summary>
    /// <value>True by default.</value>
    public bool Affine { get; init; } = true;

    /// <summary>Whether the last linear layer learns.</summary>
    /// <value>Trained by default.</value>
    public HeadMode Head { get; init; }

    /// <summary>Added to the variance inside normalizations; 0 makes scale-invariance exact.</summary>
    /// <value>At least 0; 1e-5 by default.</value>
    public double Epsilon
    {
        get;
        init => field = Require.InHalfOpen(value, 0, double.PositiveInfinity, "write 1e-5 as is usual, or 0 for exact scale-invariance");
    } = 1e-5;

    /// <summary>Which kernels compute convolutions.</summary>
    /// <value>The fastest for each shape by default.</value>
    public ConvolutionMode Convolution { get; init; }

    /// <summary>The share of a batch in the running statistics of batch normalization, as PyTorch counts it.</summary>
    /// <value>In [0, 1]; 0.1 by default.</value>
    public double StatisticsMomentum
    {
        get;
        init => field = Require.InClosed(value, 0, 1, "the usual choice is 0.1");
    } = 0.1;

    /// <summary>Units of each hidden layer of an mlp.</summary>
    /// <value>From 1 to 65,536 each, in at most 1,000 layers; one layer of 128 by default.</value>
    public ImmutableArray<int> Hidden
    {
        get;
        init => field = value.All(units => units is >= 1 and <= MostUnits) && value.Length <= MostHidden
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Hidden),
            $"every hidden layer must have from 1 to {MostUnits} units, and there are at most {MostHidden}; write a list as [128, 64]");
    } = [128];

    private static string DepthRule(int depth)
    {
        var below = Math.Max(8, (depth - 2) / 6 * 6 + 2);
        return $"a residual network has depth 6n+2; the nearest are {below} and {(depth < 8 ? 14 : below + 6)}";
    }
}

/// <summary>Which kernels compute convolutions.</summary>
public enum ConvolutionMode
{
    /// <summary>The fastest for each shape.</summary>
    Auto,

    /// <summary>The direct kernels only: slower, with the smallest rounding error.</summary>
    Direct,
}

/// <summary>Whether the last linear layer learns.</summary>
public enum HeadMode
{
    /// <summary>It is trained like every other layer.</summary>
    Trained,

    /// <summary>It keeps its initial weights, as scale-invariance of the whole network asks.</summary>
    Frozen,

    /// <summary>Of a transformer: it computes with the embedding's weights.</summary>
    Tied,
}

/// <summary>The family of a network.</summary>
public enum ModelKind
{
    /// <summary>Linear layers with ReLU between them.</summary>
    Mlp,

    /// <summary>Plain 3x3 convolutions in the style of VGG.</summary>
    Cnn,

    /// <summary>The CIFAR residual network of He et al. 2015 (arXiv 1512.03385), depth 6n+2.</summary>
    ResNet,

    /// <summary>
    /// The residual network with normalization and ReLU before each convolution of He et al. 2016 (arXiv 1603.05027), depth 6n+2.
    /// </summary>
    PreResNet,

    /// <summary>A pre-norm transformer that reads a text.</summary>
    Transformer,
}

/// <summary>How activations are normalized.</summary>
public enum NormKind
{
    /// <summary>Per channel over the batch and the pixels; running statistics in evaluation.</summary>
    Batch,

    /// <summary>Per image over groups of channels and the pixels.</summary>
    Group,

    /// <summary>Per image over all channels and pixels.</summary>
    Layer,

    /// <summary>Per image and channel over the pixels.</summary>
    Instance,

    /// <summary>Not at all.</summary>
    None,

    /// <summary>Of a transformer: each token by the root mean square of its channels, without their mean.</summary>
    Rms,
}
