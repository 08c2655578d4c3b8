namespace Etalon.Engine.Tests.Networks;

public sealed class TrainAndPredictTests : IDisposable
{
    private readonly Workers _workers = new(2);
    private readonly float[] _images = new float[7 * 16];
    private readonly int[] _labels = [0, 1, 2, 2];

    public TrainAndPredictTests()
    {
        var numbers = new CounterStream(seed: 5, "images");
        foreach (ref float pixel in _images.AsSpan()) pixel = (float)numbers.NextNormal();
    }

    public void Dispose() => _workers.Dispose();

    private Network<float> Build(bool isInitialized = true)
    {
        var build = new NetworkBuilder<float>(4, 4, 1);
        var x = build.Rectify(build.BatchNormalization("norm", build.Convolution("conv", build.Input, 6, kernel: 3)));
        var network = build.Build(build.Linear("head", x, 3), new SoftmaxCrossEntropy(), maxBatch: 4, _workers);
        if (isInitialized) network.Initialize(seed: 1);
        return network;
    }

    [Fact]
    public void A_step_of_Train_is_the_three_calls_that_it_stands_for()
    {
        var numbers = new Hyperparameters(0.1, 1e-3, 0.9);
        using Network<float> one = Build(), other = Build();
        using var first = new Sgd<float>(one.Parameters, one.Gradients, new SgdOptions());
        using var second = new Sgd<float>(other.Parameters, other.Gradients, new SgdOptions());
        for (int step = 0; step < 3; step++)
        {
            var result = one.Train(_images.AsSpan(0, 4 * 16), _labels, first, numbers);
            Assert.Equal(other.Forward(_images.AsSpan(0, 4 * 16), _labels, isTraining: true), result);
            other.Backward();
            Assert.True(second.Update([numbers], _workers));
        }
        Assert.Equal(other.Parameters.Span.ToArray(), one.Parameters.Span.ToArray());
    }

    [Fact]
    public void More_images_than_a_batch_are_predicted_as_each_by_itself()
    {
        using var network = Build();
        float[] outputs = new float[7 * 3];
        network.Predict(_images, outputs);
        for (int image = 0; image < 7; image++)
        {
            network.Forward(_images.AsSpan(image * 16, 16), [2], isTraining: false);
            Assert.Equal(network.OutputsOf(0).ToArray(), outputs[(image * 3)..(image * 3 + 3)]);
        }
    }

    [Fact]
    public void Parts_of_images_and_too_little_room_are_refused()
    {
        using var network = Build();
        var parts = Assert.Throws<ArgumentException>("images", () => network.Predict(new float[17], new float[3]));
        Assert.Contains("no whole images of 16", parts.Message, StringComparison.Ordinal);
        var room = Assert.Throws<ArgumentException>("outputs", () => network.Predict(new float[32], new float[5]));
        Assert.Contains("2 images have 6 outputs", room.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void A_label_that_is_no_class_is_refused_with_its_image(int label)
    {
        using var network = Build();
        using var sgd = new Sgd<float>(network.Parameters, network.Gradients, new SgdOptions());
        float[] before = network.Parameters.Span.ToArray();
        var error = Assert.Throws<ArgumentException>("labels", () =>
            network.Train(_images.AsSpan(0, 4 * 16), [0, 1, label, 2], sgd, new Hyperparameters(0.1, 0, 0.9)));
        Assert.Contains(
            $"label {label} of image 2 of the batch is no class: the outputs tell 0 to 2", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, network.Parameters.Span.ToArray());
    }

    [Fact]
    public void A_gradient_that_is_not_finite_changes_nothing_and_names_the_layer()
    {
        using var network = Build();
        using var sgd = new Sgd<float>(network.Parameters, network.Gradients, new SgdOptions());
        network.Parameters["head.weight"].Span[0] = float.NaN;
        float[] before = network.Parameters.Span.ToArray();
        var error = Assert.Throws<NonFiniteGradientException>(() =>
            network.Train(_images.AsSpan(0, 4 * 16), _labels, sgd, new Hyperparameters(0.1, 0, 0.9)));
        Assert.Equal("head", error.Layer);
        Assert.Equal(before, network.Parameters.Span.ToArray());
    }

    [Fact]
    public void An_image_that_is_not_finite_is_named_and_leaves_weights_and_running_statistics_as_they_were()
    {
        using var network = Build();
        using var sgd = new Sgd<float>(network.Parameters, network.Gradients, new SgdOptions());
        float[] weights = network.Parameters.Span.ToArray(), state = network.State.Span.ToArray(), images = [.. _images[..(4 * 16)]];
        images[2 * 16 + 5] = float.NaN;
        var error = Assert.Throws<NonFiniteGradientException>(() =>
            network.Train(images, _labels, sgd, new Hyperparameters(0.1, 0, 0.9)));
        Assert.Equal(2, error.Image);
        Assert.Contains("image 2 of the batch has a number that is not finite", error.Message, StringComparison.Ordinal);
        Assert.Equal(weights, network.Parameters.Span.ToArray());
        Assert.Equal(state, network.State.Span.ToArray());
    }

    [Fact]
    public void A_builder_builds_one_network()
    {
        var build = new NetworkBuilder<float>(4, 4, 1);
        var x = build.Linear("head", build.Input, 3);
        using var network = build.Build(x, new SoftmaxCrossEntropy(), maxBatch: 4, _workers);
        network.Initialize(seed: 1);
        float[] before = new float[4 * 3], after = new float[4 * 3];
        network.Predict(_images.AsSpan(0, 4 * 16), before);
        var error = Assert.Throws<InvalidOperationException>(() => build.Build(x, new SoftmaxCrossEntropy(), maxBatch: 4, _workers));
        Assert.Contains("make another builder", error.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => build.Describe(x, new SoftmaxCrossEntropy()));
        Assert.Throws<InvalidOperationException>(() => build.MemoryOf(x, new SoftmaxCrossEntropy(), maxBatch: 4, threads: 1));
        network.Predict(_images.AsSpan(0, 4 * 16), after);
        Assert.Equal(before, after);
    }

    [Fact]
    public void Weights_that_nobody_set_are_refused_and_those_that_somebody_set_are_not()
    {
        using var network = Build(isInitialized: false);
        using var sgd = new Sgd<float>(network.Parameters, network.Gradients, new SgdOptions());
        var error = Assert.Throws<InvalidOperationException>(() => Train(network, sgd, new Hyperparameters(0.1, 0, 0.9)));
        Assert.Contains("call Initialize(seed: 1) or Load before Train", error.Message, StringComparison.Ordinal);
        network.Parameters["conv.weight"].Span[0] = 1;
        Train(network, sgd, new Hyperparameters(0.1, 0, 0.9));
    }

    [Fact]
    public void One_layer_may_begin_at_zero()
    {
        var build = new NetworkBuilder<float>(4, 4, 1);
        using var network = build.Build(build.Linear("head", build.Input, 3), new SoftmaxCrossEntropy(), maxBatch: 4, _workers);
        using var sgd = new Sgd<float>(network.Parameters, network.Gradients, new SgdOptions());
        double before = Train(network, sgd, new Hyperparameters(0.1, 0, 0.9)).Loss;
        Assert.InRange(Train(network, sgd, new Hyperparameters(0.1, 0, 0.9)).Loss, 0, 0.99 * before);
    }

    [Fact]
    public void An_optimizer_of_another_network_is_refused()
    {
        using Network<float> network = Build(), other = Build();
        using var sgd = new Sgd<float>(other.Parameters, other.Gradients, new SgdOptions());
        var error = Assert.Throws<ArgumentException>("optimizer", () => Train(network, sgd, new Hyperparameters(0.1, 0, 0.9)));
        Assert.Contains("make one of network.Parameters and network.Gradients", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-0.1, 0, 0.9, "the rate of an update is -0.1: it must be finite and at least 0; does the schedule fall on below 0")]
    [InlineData(double.NaN, 0, 0.9, "the rate of an update is NaN")]
    [InlineData(0.1, double.NaN, 0.9, "the weight decay of an update is NaN: they must be finite; write 0 for no decay")]
    [InlineData(0.1, 0, -1, "the momentum of an update is -1: it must be finite and at least 0; the usual choice is 0.9")]
    [InlineData(0.1, 0, 1, "the momentum of the first update is 1: with 1 or more the buffer forgets nothing; the usual choice is 0.9")]
    public void Numbers_that_cannot_be_meant_are_told_one_by_one_with_the_remedy(double rate, double decay, double momentum, string said)
    {
        using var network = Build();
        using var sgd = new Sgd<float>(network.Parameters, network.Gradients, new SgdOptions());
        string message = Assert.Throws<ArgumentOutOfRangeException>(() =>
            Train(network, sgd, new Hyperparameters(rate, decay, momentum))).Message;
        Assert.StartsWith(said, message, StringComparison.Ordinal);
        Assert.DoesNotContain("Hyperparameters {", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_named_with_what_to_do()
    {
        using var network = Build();
        string folder = Path.Combine(Path.GetTempPath(), "etalon-no-such-folder");
        var error = Assert.Throws<DirectoryNotFoundException>(() => network.Save(Path.Combine(folder, "net.safetensors")));
        Assert.Contains($"there is no folder {folder}; create it before", error.Message, StringComparison.Ordinal);
    }

    private LossResult Train(Network<float> network, Optimizer<float> optimizer, Hyperparameters numbers) =>
        network.Train(_images.AsSpan(0, 4 * 16), _labels, optimizer, numbers);
}
