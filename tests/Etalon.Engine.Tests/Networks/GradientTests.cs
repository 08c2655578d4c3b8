namespace Etalon.Engine.Tests.Networks;

/// <summary>Every layer's gradient against central differences in float64, seen through the parameters of the layers around it.</summary>
public class GradientTests
{
    private const int Classes = 3;

    public static TheoryData<string> LayerKinds => [.. Nets.Keys];

    private static readonly Dictionary<string, Func<NetworkBuilder<double>, Signal<double>, Signal<double>>> Nets = new()
    {
        ["convolution 3x3"] = (b, x) => b.Convolution("layer", x, 5, 3),
        ["convolution 3x3 by Winograd"] = (b, x) => b.Convolution("layer 2", b.Convolution("layer", x, 8, 3), 9, 3),
        ["convolution 3x3 / 2"] = (b, x) => b.Convolution("layer", x, 5, 3, stride: 2),
        ["convolution 1x1 / 2"] = (b, x) => b.Convolution("layer", x, 5, 1, stride: 2),
        ["convolution 5x5"] = (b, x) => b.Convolution("layer", x, 2, 5),
        ["convolution 2x2 without padding"] = (b, x) => b.Convolution("layer", x, 2, 2, padding: 0),
        ["residual"] = (b, x) => b.Convolution("layer", b.Rectify(x), 4, 3, residual: x),
        ["residual of a normalized signal"] = (b, x) => b.Convolution("layer", x, 4, 3, residual: b.Rectify(b.BatchNormalization("n", x))),
        ["batch normalization"] = (b, x) => b.BatchNormalization("layer", x),
        ["batch normalization without affine"] = (b, x) => b.BatchNormalization("layer", x, affine: false),
        ["batch normalization with epsilon 0"] = (b, x) => b.BatchNormalization("layer", x, epsilon: 0),
        ["batch normalization and relu"] = (b, x) => b.Rectify(b.BatchNormalization("layer", x)),
        ["group normalization"] = (b, x) => b.Rectify(b.GroupNormalization("layer", x, 2)),
        ["group normalization without affine"] = (b, x) => b.GroupNormalization("layer", x, 2, affine: false, epsilon: 0),
        ["layer normalization"] = (b, x) => b.Rectify(b.GroupNormalization("layer", x, 1)),
        ["instance normalization"] = (b, x) => b.Rectify(b.GroupNormalization("layer", x, 4)),
        ["bias"] = (b, x) => b.Rectify(b.Bias("layer", x)),
        ["relu"] = (b, x) => b.Rectify(x),
        ["sum"] = (b, x) => b.Sum("layer", b.Convolution("other", x, 4, 1), b.Rectify(b.BatchNormalization("n", x))),
        ["relu of a sum, read twice"] = (b, x) =>
        {
            var sum = b.Rectify(b.Sum("layer", x, b.BatchNormalization("n", b.Convolution("other", x, 4, 1))));
            return b.Sum("again", b.BatchNormalization("m", b.Convolution("third", sum, 4, 3)), sum);
        },
        ["projection of a normalized, activated signal"] = (b, x) =>
        {
            var read = b.Rectify(b.BatchNormalization("n", x));
            var shortcut = b.Convolution("projection", read, 6, 1, stride: 2);
            return b.Convolution("second", b.Rectify(b.BatchNormalization("m", b.Convolution("first", read, 6, 3, stride: 2))), 6, 3,
                residual: shortcut);
        },
        ["max pooling"] = (b, x) => b.MaxPool("layer", b.Rectify(b.BatchNormalization("n", x)), 2, 2),
        ["overlapping max pooling"] = (b, x) => b.MaxPool("layer", x, 3, 2),
        ["average pooling"] = (b, x) => b.AveragePool("layer", b.Rectify(x), 2, 2),
        ["global average pooling"] = (b, x) => b.GlobalAveragePool("layer", b.Rectify(b.BatchNormalization("n", x))),
        ["weight-normalized linear"] = (b, x) => b.Rectify(b.Bias("b", b.WeightNormalizedLinear("layer", x, 7))),
        ["linear"] = (b, x) => b.Rectify(b.Bias("b", b.Linear("layer", x, 7))),
        ["rms normalization"] = (b, x) => b.RmsNormalization("layer", x),
        ["rms normalization in parts, of a normalized signal"] = (b, x) => b.RmsNormalization("layer", b.BatchNormalization("n", x), 2),
        ["rms normalization without scale, epsilon 0"] = (b, x) => b.RmsNormalization("layer", x, affine: false, epsilon: 0),
        ["layer normalization of tokens"] = (b, x) => b.TokenNormalization("layer", x),
        ["layer normalization of tokens in parts"] = (b, x) => b.TokenNormalization("layer", x, 2),
        ["layer normalization of tokens, read twice"] = (b, x) =>
            b.Project("again", b.TokenNormalization("layer", x, affine: false, epsilon: 0), 4, residual: x),
        ["gelu"] = (b, x) => b.Gelu("layer", x),
        ["gelu of a normalized signal, read twice"] = (b, x) =>
        {
            var read = b.BatchNormalization("n", x);
            return b.Sum("sum", b.Gelu("layer", read), read);
        },
        ["swiglu"] = (b, x) => b.SwiGlu("layer", b.Project("gate", x, 5), b.Rectify(b.BatchNormalization("n", b.Project("up", x, 5)))),
        ["attention"] = (b, x) =>
            b.CausalAttention("layer", b.Project("q", x, 6), b.Project("k", x, 6), b.Project("v", x, 6), heads: 3),
        ["rotary attention"] = (b, x) =>
            b.CausalAttention("layer", b.Project("q", x, 8), b.Project("k", x, 8), b.Project("v", x, 8), heads: 2, isRotary: true),
        ["attention of normalized signals, read twice"] = (b, x) =>
        {
            Signal<double> q = b.BatchNormalization("n", x), k = b.Rectify(b.Project("k", x, 4)), v = b.Project("v", x, 4);
            return b.Sum("sum", b.CausalAttention("layer", q, k, v, heads: 2), b.Sum("copy", q), k, v);
        },
    };

    [Theory]
    [MemberData(nameof(LayerKinds))]
    public void The_gradient_of_every_layer_agrees_with_central_differences(string kind) =>
        CheckNet(Nets[kind], new SoftmaxCrossEntropy(0.1));

    [Fact]
    public void The_gradient_of_a_transformer_agrees_with_central_differences()
    {
        foreach (var form in Transformers)
        {
            using var workers = new Workers(1);
            using var network = form.Build<double>(2, workers);
            CheckGradient(network, form.RandomBatch<double>(2, seed: 5));
        }
    }

    private static readonly TestTransformer[] Transformers = [TestTransformer.Modern, TestTransformer.Classic];

    [Fact]
    public void Every_layer_of_the_engine_is_among_them()
    {
        using var workers = new Workers(1);
        var checkedLayers = new HashSet<Type>();
        foreach (var form in Transformers)
        {
            using var network = form.Build<double>(1, workers);
            checkedLayers.UnionWith(network.Layers.Select(made => made.GetType().GetGenericTypeDefinition()));
            Assert.Equal(network.Parameters.Tensors, network.Layers.SelectMany(made => made.TrainedTensors));
        }
        foreach (var layer in Nets.Values)
        {
            using var network = Build(layer, new SoftmaxCrossEntropy(), Classes, workers);
            checkedLayers.UnionWith(network.Layers.Select(made => made.GetType().GetGenericTypeDefinition()));
            Assert.Equal(network.Parameters.Tensors, network.Layers.SelectMany(made => made.TrainedTensors));
        }
        Assert.Empty(DerivedTypes.Of(typeof(Layer<>)).Except(checkedLayers));
    }

    [Fact]
    public void The_gradient_of_every_loss_agrees_with_central_differences()
    {
        CheckNet(Nets["relu"], new SoftmaxCrossEntropy());
        CheckNet(Nets["relu"], new SquaredError());
        CheckNet(Nets["relu"], new Logistic(), classes: 2);
    }

    private static void CheckNet(Func<NetworkBuilder<double>, Signal<double>, Signal<double>> layer, Loss loss, int classes = Classes)
    {
        using var workers = new Workers(2);
        using var network = Build(layer, loss, classes, workers);
        CheckGradient(network, TestBatch<double>.Random(7, 60, classes, seed: 5));
    }

    private static void CheckGradient(Network<double> network, TestBatch<double> batch)
    {
        network.Initialize(seed: 3);
        foreach (var tensor in network.Parameters.Tensors)
            if (tensor.Name.EndsWith("scale", StringComparison.Ordinal) || tensor.Name.EndsWith("shift", StringComparison.Ordinal))
                Perturb(tensor.Span);
        batch.Forward(network);
        network.Backward();
        double[] gradient = network.Gradients.Span.ToArray();
        double largest = gradient.Max(Math.Abs);
        foreach (var tensor in network.Parameters.Tensors)
            for (int i = 0; i < tensor.Length; i += 1 + (int)(tensor.Length / 20))
            {
                double numeric = CentralDifference(network, batch, tensor.Span, i);
                double error = Math.Abs(numeric - gradient[tensor.Offset + i]) / largest;
                Assert.True(error < 1e-6,
                    $"{tensor.Name}[{i}]: {gradient[tensor.Offset + i]:R} but the difference quotient is {numeric:R}");
            }
    }

    private static Network<double> Build(Func<NetworkBuilder<double>, Signal<double>, Signal<double>> layer, Loss loss, int classes,
        Workers workers)
    {
        var build = new NetworkBuilder<double>(6, 5, 2);
        var x = layer(build, build.Convolution("before", build.Input, 4, 3));
        return build.Build(build.Linear("head", x, loss.OutputsFor(classes)), loss, maxBatch: 7, workers);
    }

    // The five-point formula: an error of the order h^4, beside a rounding error of 1e-16 / h = 1e-10, leaves room below 1e-6. A larger h
    // would now and then cross the kink of a ReLU or a maximum.
    private static double CentralDifference(Network<double> network, TestBatch<double> batch, Span<double> values, int index)
    {
        const double h = 1e-6;
        double start = values[index];
        double At(double offset, Span<double> of)
        {
            of[index] = start + offset;
            return batch.Forward(network).Loss;
        }
        double quotient = (8 * (At(h, values) - At(-h, values)) - (At(2 * h, values) - At(-2 * h, values))) / (12 * h);
        values[index] = start;
        return quotient;
    }

    private static void Perturb(Span<double> values)
    {
        for (int i = 0; i < values.Length; i++) values[i] += 0.1 * (i % 3 + 1);
    }
}
