using System.Runtime.InteropServices;
using Etalon.Lab.Data;
using Etalon.Lab.Models;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Lab.Training;

namespace Etalon.Lab.Tests.Training;

public class TrainerTests
{
    private const string Small = """
        name: small
        seed: 3
        duration: 2ep
        data: {set: digits, batch: 100, train: 250, test: 60, augment: crop-flip}
        model: {name: preresnet-8, width: 8}
        learning_rate: [{warmup: {peak: 0.1, for: 2ba}}, {cosine: {from: 0.1, to: 0}}]
        weight_decay: 5e-4
        momentum: 0.9
        """;

    [Fact]
    public void Updates_use_the_numbers_of_the_schedules_and_epochs_end_with_a_partial_batch_and_an_evaluation()
    {
        var recipe = RecipeReader.Read(Small).Recipe;
        var log = Train(recipe).Log;

        Assert.Equal([0, 1, 2, 3, 4, 5], log.Updates.Select(update => update.Step));
        Assert.Equal([100, 100, 50, 100, 100, 50], log.Updates.Select(update => update.Batch.Images));
        foreach (var update in log.Updates)
        {
            Assert.Equal(recipe.LearningRate.ValueAt(update.Step), update.Numbers.Rate);
            Assert.Equal((5e-4, 0.9), (update.Numbers.WeightDecay, update.Numbers.Momentum));
        }
        Assert.Equal([(2L, 1.0), (5L, 2.0)], log.Evaluations.Select(evaluation => (evaluation.Step, evaluation.Epoch)));
        Assert.All(log.Evaluations, evaluation => Assert.Equal(60, evaluation.Test.Images));
    }

    [Theory]
    [InlineData("float32")]
    [InlineData("float64")]
    public void A_run_ends_with_the_same_bytes_for_any_number_of_threads(string precision)
    {
        var recipe = RecipeReader.Read(Small, overrides: [$"precision={precision}"]).Recipe;
        byte[] one = Train(recipe, threads: 1).Bytes;
        Assert.Equal(one, Train(recipe, threads: 2).Bytes);
        Assert.Equal(one, Train(recipe, threads: 3).Bytes);
        Assert.NotEqual(one, Train(recipe with { Seed = 4 }).Bytes);
    }

    [Theory]
    [InlineData("mlp", "batch")]
    [InlineData("mlp", "none")]
    [InlineData("cnn", "batch")]
    [InlineData("cnn", "none")]
    [InlineData("resnet-8", "batch")]
    [InlineData("resnet-8", "layer")]
    [InlineData("preresnet-8", "batch")]
    [InlineData("preresnet-8", "group")]
    [InlineData("preresnet-8", "layer")]
    [InlineData("preresnet-8", "instance")]
    [Trait("speed", "slow")]
    public void Every_model_and_normalization_learns_the_digits(string model, string norm)
    {
        // Chance is 10 %, and a network that misreads its data or its gradients stays near it; instance normalization over the last stage's
        // 2x2 pixels learns slowest.
        var recipe = RecipeReader.Read(Small, overrides:
            ["data.train=1437", "data.test=360", "data.batch=64", "data.augment=none", "duration=4ep", $"model.name={model}",
                $"model.norm={norm}", "learning_rate=0.02"]).Recipe;
        Assert.InRange(Train(recipe).Log.Evaluations[^1].Test.Accuracy, 0.4, 1);
    }

    [Fact]
    public void A_frozen_head_keeps_its_weights_and_the_rest_learns()
    {
        var recipe = RecipeReader.Read(Small, overrides: ["model.head=frozen"]).Recipe;
        using var trainer = new Trainer<float>(recipe, DataCatalog.Load("digits"), threads: 1);
        float[] head = trainer.Network.State["head.weight"].Span.ToArray(), stem = trainer.Network.Parameters["stem.weight"].Span.ToArray();
        trainer.Run(new Log(), TestContext.Current.CancellationToken);

        Assert.Equal(head, trainer.Network.State["head.weight"].Span.ToArray());
        Assert.NotEqual(stem, trainer.Network.Parameters["stem.weight"].Span.ToArray());
        Assert.DoesNotContain(trainer.Network.Parameters.Tensors, tensor => tensor.Name.StartsWith("head", StringComparison.Ordinal));
    }

    [Fact]
    public void A_parameter_group_of_its_own_follows_its_own_schedules()
    {
        var recipe = RecipeReader.Read(
            Small + "\noptimizer: {groups: {head: {learning_rate: 0}, norm: {learning_rate: 0, weight_decay: 0}}}").Recipe;
        using var trainer = new Trainer<float>(recipe, DataCatalog.Load("digits"), threads: 1);
        var before = trainer.Network.Parameters.Tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Span.ToArray());
        trainer.Run(new Log(), TestContext.Current.CancellationToken);

        foreach (var tensor in trainer.Network.Parameters.Tensors)
        {
            bool isHeld = tensor.Name.StartsWith("head", StringComparison.Ordinal)
                || tensor.Name.EndsWith("scale", StringComparison.Ordinal) || tensor.Name.EndsWith("shift", StringComparison.Ordinal);
            Assert.Equal(isHeld, before[tensor.Name].AsSpan().SequenceEqual(tensor.Span));
        }
    }

    [Fact]
    public void A_loss_that_is_not_finite_ends_the_run_and_names_the_update_and_the_layer()
    {
        var recipe = RecipeReader.Read(Small, overrides: ["learning_rate=1e30"]).Recipe;
        var diverged = Assert.Throws<DivergedException>(() => Train(recipe));
        Assert.Equal(1, diverged.Step);
        Assert.Equal("stage1.block1.conv1", diverged.Layer);
    }

    [Theory]
    [InlineData("preresnet-8", "batch")]
    [InlineData("mlp", "none")]
    public void A_network_that_the_last_update_made_infinite_has_diverged(string model, string norm)
    {
        // 1e38 fits in a float, and so does the loss before the only update.
        var recipe =
            RecipeReader.Read(Small, overrides: ["learning_rate=1e38", "duration=1ba", $"model={{name: {model}, norm: {norm}}}"]).Recipe;
        Assert.Equal(0, Assert.Throws<DivergedException>(() => Train(recipe)).Step);
    }

    [Fact]
    public void Evaluations_are_not_smoothed_and_training_is()
    {
        var (plain, smoothed) = (RecipeReader.Read(Small, overrides: ["learning_rate=0"]).Recipe,
            RecipeReader.Read(Small, overrides: ["learning_rate=0", "loss.label_smoothing=0.1"]).Recipe);
        var (one, other) = (Train(plain).Log, Train(smoothed).Log);
        Assert.Equal(one.Evaluations.Select(evaluation => evaluation.Test.LossSum),
            other.Evaluations.Select(evaluation => evaluation.Test.LossSum));
        Assert.NotEqual(one.Updates[0].Batch.LossSum, other.Updates[0].Batch.LossSum);
    }

    [Theory]
    [InlineData("model.affine=false", "{norm: {weight_decay: 0}}")]
    [InlineData("model.head=frozen", "{head: {learning_rate: 0.1}}")]
    [InlineData("model.norm=batch", "{head: {learning_rate: 0.1}, bias: {weight_decay: 0}}")]
    [InlineData("model.head=frozen",
        "{head: {momentum: 0}, bias: {weight_decay: 0}, norm: {weight_decay: 0}, scale-invariant: {weight_decay: 0.1}}")]
    public void A_class_without_parameters_trains_as_if_it_were_not_there_and_warns(string model, string groups)
    {
        var (with, _, _, _, _, warnings) = RecipeReader.Read(Small, overrides: [model, $"optimizer.groups={groups}"]);
        Assert.Contains("no parameter belongs to it", warnings[0], StringComparison.Ordinal);
        var without = with with
        {
            Optimizer = with.Optimizer with
            {
                Groups = [.. with.Optimizer.Groups.Where(
            (group, i) => !warnings.Any(warning => warning.Contains($"groups.{Named(group.Parameters)}:", StringComparison.Ordinal)))]
            }
        };
        Assert.True(without.Optimizer.Groups.Length < with.Optimizer.Groups.Length);
        Assert.Equal(Train(without).Bytes, Train(with).Bytes);
    }

    private static string Named(ParameterClass parameters) =>
        parameters == ParameterClass.ScaleInvariant ? "scale-invariant" : $"{parameters}".ToLowerInvariant();

    [Fact]
    public void A_canceled_run_ends_after_the_update_at_work()
    {
        using var cancellation = new CancellationTokenSource();
        using var trainer = new Trainer<float>(RecipeReader.Read(Small).Recipe, DataCatalog.Load("digits"), threads: 2);
        var log = new Log { AfterUpdate = update => { if (update.Step == 1) cancellation.Cancel(); } };
        Assert.Throws<OperationCanceledException>(() => trainer.Run(log, cancellation.Token));
        Assert.Equal(2, trainer.Step);
    }

    [Fact]
    public void A_recipe_without_data_or_model_cannot_be_trained()
    {
        var recipe = RecipeReader.Read("duration: 3ba\nsteps_per_epoch: 1\nlearning_rate: 0.1").Recipe;
        var problem = Assert.Throws<InputException>(() => new Trainer<float>(recipe, DataCatalog.Load("digits"), 1));
        Assert.Contains("data", problem.Message, StringComparison.Ordinal);
    }

    private static (Log Log, byte[] Bytes) Train(Recipe recipe, int threads = 2)
    {
        var data = DataCatalog.Load("digits");
        var log = new Log();
        if (recipe.Precision == Precision.Float64)
        {
            using var wide = new Trainer<double>(recipe, data, threads);
            wide.Run(log, TestContext.Current.CancellationToken);
            return (log, MemoryMarshal.AsBytes(wide.Network.Parameters.Span).ToArray());
        }
        using var trainer = new Trainer<float>(recipe, data, threads);
        trainer.Run(log, TestContext.Current.CancellationToken);
        return (log, MemoryMarshal.AsBytes(trainer.Network.Parameters.Span).ToArray());
    }

    private sealed class Log : ITrainingObserver
    {
        public List<UpdateReport> Updates { get; } = [];

        public List<EvaluationReport> Evaluations { get; } = [];

        public Action<UpdateReport> AfterUpdate { get; init; } = _ => { };

        public void Updated(in UpdateReport report)
        {
            Updates.Add(report);
            AfterUpdate(report);
        }

        public void Evaluated(in EvaluationReport report) => Evaluations.Add(report);
    }
}
