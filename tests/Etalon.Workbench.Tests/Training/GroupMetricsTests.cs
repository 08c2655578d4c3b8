using Etalon.Engine;
using Etalon.Lab;
using Etalon.Lab.Data;
using Etalon.Lab.Models;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Lab.Tests;
using Etalon.Lab.Tests.Runs;
using Etalon.Lab.Training;
using Etalon.Workbench.Tests.Commands;

namespace Etalon.Workbench.Tests.Training;

public sealed class GroupMetricsTests : IDisposable
{
    private const string Recipe = """
        name: groups
        duration: 2ep
        data: {set: digits, batch: 64, train: 300, test: 100, label_noise: {fraction: 0.5}, patches: {fraction: 0.3}}
        model: {name: mlp, hidden: [32]}
        learning_rate: 0.1
        momentum: 0.9
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Accuracies_by_group_agree_with_counting_image_by_image()
    {
        var recipe = RecipeReader.Read(Recipe).Recipe;
        using var trainer = new Trainer<double>(recipe, DataCatalog.Load("digits"), threads: 2);
        var last = new Last();
        trainer.Run(last, TestContext.Current.CancellationToken);

        var data = RecipeData.Prepare(recipe.Data!, DataCatalog.Load("digits"));
        int[] training = Predictions(trainer, data, data.Training), test = Predictions(trainer, data, data.Test);
        var (fit, split) = (last.Report.Fit!, data.Training);
        Assert.Equal(["accuracy/patched", "accuracy/plain", "accuracy/clean", "memorized", "corrected"],
            fit.Groups.Select(group => group.Name));
        Assert.Equal(Count(split.Group("patched"), i => training[i] == split.Labels[i]), fit.Groups[0]);
        Assert.Equal(Count(split.Group("plain"), i => training[i] == split.Labels[i]), fit.Groups[1]);
        Assert.Equal(Count(split.Group("clean"), i => training[i] == split.TrueLabels![i]), fit.Groups[2]);
        Assert.Equal(Count(split.Group("corrupted"), i => training[i] == split.Labels[i]) with { Name = "memorized" }, fit.Groups[3]);
        Assert.Equal(Count(split.Group("corrupted"), i => training[i] == split.TrueLabels![i]) with { Name = "corrected" }, fit.Groups[4]);
        Assert.Equal(Enumerable.Range(0, 300).Count(i => training[i] == split.Labels[i]), fit.Total.Correct);
        Assert.Equal(Count(data.Test.Group("patched"), i => test[i] == data.Test.Labels[i]), last.Report.TestSplit.Groups[0]);
        // None of the figures may be one that any network would give.
        Assert.All(fit.Groups, group => Assert.InRange(group.Correct, 1, group.Images - 1));
    }

    [Fact]
    public async Task They_stand_in_the_metrics_and_in_what_runs_show_prints()
    {
        string recipe = Path.Combine(_folder.Path, "groups.yaml");
        File.WriteAllText(recipe, Recipe);
        var (code, _, error) = await Cli.Run("train", recipe, "--runs", _folder.Path);
        Assert.Equal(ExitCode.Done, code);
        Assert.Matches("test patched [0-9.]+ % plain .* fit patched .* clean .* memorized .* corrected", error);

        var line = RunSummary.Read(Path.Combine(_folder.Path, "groups")).Metrics[^1];
        string[] keys = ["test/accuracy/patched", "test/accuracy/plain", "fit/loss", "fit/accuracy", "fit/accuracy/patched",
            "fit/accuracy/plain", "fit/accuracy/clean", "fit/memorized", "fit/corrected"];
        Assert.All(keys, key => Assert.Contains(key, line.Keys));
        var (_, output, _) = await Cli.Run("runs", "show", "groups", "--runs", _folder.Path);
        Assert.Matches("test patched +test plain +fit patched +fit plain +fit clean +fit memorized +fit corrected", output);
        Assert.Contains($"{line["fit/memorized"]:P2}", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_tags_the_training_split_is_not_evaluated()
    {
        string run = SmallRun.Whole(_folder.Path);
        Assert.DoesNotContain(RunSummary.Read(run).Metrics.SelectMany(line => line.Keys),
            key => key.StartsWith("fit", StringComparison.Ordinal));
    }

    [Fact]
    public void Changed_noise_is_refused_when_a_run_goes_on()
    {
        string[] overrides = ["data.label_noise={fraction: 0.2}", "data.patches={fraction: 0.1, size: 3}"];
        string whole = SmallRun.Whole(Path.Combine(_folder.Path, "whole"), overrides),
            run = SmallRun.Stopped(Path.Combine(_folder.Path, "stopped"), 5, overrides);
        string resolved = Path.Combine(run, "resolved.json"), text = File.ReadAllText(resolved);
        File.WriteAllText(resolved, text.Replace("\"fraction\": 0.2", "\"fraction\": 0.3", StringComparison.Ordinal));
        Assert.Contains("data.label_noise.fraction was 0.2, is 0.3", Assert.Throws<InputException>(() => SmallRun.Resume(run)).Message,
            StringComparison.Ordinal);
        File.WriteAllText(resolved, text);
        SmallRun.Resume(run);
        SmallRun.AssertSame(whole, run);
    }

    [Fact]
    public void The_full_batch_is_one_update_an_epoch_whose_loss_is_that_of_the_whole_split()
    {
        var recipe = RecipeReader.Read(Recipe,
            overrides: ["data.batch=full", "duration=5ep", "log.evaluate=2ep", "precision=float64", "momentum=0"]).Recipe;
        Assert.Equal((300, 1L, 5L), (recipe.Data!.Batch, recipe.StepsPerEpoch, recipe.TotalSteps));
        using var trainer = new Trainer<double>(recipe, DataCatalog.Load("digits"), threads: 1);
        var data = RecipeData.Prepare(recipe.Data, DataCatalog.Load("digits"));
        var batch = new Batch<double>(BatchSource<double>.InOrder(data, data.Training, 300));
        batch.Read(BatchSource<double>.InOrder(data, data.Training, 300), 0, 0);
        double loss = trainer.Network.Forward(batch.Pixels, batch.Labels, isTraining: true).Loss;
        var last = new Last();
        trainer.Run(last, TestContext.Current.CancellationToken);
        // The order of the images differs, and with it the rounding of sums of 300 terms.
        Assert.Equal(loss, last.FirstLoss, 1e-12);
        Assert.Equal([1L, 3L, 4L], last.EvaluatedSteps);
    }

    [Fact]
    public void A_batch_that_does_not_fit_is_refused_with_what_it_needs()
    {
        var (model, image) = (new ModelSpec { Kind = ModelKind.Cnn }, new ImageSize(32, 32, 3));
        var recipe = RecipeReader.Read("{duration: 1ba, learning_rate: 1, data: {set: cifar10, batch: 50000}, model: {name: cnn}}").Recipe;
        var problem = Assert.Throws<InputException>(() => RunMemory.Require(recipe, threads: 1, available: 4_000_000_000));
        Assert.Matches(
            "data.batch = 50000: cnn needs [0-9.]+ GB for batches of 50000 32x32x3 images, and this machine has 4.0 GB; take a smaller "
            + "batch", problem.Message);
        Assert.Contains("training would be refused", RunMemory.Note(recipe, threads: 1, available: 4_000_000_000),
            StringComparison.Ordinal);
        Assert.Null(RunMemory.Note(recipe, threads: 1, available: long.MaxValue));
        using var workers = new Workers(1);
        using var few = Model.Build<float>(model, image, 10, new SoftmaxCrossEntropy(), 100, workers);
        using var more = Model.Build<float>(model, image, 10, new SoftmaxCrossEntropy(), 300, workers);
        // Beside the network: the data set's bytes, and five batches that are read.
        double beside = (60_000 * 3072 + 5.0 * 50_000 * 3072 * sizeof(float)) / 1e9;
        double said = double.Parse(problem.Message.Split("needs ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        // The last digit printed, and the weights.
        Assert.Equal((more.MemoryBytes - few.MemoryBytes) / 200.0 * 50_000 / 1e9 + beside, said, 0.1);
    }

    private static GroupAccuracy Count(ExampleGroup group, Func<int, bool> isRight) =>
        new($"accuracy/{group.Name}", group.Members.Count(isRight), group.Count);

    private static int[] Predictions(Trainer<double> trainer, DataSet data, Split split)
    {
        var source = BatchSource<double>.InOrder(data, split, 1);
        return [.. Enumerable.Range(0, split.Count).Select(image =>
        {
            var batch = new Batch<double>(source);
            batch.Read(source, 0, image);
            trainer.Network.Forward(batch.Pixels, batch.Labels, isTraining: false);
            double[] outputs = trainer.Network.OutputsOf(0).ToArray();
            return outputs.IndexOf(outputs.Max());
        })];
    }

    private sealed class Last : ITrainingObserver
    {
        public EvaluationReport Report { get; private set; }

        public List<long> EvaluatedSteps { get; } = [];

        public double FirstLoss { get; private set; }

        public void Updated(in UpdateReport report)
        {
            if (report.Step == 0) FirstLoss = report.Batch.Loss;
        }

        public void Evaluated(in EvaluationReport report)
        {
            Report = report;
            EvaluatedSteps.Add(report.Step);
        }
    }
}
