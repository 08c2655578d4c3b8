using System.Numerics;
using Etalon.Engine.Tests.Golden;

namespace Etalon.Engine.Tests.Networks;

/// <summary>A whole network against what PyTorch computed in float64: outputs, loss, gradients and three steps of SGD.</summary>
public sealed class PyTorchTests : IDisposable
{
    // Relative to the largest entry of a tensor. Float32 has 24 bits: a few hundred roundings in a network of this depth make 1e-5;
    // Winograd's transforms multiply them by about ten.
    private const double Float64 = 1e-12, Float32 = 1e-5, Float32Winograd = 1e-4;

    private static readonly GoldenFile Golden = GoldenFile.Load();
    private readonly Workers _workers = new(2);

    public void Dispose() => _workers.Dispose();

    [Theory]
    [InlineData("batch4")]
    [InlineData("batch8")]
    [InlineData("group4")]
    [InlineData("layer4")]
    [InlineData("instance4")]
    public void Outputs_loss_and_gradients_are_those_of_PyTorch(string name)
    {
        CheckGradients<double>(name, isDirect: true, Float64);
        CheckGradients<double>(name, isDirect: false, Float64);
        CheckGradients<float>(name, isDirect: true, Float32);
        CheckGradients<float>(name, isDirect: false, Float32Winograd);
    }

    [Theory]
    [InlineData("heavy_ball")]
    [InlineData("dampened")]
    [InlineData("nesterov")]
    [InlineData("decoupled")]
    public void Three_steps_of_SGD_are_those_of_PyTorch(string optimizer)
    {
        CheckSteps<double>(optimizer, isDirect: true, Float64);
        CheckSteps<double>(optimizer, isDirect: false, Float64);
        CheckSteps<float>(optimizer, isDirect: true, Float32);
        CheckSteps<float>(optimizer, isDirect: false, Float32Winograd);
    }

    private void CheckGradients<T>(string name, bool isDirect, double tolerance) where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var network = Build<T>(name, isDirect);
        var batch = Batch<T>("data1");
        double loss = batch.Forward(network).Loss;
        network.Backward();

        Agree(Golden[$"{name}.loss"], [T.CreateTruncating(loss)], tolerance);
        Agree(Golden[$"{name}.logits"], Outputs(network), tolerance);
        foreach (var (parameter, gradient) in Golden.Under($"{name}.gradient."))
            Agree(gradient, network.Gradients[parameter].Span, tolerance);
    }

    private void CheckSteps<T>(string optimizer, bool isDirect, double tolerance) where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var network = Build<T>("batch4", isDirect);
        var options = new SgdOptions
        {
            IsNesterov = optimizer == "nesterov",
            Dampening = optimizer == "dampened" ? 0.1 : 0,
            IsDecayDecoupled = optimizer == "decoupled",
        };
        using var sgd = new Sgd<T>(network.Parameters, network.Gradients, options);
        double[] rates = [0.1, 0.05, 0.2];
        for (int step = 0; step < 3; step++)
        {
            var batch = Batch<T>($"data{step + 1}");
            batch.Forward(network);
            network.Backward();
            sgd.Update([new(rates[step], 5e-4, 0.9)], _workers);
        }

        foreach (var tensor in network.Parameters.Tensors) Agree(Golden[$"batch4.{optimizer}.{tensor.Name}"], tensor.Span, tolerance);
        foreach (var tensor in network.State.Tensors)
            Agree(Golden[$"batch4.{optimizer}.{tensor.Name}"], tensor.Span, tolerance);
        var data = Batch<T>("data1");
        data.Forward(network, isTraining: false);
        Agree(Golden[$"batch4.{optimizer}.evaluated"], Outputs(network), tolerance);
    }

    private Network<T> Build<T>(string name, bool isDirect) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int width = name == "batch8" ? 8 : 4;
        var network = PreResNet8.Build<T>(8, width, maxBatch: 5, _workers, Norm<T>(name), isDirect);
        network.Initialize(seed: 1);
        string start = name == "batch8" ? "batch8.initial" : "batch4.initial";
        foreach (var tensor in network.Parameters.Tensors) Golden[$"{start}.{tensor.Name}"].As<T>().CopyTo(tensor.Span);
        return network;
    }

    private static Func<NetworkBuilder<T>, string, Signal<T>, Signal<T>> Norm<T>(string name)
        where T : unmanaged, IFloatingPointIeee754<T> => name switch
        {
            "group4" => (b, n, x) => b.GroupNormalization(n, x, 2),
            "layer4" => (b, n, x) => b.GroupNormalization(n, x, 1),
            "instance4" => (b, n, x) => b.GroupNormalization(n, x, x.Map.Channels),
            _ => PreResNet8.BatchNorm,
        };

    private static TestBatch<T> Batch<T>(string data) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var batch = new TestBatch<T>(5, 8 * 8 * 3);
        Golden[$"{data}.images"].As<T>().CopyTo(batch.Images);
        Golden[$"{data}.labels"].Values.Select(label => (int)label).ToArray().CopyTo(batch.Labels);
        return batch;
    }

    private static T[] Outputs<T>(Network<T> network) where T : unmanaged, IFloatingPointIeee754<T> =>
        [.. Enumerable.Range(0, 5).SelectMany(image => network.OutputsOf(image).ToArray())];

    private static void Agree<T>(GoldenTensor golden, ReadOnlySpan<T> values, double tolerance)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double error = golden.RelativeErrorOf(values);
        Assert.True(error <= tolerance,
            $"{golden.Name} is off by {error:E1} of its largest entry in {typeof(T).Name}; {tolerance:E0} is allowed");
    }
}
