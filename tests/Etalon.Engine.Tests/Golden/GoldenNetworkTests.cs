using System.Numerics;
using Etalon.Engine.Layers;
using Etalon.Engine.Losses;
using Etalon.Engine.Memory;
using Etalon.Engine.Optimizers;
using Etalon.Engine.Parallel;
using Etalon.Engine.Tests.Networks;

namespace Etalon.Engine.Tests.Golden;

/// <summary>A PreResNet-8 against what PyTorch computed in float64; errors are relative to the largest entry of each tensor.</summary>
public sealed class GoldenNetworkTests
{
    // Measured: at most 2e-14, with direct convolutions and by Winograd; 1e-12 leaves room for another order of sums, not for another formula.
    private const double InFloat64 = 1e-12;

    // Measured: 3.4e-6 and 8.6e-6; PyTorch's own float32 stays within 2.5e-6 of its float64.
    private const double InFloat32 = 1e-5, InFloat32ByWinograd = 1e-4;

    private const int Images = 5;

    private static readonly GoldenFile Golden = GoldenFile.Load();
    private static readonly double[] Rates = [0.1, 0.05, 0.2];

    private static readonly Dictionary<string, SgdOptions> Forms = new()
    {
        ["heavy_ball"] = new(),
        ["dampened"] = new() { Dampening = 0.1 },
        ["nesterov"] = new() { IsNesterov = true },
        ["decoupled"] = new() { IsDecayDecoupled = true },
    };

    public static TheoryData<string, bool> Networks => Both("batch4", "batch8", "group4", "layer4", "instance4");

    public static TheoryData<string, bool> Optimizers => Both([.. Forms.Keys]);

    [Theory]
    [MemberData(nameof(Networks))]
    public void Logits_loss_and_gradients_are_those_of_PyTorch_in_float64(string name, bool isDirect) => CheckGradients<double>(name, isDirect, InFloat64);

    [Theory]
    [MemberData(nameof(Networks))]
    public void Logits_loss_and_gradients_are_those_of_PyTorch_in_float32(string name, bool isDirect) =>
        CheckGradients<float>(name, isDirect, isDirect ? InFloat32 : InFloat32ByWinograd);

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Three_steps_lead_where_PyTorch_leads_in_float64(string form, bool isDirect) => CheckSteps<double>(form, isDirect, InFloat64);

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Three_steps_lead_where_PyTorch_leads_in_float32(string form, bool isDirect) =>
        CheckSteps<float>(form, isDirect, isDirect ? InFloat32 : InFloat32ByWinograd);

    private static TheoryData<string, bool> Both(params string[] names)
    {
        var cases = new TheoryData<string, bool>();
        foreach (var name in names)
        {
            cases.Add(name, true);
            cases.Add(name, false);
        }
        return cases;
    }

    private static void CheckGradients<T>(string name, bool isDirect, double bound) where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var workers = new Workers(2);
        using var network = CreateNetwork<T>(name, isDirect, workers);
        using var data = ReadData<T>("data1");
        var result = data.Forward(network);
        AssertClose(Golden[$"{name}.logits"], LogitsOf(network), bound);
        network.Backward();
        AssertClose(Golden[$"{name}.loss"], [T.CreateChecked(result.Loss)], bound);
        AssertRegion($"{name}.gradient.", network.Gradients, bound);
    }

    private static void CheckSteps<T>(string form, bool isDirect, double bound) where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var workers = new Workers(2);
        using var network = CreateNetwork<T>("batch4", isDirect, workers);
        using var sgd = new Sgd<T>(network.Parameters, network.Gradients, Forms[form]);
        var losses = new T[Rates.Length];
        for (var step = 0; step < Rates.Length; step++)
        {
            using var data = ReadData<T>($"data{step + 1}");
            losses[step] = T.CreateChecked(data.Forward(network).Loss);
            network.Backward();
            sgd.Update([new SgdNumbers(Rates[step], WeightDecay: 5e-4, Momentum: 0.9)], workers);
        }
        AssertClose(Golden[$"batch4.{form}.losses"], losses, bound);
        AssertRegion($"batch4.{form}.", network.Parameters, bound);
        AssertRegion($"batch4.{form}.", network.State, bound);
        using var first = ReadData<T>("data1");
        first.Forward(network, isTraining: false);
        AssertClose(Golden[$"batch4.{form}.evaluated"], LogitsOf(network), bound);
    }

    private static Network<T> CreateNetwork<T>(string name, bool isDirect, Workers workers) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var build = new NetworkBuilder<T>(8, 8, 3, isDirect);
        var width = name == "batch8" ? 8 : 4;
        var x = build.Convolution("stem", build.Input, width, 3);
        for (var stage = 1; stage <= 3; stage++)
        {
            var block = $"stage{stage}.block1";
            int outputs = width << (stage - 1), stride = stage == 1 ? 1 : 2;
            var active = build.Rectify(Normalize(build, name, $"{block}.norm1", x));
            var shortcut = stage == 1 ? x : build.Convolution($"{block}.projection", active, outputs, 1, stride);
            var y = build.Convolution($"{block}.conv1", active, outputs, 3, stride);
            x = build.Convolution($"{block}.conv2", build.Rectify(Normalize(build, name, $"{block}.norm2", y)), outputs, 3, residual: shortcut);
        }
        x = build.GlobalAveragePool("pool", build.Rectify(Normalize(build, name, "final.norm", x)));
        x = build.Bias("head.bias", build.Linear("head", x, 10));
        var network = build.Build(x, new SoftmaxCrossEntropy(), Images, workers);
        network.Initialize(seed: 1);
        var initial = name == "batch8" ? "batch8.initial." : "batch4.initial.";
        Assert.Equal(Golden.Under(initial).Select(pair => pair.Name).Order(), network.Parameters.Tensors.Select(tensor => tensor.Name).Order());
        foreach (var (parameter, golden) in Golden.Under(initial))
        {
            Assert.Equal(golden.Shape, network.Parameters[parameter].Shape);
            golden.As<T>().CopyTo(network.Parameters[parameter].Span);
        }
        return network;
    }

    private static Signal<T> Normalize<T>(NetworkBuilder<T> build, string network, string layer, Signal<T> x) where T : unmanaged, IFloatingPointIeee754<T> => network switch
    {
        "group4" => build.GroupNormalization(layer, x, 2),
        "layer4" => build.GroupNormalization(layer, x, 1),
        "instance4" => build.GroupNormalization(layer, x, x.Map.Channels),
        _ => build.BatchNormalization(layer, x),
    };

    private static TestBatch<T> ReadData<T>(string name) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var data = new TestBatch<T>(Images, 8 * 8 * 3);
        Golden[$"{name}.images"].As<T>().CopyTo(data.Images.Span);
        Golden[$"{name}.labels"].As<int>().CopyTo(data.Labels.Span);
        return data;
    }

    private static T[] LogitsOf<T>(Network<T> network) where T : unmanaged, IFloatingPointIeee754<T>
        => [.. Enumerable.Range(0, Images).SelectMany(image => network.OutputsOf(image).ToArray())];

    private static void AssertRegion<T>(string prefix, Region<T> region, double bound) where T : unmanaged, IFloatingPointIeee754<T>
        => Assert.All(region.Tensors, tensor => AssertClose(Golden[prefix + tensor.Name], tensor.Span, bound));

    private static void AssertClose<T>(GoldenTensor golden, ReadOnlySpan<T> actual, double bound) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var error = golden.RelativeErrorOf(actual);
        Assert.True(error <= bound, $"{golden.Name} is off by {error:E1} of its largest entry; at most {bound:E0} was allowed");
    }
}
