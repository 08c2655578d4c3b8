using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Claims.TransferByStage;
using Etalon.Lab.Data;

namespace Etalon.Lab.Tests.Claims;

/// <summary>The experiment on digits and PS10, in seconds: that it works, not what it finds; and how gains become a verdict.</summary>
public sealed class TransferByStageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static readonly TransferByStageExperiment Small = new()
    {
        Seeds = 2,
        Recipe = """
            duration: 6ep
            data: {set: digits, image: 16x16x1, classes: [0, 1, 2, 3, 4, 5], train: 200, test: 100, batch: 50}
            model: {name: cnn, width: 2}
            learning_rate: {steps: {start: 0.1, at: [2ep, 4ep], factor: 0.1}}
            momentum: 0.9
            checkpoint: {every: 2ep, keep: stages}
            """,
        Targets = [new("digits 6 to 9",
            new DataSpec { Set = "digits", FitTo = new(16, 16, 1), Classes = [6, 7, 8, 9], TrainLimit = 100, TestLimit = 100 }),
            new("patterns", new DataSpec { Set = "ps10", Patterns = new PatternSpec(), TrainLimit = 100, TestLimit = 100 })],
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_trains_probes_judges_and_goes_on_where_it_was()
    {
        var run = new ClaimRun { Folder = _folder.Path, Threads = 2, Report = _ => { } };
        var report = new TransferByStageClaim { Experiment = Small }.Reproduce(run);
        // Two gains of the source, and for each of two targets whether features are learned and whether they transfer less.
        Assert.Equal(2 + 2 + 2, report.Checks.Count);
        report.Write(_folder.Path);
        string text = File.ReadAllText(Path.Combine(_folder.Path, "report.md"));
        Assert.Contains("| before training | 0 |  |", text, StringComparison.Ordinal);
        Assert.Contains("| stage 2 | 4 | 0.01 |", text, StringComparison.Ordinal);
        Assert.Contains("| patterns | ridge |", text, StringComparison.Ordinal);
        Assert.Contains("patterns", File.ReadAllText(Path.Combine(_folder.Path, "picture.svg")), StringComparison.Ordinal);

        string[] results = Directory.GetFiles(_folder.Path, "result.json", SearchOption.AllDirectories);
        Assert.Equal(2, results.Length);
        var before = results.ToDictionary(path => path, File.ReadAllText);
        Assert.Equal(report.Checks, new TransferByStageClaim { Experiment = Small }.Reproduce(run with { Threads = 1 }).Checks);
        Assert.All(before, result => Assert.Equal(result.Value, File.ReadAllText(result.Key)));
    }

    [Fact]
    public void What_cannot_be_tested_is_refused_before_anything_is_trained()
    {
        var run = new ClaimRun { Folder = _folder.Path, Threads = 1, Report = _ => { } };
        Assert.Contains("--seeds 1",
            Assert.Throws<InputException>(() => new TransferByStageClaim().Reproduce(run with { Seeds = 1 })).Message,
            StringComparison.Ordinal);
        var stages = Small with { Recipe = Small.Recipe.Replace("[2ep, 4ep]", "[2ep]", StringComparison.Ordinal) };
        Assert.Contains("falls to half or less 1 times; it must do so twice",
            Assert.Throws<InputException>(() => new TransferByStageClaim { Experiment = stages }.Reproduce(run)).Message,
            StringComparison.Ordinal);
        var missing = Small with
        {
            Targets = [new("a", new DataSpec { Set = "cifar10", Folder = "nowhere" }),
            new("b", new DataSpec { Set = "mnist", Folder = "nowhere" })]
        };
        Assert.Equal(2,
            Assert.Throws<InputException>(() => new TransferByStageClaim { Experiment = missing }.Reproduce(run)).Problems.Count);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void The_default_recipe_and_targets_read()
    {
        var recipe = Etalon.Lab.Recipes.RecipeReader.Read(new TransferByStageExperiment().Recipe).Recipe;
        Assert.Equal((12_000, 6_000, 12L * 187), (recipe.Data!.TrainCount, recipe.Data.TestCount, recipe.TotalSteps));
        foreach (var target in new TransferByStageExperiment().Targets)
            Assert.Equal(recipe.Data.Image, target.Data.Image);
    }

    [Fact]
    public void A_ratio_is_that_of_the_mean_gains_with_the_error_of_its_first_order()
    {
        var gain = new StageGain(new([0.10, 0.12, 0.08]), new([0.05, 0.07, 0.03]));
        Assert.Equal(0.5, gain.Ratio, 1e-15);
        Assert.Equal(0.5, gain.Linearized.Mean, 1e-15);
        // The deviations of t - s/2 are 0, 0.01 and -0.01: a standard error of 0.01/√3, over the source's 0.1; times t(0.975; 2) = 4.3027.
        Assert.Equal(4.30265 * 0.1 / Math.Sqrt(3), gain.Linearized.Margin, 1e-5);
        Assert.Equal("0.50 ± 0.25", $"{gain}");
    }

    [Fact]
    public void Without_a_significant_gain_on_the_source_there_is_no_ratio()
    {
        var gain = new StageGain(new([0.01, 0.02, -0.005]), new([0.05, 0.07, 0.03]));
        Assert.False(gain.IsFormed);
        Assert.True(double.IsNaN(gain.Ratio));
        Assert.Equal("not formed, source gain 0.0083 with a standard error of 0.0073 not significant", $"{gain}");
        Assert.Equal(TransferVerdict.NotFormed, new TargetTransfer("x", Formed(0.5), gain).Verdict);
        Assert.Equal(TransferVerdict.NotFormed, new TargetTransfer("x", gain, Formed(0.5)).Verdict);
    }

    [Theory]
    [InlineData(0.8, 0.2, nameof(TransferVerdict.Supported))]
    [InlineData(0.2, 0.8, nameof(TransferVerdict.Contradicted))]
    [InlineData(0.5, 0.51, nameof(TransferVerdict.Undecided))]
    public void The_verdict_is_where_the_interval_of_the_difference_lies(double early, double late, string verdict) =>
        Assert.Equal(verdict, $"{new TargetTransfer("x", Formed(early), Formed(late, noise: -0.002)).Verdict}");

    // A standard error of 0.0007 in the gain on the target: 0.007 in the ratio, and 0.01 in the difference of two.
    private static StageGain Formed(double ratio, double noise = 0.002)
    {
        double[] source = [0.100, 0.104, 0.096, 0.102, 0.098], errors = [1, -1, 0, 0.5, -0.5];
        return new(new(source), new([.. source.Zip(errors, (gain, error) => ratio * gain + noise * error)]));
    }

    [Theory]
    [InlineData(2, 12.7062)]
    [InlineData(3, 4.30265)]
    [InlineData(5, 2.77645)]
    [InlineData(31, 2.04227)]
    public void The_margin_is_students_quantile_times_the_standard_error(int seeds, double quantile)
    {
        var sample = new SeedSample([.. Enumerable.Range(0, seeds).Select(i => (double)i)]);
        Assert.Equal(quantile, sample.Margin / sample.Error, 1e-4);
    }
}
