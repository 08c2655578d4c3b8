using Etalon.Lab.LinearProbes;
using Etalon.Lab.Models;

namespace Etalon.Lab.Tests.LinearProbes;

/// <summary>Features are what the head reads: its weights and biases make the network's outputs of them.</summary>
public class FeatureTests
{
    [Theory]
    [InlineData("{name: cnn, width: 4}", 16)]
    [InlineData("{name: cnn, width: 4, norm: none}", 16)]
    [InlineData("{name: preresnet-8, width: 4, norm: group, groups: 2}", 16)]
    [InlineData("{name: resnet-8, width: 4}", 16)]
    [InlineData("{name: mlp, hidden: [20, 12]}", 12)] // the head reads through a normalization and a ReLU
    [InlineData("{name: mlp, hidden: [20, 12], norm: none}", 12)]
    public void The_heads_weights_and_bias_make_the_outputs_of_them(string model, int dimension)
    {
        using var trainer = DigitFeatures.Trainer<double>($"model={model}", "duration=1ep");
        var (network, test) = (trainer.Network, DigitFeatures.Digits.OfClasses([0, 1, 2, 3, 4, 5]));
        var features = FeatureReader.Read(network, test, test.Test, TestContext.Current.CancellationToken);
        Assert.Equal((test.Test.Count, dimension, 6), (features.Count, features.Dimension, features.ClassCount));
        Assert.True(features.Values.ContainsAnyExcept(0));
        var head = new LinearClassifier(network.Parameters["head.weight"].Span.ToArray(), network.Parameters["head.bias"].Span.ToArray());
        Assert.Equal(trainer.Evaluate().Accuracy, head.AccuracyOn(features));

        // The last batch is still in the network.
        int last = test.Test.Count - 1, place = last % network.MaxBatch;
        for (int c = 0; c < 6; c++)
        {
            double score = head.Biases[c] + Enumerable.Range(0, dimension).Sum(j => features.Row(last)[j] * head.Weights[j * 6 + c]);
            // Sums of a dozen products of order 1, in another order.
            Assert.Equal(network.OutputsOf(place)[c], score, 1e-12);
        }
    }

    [Fact]
    public void A_signal_of_another_network_a_wrong_length_and_a_wrong_image_are_refused()
    {
        using var trainer = DigitFeatures.Trainer<float>("duration=1ba");
        using var other = DigitFeatures.Trainer<float>("duration=1ba");
        var signal = Model.FeaturesOf(trainer.Network);
        Assert.Contains("another network",
            Assert.Throws<ArgumentException>(() => trainer.Network.CopyValues(Model.FeaturesOf(other.Network), 0, new float[8])).Message,
            StringComparison.Ordinal);
        Assert.Contains("8 values", Assert.Throws<ArgumentException>(() => trainer.Network.CopyValues(signal, 0, new float[9])).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => trainer.Network.CopyValues(signal, 1000, new float[8]));
    }

    [Fact]
    public void Reading_features_changes_nothing_in_the_network_and_a_target_may_have_more_classes()
    {
        using var trainer = DigitFeatures.Trainer<float>("data.classes=[0, 1]", "duration=2ba");
        float[] weights = trainer.Network.Parameters.Span.ToArray(), state = trainer.Network.State.Span.ToArray();
        var features =
            FeatureReader.Read(trainer.Network, DigitFeatures.Digits, DigitFeatures.Digits.Test, TestContext.Current.CancellationToken);
        Assert.Equal(10, features.ClassCount);
        Assert.Equal(DigitFeatures.Digits.Test.Labels.ToArray().Select(label => (int)label), features.Labels.ToArray());
        Assert.Equal(weights, trainer.Network.Parameters.Span.ToArray());
        Assert.Equal(state, trainer.Network.State.Span.ToArray());
    }

    [Fact]
    public void The_scale_gives_mean_0_and_variance_1_and_a_constant_feature_0()
    {
        var scaled = FeatureScale.Of(Table).Apply(Table);
        // 1, 2, 6 have the mean 3 and the variance 14/3.
        double[] expected = [-2, -1, 3];
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(expected[i] / Math.Sqrt(14 / 3.0), scaled.Row(i)[0], 1e-15);
            Assert.Equal(0, scaled.Row(i)[1]);
        }
    }

    [Fact]
    public void A_table_whose_sizes_or_labels_do_not_fit_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new FeatureTable([1, 2, 3], [0, 1], 2));
        Assert.Throws<ArgumentException>(() => new FeatureTable([], [], 2));
        Assert.Contains("label 2 of example 1", Assert.Throws<ArgumentException>(() => new FeatureTable([1, 2], [0, 2], 2)).Message,
            StringComparison.Ordinal);
    }

    private static FeatureTable Table => new([1, 7.1, 2, 7.1, 6, 7.1], [0, 1, 0], 2);
}
