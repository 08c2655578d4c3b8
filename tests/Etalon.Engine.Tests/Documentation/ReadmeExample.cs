namespace Etalon.Engine.Tests.Documentation;

/// <summary>The ten lines of the package's README, compiled and run.</summary>
internal static class ReadmeExample
{
    public static double Run(float[] images, int[] labels, float[] logits)
    {
        using var workers = new Workers(2);
        var build = new NetworkBuilder<float>(height: 8, width: 8, channels: 1);
        var x = build.Rectify(build.BatchNormalization("norm", build.Convolution("conv", build.Input, outputs: 16, kernel: 3)));
        x = build.Linear("head", build.GlobalAveragePool("pool", x), outputs: 10);
        using var network = build.Build(x, new SoftmaxCrossEntropy(), maxBatch: 32, workers);
        network.Initialize(seed: 1);
        using var sgd = new Sgd<float>(network.Parameters, network.Gradients, new SgdOptions());
        LossResult step = network.Train(images, labels, sgd, new Hyperparameters(Rate: 0.1, WeightDecay: 5e-4, Momentum: 0.9));
        network.Save("digits.safetensors", TensorLayout.PyTorch);
        network.Predict(images, logits);
        return step.Loss;
    }
}
