using Etalon.Lab.Claims.LabelNoise;
using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Data;
using Etalon.Lab.Runs;

namespace Etalon.Lab.Tests.Claims;

/// <summary>The experiment on a few digits: that it works, not what it finds; and its judgment, on curves that are made up.</summary>
public sealed class LabelNoiseTests : IDisposable
{
    private static readonly LabelNoiseExperiment Small =
        new() { Set = "digits", Images = 256, TestImages = 100, Epochs = 8, Width = 2, Seeds = 2 };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_arm_and_seed_is_run_and_drawn_and_the_decayed_rate_is_the_largest_until_the_middle()
    {
        var claim = new LabelNoiseClaim("label-noise-digits", "the digits", 1) { Experiment = Small }.Reproduce(
            new ClaimRun { Folder = _folder.Path, Threads = 2, Report = _ => { } });
        Assert.Equal(9, claim.Checks.Count);
        claim.Write(_folder.Path);
        string text = File.ReadAllText(Path.Combine(_folder.Path, "report.md"));
        Assert.Contains("| 1, 0.1, 0.01 | 8 |", text, StringComparison.Ordinal);
        Assert.Contains("C4: a large initial rate suppresses memorizing", text, StringComparison.Ordinal);
        Assert.Contains("memorized", File.ReadAllText(Path.Combine(_folder.Path, "picture.svg")), StringComparison.Ordinal);

        var report = Small.Run(
            new ClaimRun { Folder = _folder.Path, Threads = 1, Report = _ => { }, Cancellation = TestContext.Current.CancellationToken });
        Assert.Equal(["decayed", "large", "medium", "small"], report.Arms.Select(arm => arm.Arm.Name));
        Assert.All(report.Arms, arm => Assert.Equal([2, 4, 6, 8], arm.Curves(LabelNoiseReport.Memorized)[0].Select(point => point.Epoch)));
        Assert.Equal([1.0, 0.1, 0.01], Rates(report.Arms[0]));
        Assert.Equal([[1.0], [0.1], [0.01]], report.Arms.Skip(1).Select(Rates));
        // One run until the rate falls: the same seed, to the bit.
        Assert.Equal(report.Arms[1].At(LabelNoiseReport.Test, 4).Values, report.Arms[0].At(LabelNoiseReport.Test, 4).Values);
        Assert.NotEqual(report.Arms[1].At(LabelNoiseReport.Test, 8).Values, report.Arms[0].At(LabelNoiseReport.Test, 8).Values);
    }

    [Fact]
    public void Each_claim_is_judged_by_its_own_curves()
    {
        // memorized, corrected, clean, test after the first stage and in the end
        double[] large = [0.05, 0.7, 0.8, 0.75], largeLast = [0.07, 0.7, 0.82, 0.76], fitted = [0.6, 0.2, 0.9, 0.6];
        var both = Judge([large, [0.3, 0.5, 0.9, 0.8]], [large, largeLast], [fitted, fitted], [fitted, fitted]);
        Assert.All(LabelNoiseClaim.Suppresses(both), check => Assert.True(check.Holds, check.Statement));
        Assert.All(LabelNoiseClaim.DecayBrings(both), check => Assert.True(check.Holds, check.Statement));

        // A large rate that memorizes like the others, and whose decay brings much: C5 alone.
        var decayAlone = Judge([[0.6, 0.2, 0.8, 0.7], [0.6, 0.2, 0.9, 0.8]], [fitted, fitted], [fitted, fitted], [fitted, fitted]);
        Assert.DoesNotContain(LabelNoiseClaim.Suppresses(decayAlone), check => check.Holds);
        Assert.All(LabelNoiseClaim.DecayBrings(decayAlone), check => Assert.True(check.Holds, check.Statement));

        // A decay that brings nothing: C4 alone.
        var suppressionAlone = Judge([large, large], [large, largeLast], [fitted, [0.6, 0.2, 0.9, 0.8]], [fitted, [0.6, 0.2, 0.9, 0.8]]);
        Assert.All(LabelNoiseClaim.Suppresses(suppressionAlone), check => Assert.True(check.Holds, check.Statement));
        Assert.DoesNotContain(LabelNoiseClaim.DecayBrings(suppressionAlone), check => check.Holds);
        Assert.Contains(
            LabelNoiseReport.Verdicts([.. LabelNoiseClaim.Suppresses(suppressionAlone)],
                [.. LabelNoiseClaim.DecayBrings(suppressionAlone)]),
                line => line.EndsWith("| no: 0 of 5 checks |", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_tags_neither_an_experiment_nor_a_split_has_groups()
    {
        var problem = Assert.Throws<InputException>(() => Arm("plain", [[0, 0, 0, 0], [0, 0, 0, 0]]).At("fit/accuracy/noisy", 2));
        Assert.Contains("has no fit/accuracy/noisy", problem.Message, StringComparison.Ordinal);
        Assert.Contains("need data with tags (ps10, label_noise or patches)", problem.Message, StringComparison.Ordinal);
        Assert.Contains("add data.label_noise",
            Assert.Throws<InputException>(() => DataCatalog.Load("digits").Training.Group("noisy")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_seed_has_no_deviation_and_is_refused()
    {
        var run = new ClaimRun { Folder = _folder.Path, Threads = 1, Seeds = 1, Report = _ => { } };
        Assert.Contains("--seeds 1", Assert.Throws<InputException>(() => LabelNoiseClaim.Cifar.Reproduce(run)).Message,
            StringComparison.Ordinal);
    }

    private static LabelNoiseReport Judge(double[][] decayed, double[][] large, double[][] medium, double[][] small) =>
        new(Small with { Epochs = 4 }, [Arm("decayed", decayed), Arm("large", large), Arm("medium", medium), Arm("small", small)]);

    // Two seeds that agree, evaluated after 2 and after 4 epochs.
    private static ArmResult Arm(string name, double[][] points)
    {
        string[] metrics = [LabelNoiseReport.Memorized, LabelNoiseReport.Corrected, LabelNoiseReport.Clean, LabelNoiseReport.Test];
        var lines = points.Select(
            (values, index) =>
                metrics.Zip(values).Append(("epoch", 2.0 * (index + 1))).ToDictionary(pair => pair.Item1, pair => pair.Item2)).ToList();
        var run = new RunSummary { Name = name, Path = name, Resolved = [], Metrics = lines };
        return new ArmResult(new ExperimentArm(name, name, Small.Recipes[0]), [run, run]);
    }

    private static double[] Rates(ArmResult arm) => [.. arm.Curves("lr")[0].Select(point => Math.Round(point.Value, 10)).Distinct()];
}
