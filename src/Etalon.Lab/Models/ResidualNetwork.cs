using System.Numerics;
using Etalon.Engine;

namespace Etalon.Lab.Models;

/// <summary>
/// The residual network with normalization after each convolution and ReLU after each addition: a 3x3 stem, three stages of n blocks at
/// width, 2 width and 4 width channels, and a global mean; depth 6n + 2. He, Zhang, Ren, Sun, "Deep residual learning", CVPR 2016.
/// </summary>
/// <remarks>Where the shape changes, the shortcut is a 1x1 convolution with a normalization.</remarks>
internal static class ResidualNetwork
{
    public static Signal<T> Features<T>(NetworkBuilder<T> build, ModelSpec spec) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var x = build.NormalizeAndRectify(spec, "stem.norm", build.Convolution("stem", build.Input, spec.Width, kernel: 3));
        foreach (var block in ResidualBlock.All(spec)) x = Block(build, spec, block, x);
        return build.GlobalAveragePool("pool", x);
    }

    private static Signal<T> Block<T>(NetworkBuilder<T> build, ModelSpec spec, ResidualBlock block, Signal<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var shortcut = block.Changes(x)
            ? build.Normalize(spec, $"{block.Name}.projection_norm",
            build.Convolution($"{block.Name}.projection", x, block.Channels, kernel: 1, block.Stride))
            : x;
        var inner = build.NormalizeAndRectify(
            spec, $"{block.Name}.norm1", build.Convolution($"{block.Name}.conv1", x, block.Channels, kernel: 3, block.Stride));
        inner = build.Normalize(spec, $"{block.Name}.norm2", build.Convolution($"{block.Name}.conv2", inner, block.Channels, kernel: 3));
        return build.Rectify(build.Sum($"{block.Name}.sum", inner, shortcut));
    }
}
