using Etalon.Lab.Claims.DecayExplanations;
using Etalon.Lab.Claims.PatternSeparation;
using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Tests.Claims;

/// <summary>
/// The experiments on PS10 with a twentieth of the images, patterns and hidden units: that they work, not what they find.
/// </summary>
public sealed class PatternExperimentTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string In(string name) => Path.Combine(_folder.Path, name);

    private static ClaimRun Run(string folder) =>
        new() { Folder = folder, Threads = 2, Report = _ => { }, Cancellation = TestContext.Current.CancellationToken };

    [Fact]
    public void Pattern_separation_runs_every_seed_judges_and_goes_on_where_it_was_interrupted()
    {
        var experiment = new PatternSeparationExperiment { Seeds = 2, IsQuick = true, ScaleDown = 20 };
        using var cancellation = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(
            () => experiment.Run(Run(In("report")) with { Report = _ => cancellation.Cancel(), Cancellation = cancellation.Token }));
        int before = Directory.GetFiles(In("report/runs"), "result.json", SearchOption.AllDirectories).Length;
        Assert.InRange(before, 1, 7);

        var report = experiment.Run(Run(In("report")));
        Assert.Equal(8, Directory.GetDirectories(In("report/runs")).Length);
        Assert.Equal((4, 8), (report.Arms.Count, PatternSeparationClaim.Judge(report).Count));
        Assert.All(report.Arms, arm => Assert.Equal(2, arm.Runs.Count));
        var claim = new PatternSeparationClaim { Experiment = experiment }.Reproduce(Run(In("report")));
        claim.Write(In("report"));
        string text = File.ReadAllText(Path.Combine(In("report"), "report.md"));
        Assert.Contains("| σ 1, 30 % noisy: 1, 0.1, 0.01 (30 + 5 + 5) | 31 |", text, StringComparison.Ordinal);
        Assert.Contains("constant 0.01", File.ReadAllText(Path.Combine(In("report"), "picture.svg")), StringComparison.Ordinal);

        var problem = Assert.Throws<InputException>(() => (experiment with { ScaleDown = 10 }).Run(Run(In("report"))));
        Assert.Contains("another recipe", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_seed_has_no_deviation_and_is_refused()
    {
        var run = Run(_folder.Path) with { Seeds = 1 };
        Assert.Contains("--seeds 1", Assert.Throws<InputException>(() => new PatternSeparationClaim().Reproduce(run)).Message,
            StringComparison.Ordinal);
        Assert.Contains("--seeds 1", Assert.Throws<InputException>(() => new DecayExplanationsClaim().Reproduce(run)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_decay_is_compared_with_what_was_best_before_it()
    {
        var report = new DecayExplanationsExperiment { Seeds = 1, ScaleDown = 20 }.Run(Run(_folder.Path));
        Assert.Equal((5, 6), (report.Gradient.Count, report.Stochastic.Count));
        Assert.Equal([100, 200, 400, 600], report.Curvatures.Select(reading => reading.Step).Distinct().Order());
        Assert.All(report.Curvatures.Where(reading => reading.Step < 600), reading => Assert.Equal(1, reading.Rate));

        var arm = report.Stochastic[3];
        var loss = arm.Curves("fit/loss")[0];
        double best = loss.Where(point => point.Epoch <= 20).Min(point => point.Value)
            - loss.Where(point => point.Epoch > 20).Min(point => point.Value);
        Assert.Equal(best, arm.Gain("fit/loss", 20).Values[0]);
        Assert.Equal(60, loss.Count);
        // A heading and its rule; three decays read twice, two constant rates once; four first decays and a rate that stays.
        Assert.Equal((2 + 8, 2 + 5), (report.CurvatureTable.Count(), report.GainTable.Count()));
        string[] table = [.. new ExplanationTable { Gradient = DecayExplanationsClaim.JudgeGradient(report),
            Stochastic = DecayExplanationsClaim.JudgeStochastic(report) }.Lines];
        Assert.Contains("not run here", table.Last(), StringComparison.Ordinal);
        Assert.Contains("checks against it", table[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.5, null, 0.6, 0.4995)] // 0.1 away, less the rounding, in measured deviations of 0.2
    [InlineData(0.5, 0.2, 0.6, 0.4975)]
    public void A_figure_is_as_far_away_as_its_difference_in_deviations(double reference, double? deviation, double measured, double least)
    {
        var point = new ReferencePoint("m", 1, reference, deviation);
        double distance = point.DistanceTo(new SeedSample([measured - 0.2, measured, measured + 0.2]));
        Assert.InRange(distance, least - 0.01, least + 0.01);
        Assert.Equal(0, point.DistanceTo(new SeedSample([reference - 0.0004, reference])));
    }
}
