using System.Numerics;
using Etalon.Engine;

namespace Etalon.Lab.Models;

/// <summary>
/// The residual network with normalization and ReLU before each convolution: a 3x3 stem, three stages of n blocks at width, 2 width and
/// 4 width channels, normalization, ReLU and a global mean; depth 6n + 2. He, Zhang, Ren, Sun, "Identity mappings in deep residual
/// networks", ECCV 2016.
/// </summary>
/// <remarks>Where the shape changes, the shortcut is a 1x1 convolution that reads the block's normalized, activated input.</remarks>
internal static class PreActivationNetwork
{
    public static Signal<T> Features<T>(NetworkBuilder<T> build, ModelSpec spec) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var x = build.Convolution("stem", build.Input, spec.Width, kernel: 3);
        foreach (var block in ResidualBlock.All(spec)) x = Block(build, spec, block, x);
        return build.GlobalAveragePool("pool", build.NormalizeAndRectify(spec, "final.norm", x));
    }

    private static Signal<T> Block<T>(NetworkBuilder<T> build, ModelSpec spec, ResidualBlock block, Signal<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var read = build.NormalizeAndRectify(spec, $"{block.Name}.norm1", x);
        var shortcut = block.Changes(x) ? build.Convolution($"{block.Name}.projection", read, block.Channels, kernel: 1, block.Stride) : x;
        var inner = build.Convolution($"{block.Name}.conv1", read, block.Channels, kernel: 3, block.Stride);
        return build.Convolution(
            $"{block.Name}.conv2", build.NormalizeAndRectify(spec, $"{block.Name}.norm2", inner), block.Channels, kernel: 3,
            residual: shortcut);
    }
}
