using System.Numerics;

namespace Etalon.Engine.Tests.Networks;

/// <summary>PreResNet-8 as He's second paper describes it, with any normalization.</summary>
internal static class PreResNet8
{
    public static Network<T> Build<T>(
        int size, int width, int maxBatch, Workers workers, Func<NetworkBuilder<T>, string, Signal<T>, Signal<T>> normalize,
        bool isDirect = false, Communicator? ranks = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var build = new NetworkBuilder<T>(size, size, 3, isDirect);
        var x = build.Convolution("stem", build.Input, width, 3);
        for (int stage = 1; stage <= 3; stage++)
        {
            string block = $"stage{stage}.block1";
            int channels = width << (stage - 1), stride = stage == 1 ? 1 : 2;
            var read = build.Rectify(normalize(build, $"{block}.norm1", x));
            var shortcut = stage == 1 ? x : build.Convolution($"{block}.projection", read, channels, 1, stride);
            var inner = build.Rectify(normalize(build, $"{block}.norm2", build.Convolution($"{block}.conv1", read, channels, 3, stride)));
            x = build.Convolution($"{block}.conv2", inner, channels, 3, residual: shortcut);
        }
        x = build.GlobalAveragePool("pool", build.Rectify(normalize(build, "final.norm", x)));
        return build.Build(build.Bias("head.bias", build.Linear("head", x, 10)), new SoftmaxCrossEntropy(), maxBatch, workers,
            ranks);
    }

    public static Signal<T> BatchNorm<T>(NetworkBuilder<T> build, string name, Signal<T> x) where T : unmanaged, IFloatingPointIeee754<T> =>
        build.BatchNormalization(name, x);
}
