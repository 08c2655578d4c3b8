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

    private Network<float> Build()
    {
        var build = new NetworkBuilder<float>(4, 4, 1);
        var x = build.Rectify(build.BatchNormalization("norm", build.Convolution("conv", build.Input, 6, kernel: 3)));
        var network = build.Build(build.Linear("head", x, 3), new SoftmaxCrossEntropy(), maxBatch: 4, _workers);
        network.Initialize(seed: 1);
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
}
