using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Lab.Training;

namespace Etalon.Lab.Tests.Runs;

/// <summary>
/// Forks between the equivalent forms of a recipe: weights and buffers are turned from the one into the other, so that only the numbers
/// change and not the run.
/// </summary>
public sealed class ForkOfFormTests : IDisposable
{
    // Each of the updates after the fork rounds differently in the two runs, some 1e-15 relative to a weight, and what is turned over once
    // more; in the few updates here the network makes at most a thousand times as much of it. Seen: 1e-13 at most. Another weight decay by
    // a tenth makes more than 1e-4.
    private const double Rounding = 1e-11;

    private static readonly string[] Float64 = ["precision=float64", "weight_decay=0.01"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string In(string name) => Path.Combine(_folder.Path, name);

    [Theory]
    [InlineData("", "equivalent.form=texp++")]
    [InlineData("", "equivalent.form=texp")]
    [InlineData("", "equivalent={form: weight-decay, weight_decay: 0.003}")]
    [InlineData("equivalent.form=texp++", "equivalent=null")]
    [InlineData("equivalent.form=texp", "equivalent=null")]
    [InlineData("equivalent={form: weight-decay, weight_decay: 0.003}", "equivalent=null")]
    [InlineData("equivalent.form=texp++", "equivalent.form=texp")]
    [InlineData("equivalent.form=texp", "equivalent={form: weight-decay, weight_decay: 0.02}")]
    [InlineData("equivalent={form: weight-decay, weight_decay: 0.003}", "equivalent={form: texp++}")]
    [InlineData("", "equivalent.form=exponential", "learning_rate=0.05", "momentum=0.5")]
    [InlineData("equivalent.form=exponential", "equivalent=null", "learning_rate=0.05", "momentum=0.5")]
    [InlineData("", "equivalent.form=texp++", "optimizer.nesterov=true")]
    [InlineData("equivalent.form=texp++", "equivalent=null", "optimizer.nesterov=true")]
    [InlineData("", "equivalent.form=texp++", "optimizer.decay=decoupled")]
    [InlineData("equivalent.form=texp++", "equivalent=null", "optimizer.decay=decoupled")]
    [Trait("speed", "slow")]
    public void A_fork_that_changes_the_form_alone_continues_as_its_parent(string parentForm, string forkForm, params string[] recipe) =>
        AssertContinues(parentForm, forkForm, recipe);

    // Dampening alone shows whether a fork knows which tensors have a buffer.
    [Fact]
    public void A_fork_that_changes_the_form_of_a_dampened_run_continues_as_its_parent() =>
        AssertContinues("", "equivalent.form=texp++", "optimizer.dampening=0.5");

    [Theory]
    [InlineData("", "equivalent.form=adam")]
    [InlineData("equivalent.form=adam", "equivalent=null")]
    [InlineData("equivalent.form=adam", "equivalent.form=scaled-gradient")]
    [InlineData("equivalent.form=scaled-gradient", "equivalent={form: adam, weight_decay: 0.3}")]
    public void A_fork_that_changes_the_form_of_adamw_continues_as_its_parent(string parentForm, string forkForm) =>
        AssertContinues(parentForm, forkForm, Adamw);

    [Theory]
    [InlineData("", "equivalent.form=scaled-gradient")]
    [InlineData("equivalent.form=scaled-gradient", "equivalent.form=texp++")]
    public void A_fork_between_scaled_gradients_and_numbers_of_sgd_continues_as_its_parent(string parentForm, string forkForm) =>
        AssertContinues(parentForm, forkForm, "optimizer.decay=decoupled", "optimizer.nesterov=true");

    [Theory]
    [InlineData("equivalent.form=adam")]
    [InlineData("equivalent.form=scaled-gradient")]
    public void A_fork_of_a_form_of_adamw_that_has_grown_far_is_its_parent_to_the_bit_and_the_recipe_again(string form)
    {
        // 1/(1 - 0.1 * 3) an update: 2^23 after 45.
        string[] words = [.. Float64, .. Adamw, "weight_decay=30", "learning_rate=0.01", "duration=12ep", form];
        string whole = SmallRun.Whole(In("whole"), words), stopped = SmallRun.Stopped(In("stopped"), 45, words);
        AssertSameFunctions(whole, Fork(stopped, 45, "equivalent=null"));
        using var last = Checkpoint.Open(new CheckpointFolder(whole).PathOf(48));
        using var same = Checkpoint.Open(new CheckpointFolder(Fork(stopped, 45)).PathOf(48));
        Assert.InRange(same.Integer("scale_exponent"), 16, 26);
        Assert.Equal(last.Text(CheckpointSeal.TensorsKey), same.Text(CheckpointSeal.TensorsKey));
    }

    private static readonly string[] Adamw =
    [
        "optimizer={name: adamw}", "momentum=0", "weight_decay=1",
        "learning_rate=[{warmup: {peak: 0.01, for: 2ba}}, {cosine: {from: 0.01, to: 0}}]",
    ];

    private void AssertContinues(string parentForm, string forkForm, params string[] recipe)
    {
        string[] words = [.. Float64, .. recipe, .. Words(parentForm)];
        string whole = SmallRun.Whole(In("whole"), words), parent = SmallRun.Stopped(In("stopped"), 13, words);
        AssertSameFunctions(whole, Fork(parent, 13, forkForm));
        Assert.True(WorstDifference(whole, Fork(parent, 13, forkForm, "weight_decay=0.011")) > 1e-4,
            "another weight decay makes no difference, so the test has no power");
    }

    [Theory]
    [InlineData("", "equivalent.form=texp++")]
    [InlineData("equivalent.form=texp++", "equivalent=null")]
    [InlineData("equivalent.form=texp++", "equivalent.form=exponential")]
    public void A_fork_of_a_form_that_has_grown_far_is_recentred_at_once(string parentForm, string forkForm)
    {
        // 1/(1 - 0.1 * 3) an update: 2^23 after 45.
        string[] words = [.. Float64, "weight_decay=3", "momentum=0", "learning_rate=0.1", "duration=12ep", .. Words(parentForm)];
        string whole = SmallRun.Whole(In("whole"), words), fork = Fork(SmallRun.Stopped(In("stopped"), 45, words), 45, forkForm);
        AssertSameFunctions(whole, fork);
        if (forkForm == "equivalent=null") return;
        using var begun = Checkpoint.Open(new CheckpointFolder(fork).PathOf(48));
        Assert.InRange(begun.Integer("scale_exponent"), 16, 26);
    }

    [Theory]
    [InlineData("texp++")]
    [InlineData("texp")]
    [InlineData("weight-decay")]
    public void A_fork_of_a_form_with_other_schedules_is_the_fork_of_the_recipe_itself(string form)
    {
        string[] changes = ["learning_rate=0.03", "weight_decay=0.02", "momentum=0.8", "duration=9ep"];
        string[] words = form == "weight-decay" ? ["equivalent={form: weight-decay, weight_decay: 0.004}"] : [$"equivalent.form={form}"];
        string own = SmallRun.Stopped(In("own"), 13, Float64), formed = SmallRun.Stopped(In("formed"), 13, [.. Float64, .. words]);
        AssertSameFunctions(Fork(own, 13, changes), Fork(formed, 13, changes));
    }

    [Fact]
    public void A_fork_of_a_form_without_momentum_into_one_with_has_the_buffer_of_the_recipe_itself()
    {
        string[] changes = ["momentum=0.9", "duration=9ep"];
        string own = SmallRun.Stopped(In("own"), 13, [.. Float64, "momentum=0"]),
            formed = SmallRun.Stopped(In("formed"), 13, [.. Float64, "momentum=0", "equivalent.form=exponential"]);
        AssertSameFunctions(Fork(own, 13, changes), Fork(formed, 13, [.. changes, "equivalent=null"]));
        AssertSameFunctions(Fork(own, 13, changes), Fork(formed, 13, [.. changes, "equivalent.form=texp++"]));
    }

    [Theory]
    [InlineData("texp++", "float32")]
    [InlineData("texp", "float64")]
    public void A_fork_of_a_form_without_a_change_is_its_parent_to_the_bit(string form, string precision)
    {
        string parent = SmallRun.Whole(In("runs"), $"precision={precision}", "weight_decay=2", "momentum=0", "duration=60ep",
            $"equivalent.form={form}");
        long end = new CheckpointFolder(parent).Steps()[0];
        using var last = Checkpoint.Open(new CheckpointFolder(parent).PathOf(end));
        using var same = Checkpoint.Open(new CheckpointFolder(Fork(parent, new CheckpointFolder(parent).Steps()[1])).PathOf(end));
        Assert.NotEqual("0", last.Text("scale_exponent"));
        Assert.Equal(last.Text(CheckpointSeal.TensorsKey), same.Text(CheckpointSeal.TensorsKey));
    }

    [Fact]
    public void A_fork_into_a_form_says_so_is_itself_resumed_to_the_bit_and_forked_back()
    {
        string parent = SmallRun.Whole(In("runs"), Float64);
        var fork = TrainingRun.Fork(parent, 24, ["equivalent.form=texp++"], In("whole"), 1);
        SmallRun.Train(fork);
        Assert.Equal(["weights and buffers are turned from the recipe's own into the form texp++"], fork.Notes);

        using var cancellation = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => SmallRun.Watch(
            TrainingRun.Fork(parent, 24, ["equivalent.form=texp++"], In("stopped"), 1),
            new SmallRun.Stopper { At = 26, Stop = cancellation.Cancel }, cancellation.Token));
        string stopped = Path.Combine(In("stopped"), "small");
        AssertSameFunctions(parent, Fork(stopped, 26, "equivalent=null"));
        SmallRun.Resume(stopped);
        Assert.Empty(RunComparison.Of(Path.Combine(In("whole"), "small"), stopped).Differences);
    }

    private string Fork(string parent, long step, params string[] changes)
    {
        string runs = In($"fork-{Directory.GetDirectories(_folder.Path).Length}");
        var result = SmallRun.Train(TrainingRun.Fork(parent, step, [.. changes.Where(change => change.Length > 0)], runs, 1));
        Assert.Equal(RunStatus.Done, result.Status);
        return Path.Combine(runs, "small");
    }

    private static string[] Words(string form) => form.Length == 0 ? [] : [form];

    private static void AssertSameFunctions(string one, string two)
    {
        double difference = WorstDifference(one, two);
        TestContext.Current.SendDiagnosticMessage($"differ by {difference:E1}");
        Assert.True(difference < Rounding, $"{one} and {two} differ by {difference:E1}");
    }

    // Losses of the lines that both have, and all numbers at the end in units without a scale: directions of weights, running statistics
    // relative to their norm.
    private static double WorstDifference(string one, string two)
    {
        var (first, second) = (RunSummary.Read(one), RunSummary.Read(two));
        var byStep =
            second.Metrics.Where(line => line.ContainsKey("test/loss")).ToDictionary(line => line["step"], line => line["test/loss"]);
        Assert.NotEmpty(byStep);
        double worst = byStep.Max(
            line => Math.Abs(
                first.Metrics.Single(other => other["step"] == line.Key && other.ContainsKey("test/loss"))["test/loss"] / line.Value - 1));
        using var last = Checkpoint.Open(new CheckpointFolder(one).PathOf(first.Result!.Steps));
        using var end = Checkpoint.Open(new CheckpointFolder(two).PathOf(second.Result!.Steps));
        Assert.Equal(last.Step, end.Step);
        using Trainer<double> a = Restored(first, last), b = Restored(second, end);
        foreach (var tensor in a.Network.Parameters.Tensors.Concat(a.Network.State.Tensors))
        {
            var (u, v) = (Direction(tensor.Span),
                Direction((b.Network.Parameters.Tensors.Concat(b.Network.State.Tensors)).Single(other => other.Name == tensor.Name).Span));
            worst = Math.Max(worst, u.Zip(v, (x, y) => Math.Abs(x - y)).Max());
        }
        return worst;
    }

    private static Trainer<double> Restored(RunSummary run, Checkpoint checkpoint)
    {
        var recipe = RecipeReader.Read(run.Resolved["recipe"]!.ToJsonString()).Recipe;
        var trainer = new Trainer<double>(recipe, Etalon.Lab.Data.DataCatalog.Load("digits"), 1);
        trainer.State.Restore(checkpoint);
        return trainer;
    }

    private static double[] Direction(Span<double> numbers)
    {
        double[] all = numbers.ToArray();
        double norm = Math.Sqrt(all.Sum(number => number * number));
        return Array.ConvertAll(all, number => norm > 0 ? number / norm : 0);
    }
}
