using Etalon.Lab.Data;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Lab.Tests.Runs;
using Etalon.Lab.Training;
using Etalon.Schedules;
using Etalon.Schedules.Dynamics;

namespace Etalon.Lab.Tests.Training;

public sealed class MonitorTests : IDisposable
{
    private const string Recipe = """
        name: monitored
        seed: 3
        duration: 60ba
        data: {set: digits, batch: 50, train: 270, test: 20}
        model: {name: preresnet-8, width: 4, epsilon: 0}
        learning_rate: [{warmup: {peak: 0.1, for: 5ba}}, {cosine: {from: 0.1, to: 0.01}}]
        weight_decay: 0.01
        momentum: 0.9
        precision: float64
        log: {noise: 7ba}
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("precision=float32")]
    [InlineData("data.augment=crop-flip")]
    [InlineData("model.norm=group", "model.groups=2")]
    [InlineData("equivalent.form=texp++")]
    public void A_run_with_monitors_trains_to_the_bits_of_one_without(params string[] overrides)
    {
        byte[] with = Bytes([.. overrides, "log={monitors: 1ba, noise: 1ba}"]),
            without = Bytes([.. overrides, "log={monitors: never, noise: never}"]);
        Assert.Equal(without, with);
    }

    [Fact]
    public void A_monitored_update_allocates_no_managed_memory()
    {
        var recipe = RecipeReader.Read(Recipe, overrides: ["log={monitors: 1ba, noise: 1ba}", "precision=float32"]).Recipe;
        using var trainer = new Trainer<float>(recipe, DataCatalog.Load("digits"), threads: 1);
        var batch = new Batch<float>(trainer.TrainingBatches);
        batch.Read(trainer.TrainingBatches, epoch: 0, index: 0);
        trainer.Update(batch);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++) trainer.Update(batch);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData("mlp")]
    [InlineData("cnn")]
    [InlineData("resnet-8")]
    [InlineData("preresnet-8")]
    [InlineData("preresnet-14")]
    public void Behind_a_normalization_gradients_are_orthogonal_and_the_exact_law_holds_and_without_one_neither(string model)
    {
        // In float32, as runs are: rounding leaves a few 1e-7; the threshold of a diagnosis is 1e-2 for the first, 1e-4 for the second.
        string[] overrides = [$"model={{name: {model}, epsilon: 0}}", "precision=float32", "duration=20ba", "learning_rate=0.05"];
        Assert.All(MonitoredRun.Of(Recipe, overrides).All, reading =>
        {
            Assert.Equal(0, Cosine(reading), 1e-5);
            Assert.Equal(0, reading.Residual!.Value, 1e-5);
        });
        var plain = MonitoredRun.Of(Recipe, [.. overrides, "model.norm=none", "model.epsilon=1e-5"]);
        Assert.All(plain.Groups, group => Assert.True(plain[group].Max(reading => Math.Abs(Cosine(reading))) > 1e-2, group));
        Assert.True(plain[MonitorReading.WholeGroup].Max(reading => Math.Abs(reading.Residual!.Value)) > 1e-4);
    }

    [Fact]
    public void The_exact_law_gives_the_whole_curve_of_the_norm_from_its_start_and_the_measured_gradients()
    {
        var run = MonitoredRun.Of(Recipe);
        var table = UpdateTable.Of(run.Recipe.ToSchedule());
        foreach (string group in run.Groups)
        {
            var readings = run[group];
            double Square(long step) => readings[(int)step].Norm * readings[(int)step].Norm;
            var curve = NormCurve.Of(
                table, NormState.AtRest(readings[0].Norm), step => Square(step) * readings[(int)step].GradientSquare,
                step => Square(step) * readings[(int)step].BufferDot!.Value);
            for (int step = 0; step < readings.Count; step++)
            {
                Assert.Equal(readings[step].Norm, curve.NormAt(step), 1e-12 * readings[step].Norm);
                Assert.Equal(readings[step].Angle, curve.AngleAt(step), 1e-10 * readings[step].Angle);
                Assert.Equal(readings[step].EffectiveRate, curve.EffectiveRateAt(step), 1e-11 * readings[step].EffectiveRate);
            }
        }
    }

    [Theory]
    [InlineData("equivalent.form=texp++")]
    [InlineData("equivalent.form=texp++", "optimizer.nesterov=true")]
    [InlineData("equivalent.form=texp++", "optimizer.decay=decoupled")]
    [InlineData("equivalent={form: weight-decay, weight_decay: 0.003}")]
    [InlineData("equivalent.form=scaled-gradient", "optimizer={decay: decoupled, nesterov: true}", "weight_decay=0.1")]
    [InlineData("equivalent.form=scaled-gradient", "optimizer.name=adamw", "momentum=0", "learning_rate=0.01", "weight_decay=1")]
    [InlineData("equivalent.form=adam", "optimizer.name=adamw", "momentum=0", "learning_rate=0.01", "weight_decay=1")]
    [InlineData("equivalent.form=adam", "optimizer.name=adamw", "momentum=0", "learning_rate=0.01", "weight_decay=20")]
    public void A_run_of_an_equivalent_form_reports_what_the_recipes_own_run_would(params string[] overrides)
    {
        MonitoredRun own = MonitoredRun.Of(Recipe, overrides[1..]), equivalent = MonitoredRun.Of(Recipe, overrides);
        Assert.Equal(own.Groups, equivalent.Groups);
        foreach (string group in own.Groups)
            foreach (var (one, other) in own[group].Zip(equivalent[group]))
            {
                AssertNear(one.Norm, other.Norm);
                AssertNear(one.GradientSquare, other.GradientSquare);
                AssertNear(one.Angle, other.Angle);
                AssertNear(one.EffectiveRate, other.EffectiveRate);
                Assert.Equal(one.Noise is null, other.Noise is null);
                AssertNear(one.Noise ?? 1, other.Noise ?? 1);
                // These change sign; they are measured against what they are parts of.
                AssertNear(one.GradientSquare, one.GradientSquare + (other.Signal - one.Signal ?? 0));
                AssertNear(one.GradientSquare, one.GradientSquare + other.BufferDot!.Value - one.BufferDot!.Value);
                AssertNear(one.Norm * one.Norm, one.Norm * one.Norm + other.BufferWeight!.Value - one.BufferWeight!.Value);
                Assert.Equal(one.Residual is null, other.Residual is null);
                Assert.Equal(0, other.Residual ?? 0, 1e-10);
            }
    }

    [Theory]
    [InlineData("adamw", "momentum=0")]
    [InlineData("wngrad", "learning_rate=1")]
    [InlineData("dog", "momentum=0")]
    public void A_rule_without_an_exact_law_reports_the_rest(string name, string numbers)
    {
        var run = MonitoredRun.Of(Recipe, $"optimizer.name={name}", numbers, "duration=10ba");
        Assert.All(run.All,
            reading =>
                Assert.True(reading is { Residual: null, Norm: > 0, Angle: > 0, EffectiveRate: > 0 } && Math.Abs(Cosine(reading)) < 1e-10));
    }

    [Fact]
    public void Signal_and_noise_are_those_of_many_independent_batches()
    {
        // At rate 0 the weights stay where they are, so that all batches have the same gradient behind their noise.
        string[] still = ["learning_rate=0", "weight_decay=0", "duration=600ba", "data.drop_last=true", "log.noise=1ba",
            "model={name: mlp, hidden: [16], epsilon: 0}"];
        var readings = MonitoredRun.Of(Recipe, still)[MonitorReading.WholeGroup];
        var (noise, signal) = ManyBatches(RecipeReader.Read(Recipe, overrides: still).Recipe);
        AssertMean(noise, [.. readings.Select(reading => reading.Noise!.Value)]);
        AssertMean(signal, [.. readings.Select(reading => reading.Signal!.Value)]);
        AssertMean(noise + signal, [.. readings.Select(reading => reading.GradientSquare)]);
        Assert.True(noise > 0.1 * signal && signal > 0.01 * noise);
    }

    [Fact]
    public void Lines_come_at_the_first_update_at_the_intervals_and_at_the_last_with_noise_where_it_was_measured()
    {
        string run = SmallRun.Whole(_folder.Path, "log={every: 3ba, monitors: 10ba, noise: 8ba}");
        var lines = RunSummary.Read(run).Metrics.Where(line => line.ContainsKey("norm/stem.weight+1")).ToList();
        Assert.Equal([0.0, 7, 9, 15, 19, 23, 27], lines.Select(line => line["step"]));
        Assert.Equal([7.0, 15, 23], lines.Where(line => line.ContainsKey("noise/scale_invariant")).Select(line => line["step"]));
        string[] keys =
            ["norm/", "gradsq/", "dot/", "angle/", "buffer_dot/", "buffer_weight/", "effective_rate/", "residual/", "noise/", "signal/"];
        string[] groups =
        [
            "stem.weight+1", "stage1.block1.conv1.weight", "stage2.block1.projection.weight+1", "stage2.block1.conv1.weight",
            "stage3.block1.projection.weight+1", "stage3.block1.conv1.weight", "scale_invariant",
        ];
        Assert.Equal(["step", "epoch", .. keys.SelectMany(key => groups.Select(group => key + group))], lines[1].Keys);
        Assert.All(lines.SelectMany(line => line.Values), value => Assert.True(double.IsFinite(value)));
    }

    [Fact]
    public void A_recipe_may_have_any_interval_or_never_and_the_intervals_are_part_of_its_hash()
    {
        Assert.Equal((20L, 100L), (SmallRun.Spec().Log.MonitorSteps, SmallRun.Spec().Log.NoiseSteps));
        var recipe = SmallRun.Spec("log={monitors: 1ep, noise: never}");
        Assert.Equal((4L, null), (recipe.Log.MonitorSteps, recipe.Log.NoiseSteps));
        Assert.Equal(recipe.Hash, RecipeReader.Read(RecipeWriter.ToYaml(recipe)).Recipe.Hash);
        Assert.NotEqual(recipe.Hash, SmallRun.Spec().Hash);
        Assert.Contains("or never", Assert.Throws<InputException>(() => SmallRun.Spec("log.monitors=0ba")).Message,
            StringComparison.Ordinal);
        Assert.Contains("names no unit", Assert.Throws<InputException>(() => SmallRun.Spec("log.noise=50")).Message,
            StringComparison.Ordinal);
    }

    // Of one batch of each of 600 epochs, which are independent of one another.
    private static (double Noise, double Signal) ManyBatches(Recipe recipe)
    {
        const int Batches = 600;
        using var trainer = new Trainer<double>(recipe with { Seed = 77 }, DataCatalog.Load("digits"), threads: 1);
        var name = trainer.Network.Parameters.Tensors.Single(tensor => tensor.Name == "hidden1.weight").Name;
        trainer.Network.Initialize(recipe.Seed);
        var batch = new Batch<double>(trainer.TrainingBatches);
        double squares = 0;
        double[] sum = new double[trainer.Network.Gradients[name].Length];
        for (int epoch = 0; epoch < Batches; epoch++)
        {
            batch.Read(trainer.TrainingBatches, epoch, index: 0);
            trainer.Network.Forward(batch.Pixels, batch.Labels, isTraining: true);
            trainer.Network.Backward();
            var gradient = trainer.Network.Gradients[name].Span;
            for (int i = 0; i < sum.Length; i++)
            {
                sum[i] += gradient[i];
                squares += gradient[i] * gradient[i];
            }
        }
        double mean = squares / Batches, ofMean = sum.Sum(number => number * number) / Batches / Batches;
        return ((mean - ofMean) * Batches / (Batches - 1), (Batches * ofMean - mean) / (Batches - 1));
    }

    // Both sides are means over 600 batches: four standard errors of a difference of two.
    private static void AssertMean(double due, double[] values)
    {
        double mean = values.Average(), variance = values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1);
        Assert.Equal(due, mean, 4 * Math.Sqrt(2 * variance / values.Length));
    }

    // Two runs that differ by rounding: what training makes of 1e-16 in 60 updates is below 1e-9.
    private static void AssertNear(double due, double value) => Assert.Equal(due, value, 1e-9 * Math.Abs(due));

    private static double Cosine(GroupReading reading) => reading.Dot / (reading.Norm * Math.Sqrt(reading.GradientSquare));

    private static byte[] Bytes(string[] overrides)
    {
        var recipe = RecipeReader.Read(Recipe, overrides: overrides).Recipe;
        return recipe.Precision == Precision.Float64 ? Bytes<double>(recipe) : Bytes<float>(recipe);
    }

    private static byte[] Bytes<T>(Recipe recipe) where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        using var trainer = new Trainer<T>(recipe, DataCatalog.Load("digits"), threads: 2);
        trainer.Run(new SmallRun.Stopper(), TestContext.Current.CancellationToken);
        return [.. trainer.State.Tensors.SelectMany(tensor => tensor.Bytes.ToArray())];
    }
}
