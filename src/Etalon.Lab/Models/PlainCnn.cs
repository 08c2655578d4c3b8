using System.Numerics;
using Etalon.Engine;

namespace Etalon.Lab.Models;

/// <summary>
/// A plain convolutional network in the manner of VGG (Simonyan and Zisserman, ICLR 2015): three stages of two 3x3 convolutions, each with
/// normalization (or bias where there is none) and ReLU, of width, 2 width and 4 width channels, max pooling between them, and a global
/// mean.
/// </summary>
internal static class PlainCnn
{
    private const int Stages = 3, ConvolutionsPerStage = 2;

    public static Signal<T> Features<T>(NetworkBuilder<T> build, ModelSpec spec) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var x = build.Input;
        for (int stage = 1; stage <= Stages; stage++)
        {
            for (int i = 1; i <= ConvolutionsPerStage; i++)
            {
                string name = $"stage{stage}.conv{i}";
                x = build.Convolution(name, x, spec.Width << (stage - 1), kernel: 3);
                x = spec.Norm == NormKind.None
                    ? build.Rectify(build.Bias($"{name}.bias", x))
                    : build.NormalizeAndRectify(spec, $"stage{stage}.norm{i}", x);
            }
            if (stage < Stages) x = build.MaxPool($"stage{stage}.pool", x, size: 2, stride: 2);
        }
        return build.GlobalAveragePool("pool", x);
    }
}
