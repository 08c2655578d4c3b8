using System.Numerics;
using System.Runtime.InteropServices;
using Etalon.Lab.Data;
using Etalon.Lab.Optimizers;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Lab.Tests.Runs;
using Etalon.Lab.Training;

namespace Etalon.Lab.Tests.Training;

/// <summary>Every optimizer in a run: it learns, and a run that was stopped ends with the bytes of one that was not.</summary>
public sealed class OptimizerRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    // The rates are the optimizers' own: 1 where the rule finds the scale itself.
    public static TheoryData<string, double> Optimizers => new()
    {
        { "name: sgd", 0.1 },
        { "name: wngrad", 1 },
        { "name: wngrad, scope: kernel, order: lagged, restart_after: 3, decay: decoupled", 1 },
        { "name: wngrad, scope: channel, order: look-ahead, initial: 2, initial_unit: gradient-norm, length: 3", 1 },
        { "name: wngrad, initial_unit: curvature, scope: tensor", 1 },
        { "name: wn-adam, scope: tensor", 1 },
        { "name: adagrad-norm, scope: channel", 0.5 },
        { "name: adam", 0.01 },
        { "name: adamw, beta2: 0.99", 0.01 },
        { "name: dog, initial_distance: 1e-4", 1 },
        { "name: d-adaptation, initial_distance: 1e-3", 1 },
        { "name: prodigy, decay: decoupled", 1 },
        { "name: schedule-free", 1 },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void A_stopped_run_resumes_to_the_bytes_of_a_whole_one(string optimizer, double rate)
    {
        string[] overrides = Overrides(optimizer, rate);
        string whole = SmallRun.Whole(Path.Combine(_folder.Path, "whole"), overrides);
        // In the middle of an epoch, and at once after an evaluation.
        string stopped = SmallRun.Stopped(Path.Combine(_folder.Path, "stopped"), 10, overrides);
        SmallRun.ResumedAndStopped(stopped, 16);
        SmallRun.Resume(stopped);
        SmallRun.AssertSame(whole, stopped);
    }

    [Theory]
    [MemberData(nameof(Optimizers))]
    [Trait("speed", "slow")]
    public void Every_optimizer_learns_the_digits(string optimizer, double rate)
    {
        // Chance is 10 %; an update with a wrong sign or size stays near it.
        var recipe = SmallRun.Spec(
            [.. Overrides(optimizer, rate), "data.train=1437", "data.test=360", "data.augment=none", "model.width=8", "duration=4ep"]);
        using var trainer = new Trainer<float>(recipe, DataCatalog.Load("digits"), 2);
        trainer.Run(new SmallRun.Stopper(), TestContext.Current.CancellationToken);
        Assert.InRange(trainer.Evaluate().Accuracy, 0.5, 1);
    }

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void The_canonical_recipe_is_a_recipe_of_the_same_hash(string optimizer, double rate)
    {
        var recipe = SmallRun.Spec(Overrides(optimizer, rate));
        var again = RecipeReader.Read(RecipeWriter.ToYaml(recipe)).Recipe;
        Assert.Equal(recipe.Hash, again.Hash);
        Assert.Equal(recipe.Optimizer with { Groups = [] }, again.Optimizer with { Groups = [] });
        Assert.NotEqual(SmallRun.Spec("optimizer.decay=decoupled").Hash, recipe.Hash);
    }

    // Where a run trains at other weights than it evaluates, the checkpoint's are the ones to evaluate.
    [Theory]
    [InlineData("schedule-free")]
    [InlineData("dog")]
    public void A_checkpoint_holds_the_weights_that_were_evaluated(string name)
    {
        string run = SmallRun.Whole(_folder.Path, Overrides($"name: {name}", 1));
        var recipe = SmallRun.Spec(Overrides($"name: {name}", 1));
        using var checkpoint = CheckpointChoice.Last(run, []);
        using var trainer = new Trainer<float>(recipe, DataCatalog.Load("digits"), 1);
        trainer.State.Restore(checkpoint!);
        byte[] kept = MemoryMarshal.AsBytes(trainer.Network.Parameters.Span).ToArray();
        double accuracy = trainer.Evaluate().Accuracy;
        Assert.Equal(kept, MemoryMarshal.AsBytes(trainer.Network.Parameters.Span));
        Assert.Equal(RunSummary.ReadResult(run)!.TestAccuracy, accuracy);
        trainer.Optimizer.SwapEvaluationWeights();
        Assert.NotEqual(kept, MemoryMarshal.AsBytes(trainer.Network.Parameters.Span).ToArray());
    }

    // With a share of 0 the layers keep the statistics that they begin with, which fit nothing: only gathering them anew helps.
    [Fact]
    public void The_statistics_of_batch_normalization_are_gathered_for_the_weights_to_evaluate()
    {
        var recipe = SmallRun.Spec(
            [.. Overrides("name: schedule-free", 1), "model.momentum=0", "data.train=1437", "data.test=360", "data.augment=none",
                "model.width=8", "duration=4ep"]);
        using var trainer = new Trainer<float>(recipe, DataCatalog.Load("digits"), 2);
        trainer.Run(new SmallRun.Stopper(), TestContext.Current.CancellationToken);
        Assert.InRange(trainer.Evaluate().Accuracy, 0.5, 1);
        foreach (var tensor in trainer.Network.State.Tensors)
            if (tensor.Name.EndsWith("running_mean", StringComparison.Ordinal))
                Assert.Contains(tensor.Span.ToArray(), mean => Math.Abs(mean) > 1e-3);
    }

    // The curvature of the digits' loss is a few units at the initial weights; a probe that measured rounding would be far larger, one that
    // did not move 0.
    [Fact]
    public void The_curvature_probe_agrees_between_float32_and_float64_and_leaves_the_network_as_it_was()
    {
        string[] overrides = [.. Overrides("name: wngrad", 1), "model={name: mlp, hidden: [24]}"];
        double narrow = Curvature<float>(SmallRun.Spec(overrides)),
            wide = Curvature<double>(SmallRun.Spec([.. overrides, "precision=float64"]));
        Assert.InRange(wide, 0.05, 500);
        Assert.Equal(wide, narrow, 0.02 * wide);
    }

    [Fact]
    public void A_gradient_that_is_not_finite_ends_the_run_and_names_the_tensor()
    {
        // Weights so large that the outputs are finite still, but not the sum that is the gradient.
        var recipe =
            SmallRun.Spec([.. Overrides("name: wngrad", 1), "model={name: mlp, norm: none, hidden: [16]}", "loss={name: squared-error}"]);
        using var trainer = new Trainer<float>(recipe, DataCatalog.Load("digits"), 1);
        foreach (ref float weight in trainer.Network.Parameters["head.weight"].Span) weight *= 1e37f;
        foreach (ref float weight in trainer.Network.Parameters["hidden1.weight"].Span) weight *= 1e-3f;
        byte[] before = MemoryMarshal.AsBytes(trainer.Network.Parameters.Span).ToArray();
        var diverged = Assert.Throws<DivergedException>(() => trainer.Run(new SmallRun.Stopper(), TestContext.Current.CancellationToken));
        Assert.Equal(0, diverged.Step);
        Assert.Contains("the gradient of update 0", diverged.Message, StringComparison.Ordinal);
        Assert.Equal(before, MemoryMarshal.AsBytes(trainer.Network.Parameters.Span));
    }

    [Theory]
    [InlineData("optimizer={name: adam}", "momentum = 0.9: adam has beta1 in the place of momentum")]
    [InlineData("optimizer={name: dog}", "momentum = 0.9: dog has no momentum")]
    [InlineData("optimizer={name: adamw, decay: coupled}", "optimizer.decay = coupled: is said by the name")]
    [InlineData("optimizer={name: sgd, scope: tensor}",
        "optimizer.scope = tensor: is no option of sgd but of wngrad, wn-adam, adagrad-norm")]
    [InlineData("optimizer={name: wngrad, initial: 0}", "optimizer.initial = 0: must be from 1e-30 to 1e30")]
    [InlineData("optimizer={name: wngrad, restart_ratio: 1}", "optimizer.restart_ratio = 1: must be at least 0 and below 1")]
    [InlineData("optimizer={name: wn-grad}", "must be one of sgd, wngrad, wn-adam")]
    [InlineData("optimizer={name: wn-adam, groups: {head: {momentum: 0.5}}}", "optimizer.groups.head.momentum = 0.5: wn-adam has beta1")]
    public void Options_of_another_optimizer_are_refused_with_the_remedy(string given, string problem)
    {
        var refused = Assert.Throws<InputException>(() => SmallRun.Spec(given));
        Assert.Contains(problem, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_factor_of_the_curvature_that_leads_out_of_all_bounds_is_refused()
    {
        var recipe = SmallRun.Spec("optimizer={name: wngrad, initial: 1e30, initial_unit: curvature}");
        var refused = Assert.Throws<InputException>(() => new Trainer<float>(recipe, DataCatalog.Load("digits"), 1));
        Assert.Contains("optimizer.initial = 1E+30: times the curvature", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fork_keeps_its_optimizer_and_an_equivalent_form_needs_a_rate_that_is_given()
    {
        string run = SmallRun.Stopped(_folder.Path, 6);
        var refused = Assert.Throws<InputException>(() => SmallRun.Train(
            TrainingRun.Fork(run, null, ["optimizer={name: adam}", "momentum=0"], _folder.Path, 1)));
        Assert.Contains("adam remembers something else than sgd", refused.Message, StringComparison.Ordinal);

        var recipe = SmallRun.Spec("optimizer={name: wngrad}", "equivalent={form: texp++}");
        refused = Assert.Throws<InputException>(() => new Trainer<float>(recipe, DataCatalog.Load("digits"), 1));
        Assert.Contains("record the rate of each update", refused.Message, StringComparison.Ordinal);
    }

    private static double Curvature<T>(Recipe recipe) where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var trainer = new Trainer<T>(recipe, DataCatalog.Load("digits"), 1);
        T[] weights = trainer.Network.Parameters.Span.ToArray(), state = trainer.Network.State.Span.ToArray();
        double curvature = CurvatureProbe.Measure(trainer.Network, trainer.TrainingBatches, recipe.Seed);
        Assert.Equal(weights, trainer.Network.Parameters.Span);
        Assert.Equal(state, trainer.Network.State.Span);
        return curvature;
    }

    private static string[] Overrides(string optimizer, double rate) =>
        [$"optimizer={{{optimizer}}}", $"learning_rate={rate}",
            optimizer.Contains("adam", StringComparison.Ordinal) || optimizer.Contains("dog", StringComparison.Ordinal)
            || optimizer.Contains("prodigy", StringComparison.Ordinal) || optimizer.Contains("free", StringComparison.Ordinal)
            ? "momentum=0" : "momentum=0.5"];
}
