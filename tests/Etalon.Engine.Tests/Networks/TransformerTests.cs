using System.Numerics;
using System.Runtime.InteropServices;
using Etalon.Engine.Tests.Golden;
using Etalon.Engine.Tests.Ranks;

namespace Etalon.Engine.Tests.Networks;

/// <summary>A transformer against what PyTorch computed in float64, and its bits on any number of threads and ranks.</summary>
public class TransformerTests
{
    private const double Float64 = 1e-12, Float32 = 1e-5;

    private static readonly GoldenFile Golden = GoldenFile.Load("transformer.bin");

    [Theory]
    [InlineData("modern")]
    [InlineData("classic")]
    [InlineData("mixed")]
    public void Outputs_loss_and_gradients_are_those_of_PyTorch(string name)
    {
        Check<double>(name, Float64);
        Check<float>(name, Float32);
    }

    private static void Check<T>(string name, double tolerance) where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var workers = new Workers(2);
        using var network = Named(name).Build<T>(3, workers);
        foreach (var tensor in network.Parameters.Tensors) Golden[$"{name}.initial.{tensor.Name}"].As<T>().CopyTo(tensor.Span);
        var batch = new TestBatch<T>(3, 9, 9);
        Golden["text.symbols"].As<T>().CopyTo(batch.Images);
        Golden["text.labels"].Values.Select(label => (int)label).ToArray().CopyTo(batch.Labels);
        var result = batch.Forward(network);
        network.Backward();

        Assert.Equal((3, 27), (result.Images, result.Labels));
        Agree(Golden[$"{name}.loss"], [T.CreateTruncating(result.Loss)], tolerance);
        Agree<T>(Golden[$"{name}.logits"], [.. Enumerable.Range(0, 3).SelectMany(image => network.OutputsOf(image).ToArray())], tolerance);
        var gradients = Golden.Under($"{name}.gradient.").ToList();
        Assert.Equal(network.Parameters.Tensors.Select(tensor => tensor.Name).Order(), gradients.Select(pair => pair.Name).Order());
        foreach (var (parameter, gradient) in gradients) Agree(gradient, network.Gradients[parameter].Span, tolerance);
    }

    private static TestTransformer Named(string name) => name switch
    {
        "modern" => TestTransformer.Modern,
        "classic" => TestTransformer.Classic,
        _ => TestTransformer.Mixed,
    };

    private static void Agree<T>(GoldenTensor golden, ReadOnlySpan<T> values, double tolerance)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double error = golden.RelativeErrorOf(values);
        Assert.True(error <= tolerance,
            $"{golden.Name} is off by {error:E1} of its largest entry in {typeof(T).Name}; {tolerance:E0} is allowed");
    }

    [Fact]
    public void One_two_and_three_threads_and_two_and_three_ranks_train_to_the_same_bytes()
    {
        CheckBytes<float>(TestTransformer.Modern);
        CheckBytes<double>(TestTransformer.Classic);
    }

    private static void CheckBytes<T>(TestTransformer form) where T : unmanaged, IFloatingPointIeee754<T>
    {
        byte[] one = Train<T>(form, Communicator.Alone, threads: 1);
        foreach (int threads in new[] { 2, 3 }) Assert.Equal(one, Train<T>(form, Communicator.Alone, threads));
        foreach (int ranks in new[] { 2, 3 })
            Assert.All(ThreadCommunicator.Run(ranks, communicator => Train<T>(form, communicator, threads: 1)),
                bytes => Assert.Equal(one, bytes));
    }

    // More tokens than a panel of a product has rows, and a second batch that is not full.
    private static byte[] Train<T>(TestTransformer form, Communicator ranks, int threads) where T : unmanaged, IFloatingPointIeee754<T>
    {
        form = form with { Tokens = 70 };
        using var workers = new Workers(threads);
        using var network = form.Build<T>(19, workers, ranks);
        network.Initialize(seed: 7);
        using var adam = new Adam<T>(network.Parameters, network.Gradients, new AdamOptions { IsDecayDecoupled = true });
        var losses = new List<double>();
        foreach (int count in new[] { 19, 5, 19 })
        {
            losses.Add(form.RandomBatch<T>(count, seed: (ulong)count).Forward(network).LossSum);
            network.Backward();
            adam.Update([new(0.01, 0.1, 0.9)], workers);
        }
        return [.. MemoryMarshal.AsBytes(network.Parameters.Span), .. losses.SelectMany(BitConverter.GetBytes)];
    }

    [Fact]
    public void A_training_step_allocates_no_managed_memory()
    {
        foreach (var form in new[] { TestTransformer.Modern, TestTransformer.Classic })
        {
            using var workers = new Workers(1);
            using var network = form.Build<float>(8, workers);
            network.Initialize(seed: 7);
            using var sgd = new Sgd<float>(network.Parameters, network.Gradients, new SgdOptions());
            var batch = form.RandomBatch<float>(8, seed: 1);
            Hyperparameters[] numbers = [new(0.1, 5e-4, 0.9)];
            void Step()
            {
                batch.Forward(network);
                network.Backward();
                sgd.Update(numbers, workers);
            }
            for (int i = 0; i < 3; i++) Step();
            Assert.Equal(0, Allocations.Of(() =>
            {
                for (int i = 0; i < 5; i++) Step();
            }));
        }
    }

    [Fact]
    public void A_token_does_not_see_those_behind_it()
    {
        using var workers = new Workers(1);
        var form = TestTransformer.Modern with { Tokens = 70 };
        using var network = form.Build<double>(1, workers);
        network.Initialize(seed: 3);
        var batch = form.RandomBatch<double>(1, seed: 2);
        batch.Forward(network);
        double[] before = network.OutputsOf(0).ToArray();
        const int Changed = 50;
        batch.Images[Changed] = (batch.Images[Changed] + 1) % form.Symbols;
        batch.Forward(network);
        double[] after = network.OutputsOf(0).ToArray();
        Assert.Equal(before[..(Changed * form.Symbols)], after[..(Changed * form.Symbols)]);
        Assert.All(Enumerable.Range(Changed, form.Tokens - Changed),
            token => Assert.NotEqual(before[token * form.Symbols], after[token * form.Symbols]));
    }

    [Fact]
    public void A_symbol_that_the_embedding_does_not_know_is_refused_by_its_number()
    {
        using var workers = new Workers(1);
        using var network = TestTransformer.Modern.Build<float>(1, workers);
        network.Initialize(seed: 3);
        var batch = TestTransformer.Modern.RandomBatch<float>(1, seed: 2);
        foreach (float wrong in new[] { 11f, -1f, 1.5f, float.NaN })
        {
            batch.Images[4] = wrong;
            var thrown = Assert.Throws<ArgumentException>(() => batch.Forward(network));
            Assert.Contains("it knows 0 to 10", thrown.Message, StringComparison.Ordinal);
        }
        Assert.Throws<ArgumentException>(() => network.Forward(batch.Images, batch.Labels.AsSpan(1), isTraining: true));
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused_with_the_layer_and_the_remedy()
    {
        var b = new NetworkBuilder<float>(1, 4, 1);
        var x = b.Embedding("embedding", 5, 6);
        Assert.Contains("4 heads do not divide 6 channels",
            Assert.Throws<ArgumentException>(() => b.CausalAttention("a", x, b.Project("k", x, 6), b.Project("v", x, 6), heads: 4)).Message,
            StringComparison.Ordinal);
        var odd = new NetworkBuilder<float>(1, 4, 1);
        x = odd.Embedding("embedding", 5, 6);
        Assert.Contains("a head of 3 has an odd one", Assert.Throws<ArgumentException>(() =>
            odd.CausalAttention("a", x, odd.Project("k", x, 6), odd.Project("v", x, 6), heads: 2, isRotary: true)).Message,
            StringComparison.Ordinal);
        Assert.Contains("whose shapes differ", Assert.Throws<ArgumentException>(() =>
            odd.SwiGlu("s", odd.Project("g", x, 6), odd.Project("u", x, 4))).Message, StringComparison.Ordinal);
        Assert.Contains("an embedding of 4 channels", Assert.Throws<ArgumentException>(() =>
            odd.TiedScores("t", odd.Project("p", x, 4), x)).Message, StringComparison.Ordinal);
        Assert.Contains("leaves nothing of them", Assert.Throws<ArgumentException>(() =>
            odd.RmsNormalization("n", x, parts: 6)).Message, StringComparison.Ordinal);
    }
}
