using Etalon.Engine.Tests.Networks;

namespace Etalon.Engine.Tests.Optimizers;

/// <summary>
/// Gradient descent on weight-normalized parameters v is WNGrad on the sphere of their directions w = v / |v|, in the lagged order, with b
/// = |v|^2.
/// </summary>
public sealed class WeightNormalizationTests : IDisposable
{
    private const int Units = 5, Pixels = 16, Steps = 300;

    private readonly Workers _workers = new(2);

    public void Dispose() => _workers.Dispose();

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.5)]
    [InlineData(50)]
    public void Descent_on_a_weight_normalized_layer_is_lagged_wngrad_on_the_sphere(double rate)
    {
        using var normalized = Build((b, x) => b.WeightNormalizedLinear("layer", x, Units));
        using var plain = Build((b, x) => b.Linear("layer", x, Units));
        using var descent = new Sgd<double>(normalized.Parameters, normalized.Gradients, new SgdOptions());
        using var wngrad = new WnGrad<double>(plain.Parameters, plain.Gradients,
            new WnGradOptions { Scope = StepSizeScope.Channel, Order = WnGradOrder.Lagged });
        Span<double> v = normalized.Parameters.Tensors[0].Span, w = plain.Parameters.Tensors[0].Span, g = plain.Gradients.Tensors[0].Span;
        v.CopyTo(w);
        Norms(v).CopyTo(wngrad.Accumulators.Tensors[0].Span);
        Normalize(w);

        double first = Norms(v)[0];
        for (int step = 0; step < Steps; step++)
        {
            var batch = TestBatch<double>.Random(6, Pixels, 3, seed: (ulong)step);
            batch.Forward(normalized);
            normalized.Backward();
            descent.Update([new(rate, 0, 0)], _workers);

            batch.Forward(plain);
            plain.Backward();
            Project(g, w);
            wngrad.Update([new(rate, 0, 0)], _workers);
            Normalize(w);

            var (norms, divisors) = (Norms(v), wngrad.Divisors(0));
            for (int c = 0; c < Units; c++) Assert.Equal(norms[c], divisors[c], 1e-12 * norms[c]);
            for (int i = 0; i < w.Length; i++) Assert.Equal(v[i] / Math.Sqrt(norms[i % Units]), w[i], 1e-12);
            // The rate that WNGrad has come to is the effective rate eta / |v|^2 of the scale-invariant weights.
            Assert.Equal(norms.Average(norm => rate / norm), wngrad.RateOf(0), 1e-12 * rate / norms.Min());
        }
        Assert.True(Norms(v)[0] > first);
    }

    [Fact]
    public void A_weight_normalized_layer_is_scale_invariant_and_a_plain_one_is_not()
    {
        using var normalized = Build((b, x) => b.WeightNormalizedLinear("layer", x, Units));
        using var plain = Build((b, x) => b.Linear("layer", x, Units));
        Assert.Null(HomogeneityCheck.Of(normalized, ScalingGroup.Tensor("layer.weight")).Mismatch);
        Assert.Null(HomogeneityCheck.Of(normalized, ScalingGroup.Channel("layer.weight", 2)).Mismatch);
        Assert.NotNull(HomogeneityCheck.Of(plain, ScalingGroup.Tensor("layer.weight")).Mismatch);

        var batch = TestBatch<double>.Random(6, Pixels, 3, seed: 9);
        double loss = batch.Forward(normalized).Loss;
        foreach (ref double number in normalized.Parameters.Tensors[0].Span) number *= 8;
        Assert.Equal(loss, batch.Forward(normalized).Loss);
    }

    [Fact]
    public void A_channel_of_zeros_gives_zeros_and_takes_no_gradient()
    {
        using var network = Build((b, x) => b.WeightNormalizedLinear("layer", x, Units));
        network.Parameters.Tensors[0].Span.Clear();
        var batch = TestBatch<double>.Random(6, Pixels, 3, seed: 9);
        Assert.True(double.IsFinite(batch.Forward(network).Loss));
        network.Backward();
        Assert.All(network.Gradients.Tensors[0].Span.ToArray(), number => Assert.Equal(0, number));
    }

    // A frozen head of the same seed, so that the layer is all there is to train.
    private Network<double> Build(Func<NetworkBuilder<double>, Signal<double>, Signal<double>> layer)
    {
        var build = new NetworkBuilder<double>(4, 4, 1);
        var x = build.Linear("head", build.Rectify(layer(build, build.Input)), 3, isFrozen: true);
        var network = build.Build(x, new SoftmaxCrossEntropy(), maxBatch: 6, _workers);
        network.Initialize(seed: 2);
        return network;
    }

    private static double[] Norms(ReadOnlySpan<double> v)
    {
        double[] squares = new double[Units];
        for (int i = 0; i < v.Length; i++) squares[i % Units] += v[i] * v[i];
        return squares;
    }

    private static void Normalize(Span<double> w)
    {
        double[] squares = Norms(w);
        for (int i = 0; i < w.Length; i++) w[i] /= Math.Sqrt(squares[i % Units]);
    }

    // P g = g - (g.w) w of each channel.
    private static void Project(Span<double> g, ReadOnlySpan<double> w)
    {
        double[] along = new double[Units];
        for (int i = 0; i < g.Length; i++) along[i % Units] += g[i] * w[i];
        for (int i = 0; i < g.Length; i++) g[i] -= along[i % Units] * w[i];
    }
}
