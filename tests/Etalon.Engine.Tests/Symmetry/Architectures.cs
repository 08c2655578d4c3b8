namespace Etalon.Engine.Tests.Symmetry;

/// <summary>The networks of the architecture table (Li and Arora 2019, appendix C), small, with epsilon 0.</summary>
internal static class Architectures
{
    private const int Width = 4;

    public delegate Signal<double> Features(NetworkBuilder<double> build);

    public delegate Signal<double> Norm(NetworkBuilder<double> build, string name, Signal<double> x);

    public static Signal<double> Batch(NetworkBuilder<double> b, string name, Signal<double> x) =>
        b.BatchNormalization(name, x, affine: false, epsilon: 0);

    public static Signal<double> AffineBatch(NetworkBuilder<double> b, string name, Signal<double> x) =>
        b.BatchNormalization(name, x, affine: true, epsilon: 0);

    public static Signal<double> LayerNorm(NetworkBuilder<double> b, string name, Signal<double> x) =>
        b.GroupNormalization(name, x, 1, affine: false, epsilon: 0);

    public static Signal<double> AffineLayerNorm(NetworkBuilder<double> b, string name, Signal<double> x) =>
        b.GroupNormalization(name, x, 1, affine: true, epsilon: 0);

    public static Signal<double> AffineGroup(NetworkBuilder<double> b, string name, Signal<double> x) =>
        b.GroupNormalization(name, x, 2, affine: true, epsilon: 0);

    public static Signal<double> AffineInstance(NetworkBuilder<double> b, string name, Signal<double> x) =>
        b.GroupNormalization(name, x, Width, affine: true, epsilon: 0);

    public static Signal<double> Instance(NetworkBuilder<double> b, string name, Signal<double> x) =>
        b.GroupNormalization(name, x, Width, affine: false, epsilon: 0);

    /// <summary>Two convolutions, each with an optional bias, a normalization and ReLU, then the mean of each channel.</summary>
    public static Signal<double> Plain(NetworkBuilder<double> b, Norm first, Norm last, bool firstBias = false, bool lastBias = false)
    {
        var x = b.Convolution("conv1", b.Input, Width, 3);
        x = b.Rectify(first(b, "norm1", firstBias ? b.Sum("copy1", b.Bias("bias1", x)) : x));
        x = b.Convolution("conv2", x, Width, 3);
        x = b.Rectify(last(b, "norm2", lastBias ? b.Sum("copy2", b.Bias("bias2", x)) : x));
        return b.GlobalAveragePool("pool", x);
    }

    /// <summary>Two post-activation blocks, the second with a projection.</summary>
    public static Signal<double> ResNet(NetworkBuilder<double> b, Norm norm, bool isProjectionNormalized = true)
    {
        var x = b.Rectify(norm(b, "stem.norm", b.Convolution("stem", b.Input, Width, 3)));
        for (int i = 1; i <= 2; i++)
        {
            string name = $"block{i}";
            int stride = i;
            var shortcut = x;
            if (stride > 1)
            {
                shortcut = b.Convolution($"{name}.projection", x, Width, 1, stride);
                if (isProjectionNormalized) shortcut = norm(b, $"{name}.projection_norm", shortcut);
            }
            var inner = b.Rectify(norm(b, $"{name}.norm1", b.Convolution($"{name}.conv1", x, Width, 3, stride)));
            inner = norm(b, $"{name}.norm2", b.Convolution($"{name}.conv2", inner, Width, 3));
            x = b.Rectify(b.Sum($"{name}.sum", inner, shortcut));
        }
        return b.GlobalAveragePool("pool", x);
    }

    /// <summary>What the shortcut of a pre-activation block is where the shape changes.</summary>
    public enum Shortcut
    {
        /// <summary>A 1x1 convolution of the block's normalized, activated input.</summary>
        NormalizedProjection,

        /// <summary>A 1x1 convolution of the block's raw input.</summary>
        RawProjection,

        /// <summary>The input's mean over 2x2 pixels: no parameters.</summary>
        Pooled,
    }

    /// <summary>Two pre-activation blocks, the second of stride 2.</summary>
    public static Signal<double> PreResNet(
        NetworkBuilder<double> b, Norm norm, Norm last, Shortcut shortcut = Shortcut.NormalizedProjection, bool projectsFirst = false,
        bool deepStem = false)
    {
        var x = b.Convolution("stem", b.Input, Width, 3);
        if (deepStem) x = b.Convolution("stem2", b.Rectify(norm(b, "stem.norm", x)), Width, 3);
        for (int i = 1; i <= 2; i++)
        {
            string name = $"block{i}";
            int stride = i;
            var read = b.Rectify(norm(b, $"{name}.norm1", x));
            var side = stride == 1
                ? projectsFirst ? b.Convolution($"{name}.projection", read, Width, 1) : x
                : shortcut switch
                {
                    Shortcut.RawProjection => b.Convolution($"{name}.projection", x, Width, 1, stride),
                    Shortcut.NormalizedProjection => b.Convolution($"{name}.projection", read, Width, 1, stride),
                    _ => b.AveragePool($"{name}.pool", x, 2, 2),
                };
            var inner = b.Rectify(norm(b, $"{name}.norm2", b.Convolution($"{name}.conv1", read, Width, 3, stride)));
            x = b.Convolution($"{name}.conv2", inner, Width, 3, residual: side);
        }
        return b.GlobalAveragePool("pool", b.Rectify(last(b, "final.norm", x)));
    }
}
