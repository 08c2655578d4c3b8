using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Claims.TiledPatterns;

namespace Etalon.Lab.Tests.Claims;

/// <summary>The experiment with few images and channels: that it works, not what it finds.</summary>
public sealed class TiledPatternsTests : IDisposable
{
    private static readonly TiledPatternsExperiment Small =
        new() { Images = 512, TestImages = 100, Complex = 3, Epochs = 4, Width = 4, Seeds = 2 };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Trait("speed", "slow")]
    public void The_arms_are_run_judged_and_drawn_on_color_images()
    {
        var run =
            new ClaimRun { Folder = _folder.Path, Threads = 2, Report = _ => { }, Cancellation = TestContext.Current.CancellationToken };
        var report = Small.Run(run);
        var checks = TiledPatternsClaim.Judge(report);
        Assert.All(report.Arms.SelectMany(arm => arm.Runs),
            trained => Assert.Equal("tiled", (string?)trained.Resolved["recipe"]!["data"]!["patterns"]!["kind"]));
        double[] before = [.. report.Arms[0].At(RunMetrics.Complex, 2).Values],
            after = [.. report.Arms[0].At(RunMetrics.Complex, 3).Values];
        var jump = new SeedSample([after[0] - before[0], after[1] - before[1]]);
        Assert.NotEqual(0, jump.Mean);
        Assert.Equal(jump.Mean >= 0.04, checks[1].Holds);
        Assert.StartsWith($"{jump}, lowest", checks[1].Measured, StringComparison.Ordinal);

        var claim = new TiledPatternsClaim { Experiment = Small }.Reproduce(run with { Threads = 1 });
        Assert.Equal(checks, claim.Checks);
        claim.Write(_folder.Path);
        // A heading and its rule; four arms after five epochs, of which the third is both after the decay and three quarters.
        Assert.Equal(2 + 4 * 4, report.Table.Count());
        Assert.Contains("| 1, 0.1, 0.01 | 4 |", File.ReadAllText(Path.Combine(_folder.Path, "report.md")), StringComparison.Ordinal);
        Assert.Throws<InputException>(
            () => new TiledPatternsClaim { Experiment = Small with { Seeds = 1 } }.Reproduce(run with { Threads = 1 }));
    }
}
