using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Lab.Verifications;
using Etalon.Numerics;

namespace Etalon.Lab.Claims.ScheduleTwins;

/// <summary>The equivalences of Li and Arora 2019, by <see cref="ScheduleTwinsExperiment"/>: one claim for each kind of schedule.</summary>
internal sealed class ScheduleTwinsClaim : Claim
{
    /// <summary>The largest difference of outputs, relative, that is none in float64.</summary>
    internal const double Identical = 1e-8;

    /// <summary>How far the control must be for the identity to tell anything.</summary>
    internal const double Apart = 1e-2;

    // Differences of accuracy at one epoch that must not be missed: a point of the mean over an epoch's batches, three points (of which one
    // is 1.2 images) of the digits' test.
    private const double TrainMargin = 0.01, TestMargin = 0.03;

    private const double AngleBound = 0.05;

    /// <param name="name">Its name on the command line.</param>
    /// <param name="id">Its number.</param>
    internal ScheduleTwinsClaim(string name, string id) => (Name, Ids) = (name, [id]);

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Ids { get; }

    /// <inheritdoc/>
    public override string Statement => Words.Statement;

    /// <inheritdoc/>
    public override string Source =>
        $"Li and Arora 2019, *An exponential learning rate schedule for deep learning*, {Words.Where}.";

    /// <inheritdoc/>
    public override string Question => Words.Question;

    /// <inheritdoc/>
    public override string PaperSays => Words.PaperSays;

    /// <summary>What it says.</summary>
    internal required TwinWords Words { get; init; }

    /// <summary>The experiment at a scale; null where there is none.</summary>
    internal required Func<ClaimScale, ScheduleTwinsExperiment?> At { get; init; }

    /// <summary>The cost at a scale.</summary>
    internal required Func<ClaimScale, ClaimCost?> Costs { get; init; }

    /// <summary>Decades that the twin's rate must span; null where it is not asked.</summary>
    internal double? RateDecades { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Amendments => Changes;

    /// <summary>Its amendments.</summary>
    internal IReadOnlyList<string> Changes { get; init; } = [];

    /// <inheritdoc/>
    public override ClaimCost? CostAt(ClaimScale scale) => Costs(scale);

    /// <inheritdoc/>
    public override ClaimReport Reproduce(ClaimRun run)
    {
        var experiment = Experiment(run);
        var report = experiment.Run(run);
        return new ClaimReport(this, Setting(experiment), Judge(report), [.. report.Tables], report.Picture, report.Measurements);
    }

    /// <inheritdoc/>
    internal override IReadOnlyList<Recipe> Recipes(ClaimRun run) => Experiment(run).Recipes;

    private ScheduleTwinsExperiment Experiment(ClaimRun run)
    {
        var experiment = At(run.Scale)
            ?? throw new InputException($"--{ScaleWords.Of(run.Scale)}: {Name} has no experiment of this scale; leave it out");
        return experiment.Runs is null ? experiment : experiment with { Seeds = run.SeedsOr(experiment.Seeds) };
    }

    private static string Setting(ScheduleTwinsExperiment experiment) =>
        $"All trained weights scale-invariant (no scale and shift, last layer fixed, epsilon 0), momentum 0.9. Identity in float64 over "
            + $"the "
        + $"first {experiment.Updates} updates, on the same "
        + $"batches: {string.Join("; ", experiment.Identities.Select(pair => pair.Title))}. "
        + (experiment.Runs is { } whole
            ? $"Whole runs in float32: {whole.Title}, {whole.Recipe.TotalSteps / whole.Recipe.StepsPerEpoch} epochs, {experiment.Seeds} "
                + "seeds of start and order, each arm."
            : "No whole runs: an identity is the claim.");

    /// <summary>What must hold.</summary>
    internal IReadOnlyList<ClaimCheck> Judge(ScheduleTwinsReport report)
    {
        List<ClaimCheck> checks = [];
        foreach (var (pair, identity) in report.Identities)
        {
            string apart = $"the control, whose decay is dropped, is {Comparison.Distance(identity.Control)} away";
            checks.Add(ClaimCheck.Exact($"{pair.Title}: {pair.FormName} gives the same outputs in float64, to 1e-8 of the largest",
                identity.Outputs, Identical, $"{Comparison.Distance(identity.Outputs)} after {identity.Updates} updates", apart) with
            {
                Power = identity.Rounding <= Identical
                    ? CheckPower.OfNoChance(apart)
                    : new(1, 0, false, $"the last digits of the start alone move it by {Comparison.Distance(identity.Rounding)}; fewer "
                        + "updates would decide"),
            });
            checks.Add(new($"{pair.Title}: dropped decay moves the outputs by more than 1e-2", identity.Control > Apart,
                Comparison.Distance(identity.Control))
            { IsControl = true, Power = CheckPower.OfNoChance("one seed, the same batches") });
        }
        if (report.Arms.Count > 0) checks.AddRange(JudgeRuns(report));
        return checks;
    }

    private IEnumerable<ClaimCheck> JudgeRuns(ScheduleTwinsReport report)
    {
        var (own, twin, control) = (ArmResult.Named(ScheduleTwinsReport.Own, report.Arms),
            ArmResult.Named(ScheduleTwinsReport.Twin, report.Arms), ArmResult.Named(ScheduleTwinsReport.Control, report.Arms));
        SpreadTest Compare(ArmResult other, string metric, double resolution, double margin) =>
            SpreadTest.Of(EpochCurves.Of(own, metric), EpochCurves.Of(other, metric), resolution, margin);
        var recipe = own.Arm.Recipe;
        double trained = 1.0 / (recipe.StepsPerEpoch * recipe.Data!.Batch), tested = 1.0 / recipe.Data.TestCount;
        yield return Compare(twin, EpochCurves.TrainAccuracy, trained, TrainMargin).Check("training accuracy", TrainMargin);
        yield return Compare(twin, RunMetrics.TestAccuracy, tested, TestMargin).Check("test accuracy", TestMargin);
        yield return AnglesAgree(own, twin);
        var dropped = Compare(control, EpochCurves.TrainAccuracy, trained, TrainMargin);
        yield return new("the training accuracy of the run whose decay is dropped leaves that spread", !dropped.Alike,
            $"{dropped.Largest:0.0} spreads after epoch {dropped.Epoch}, {dropped.Critical:0.0} allowed")
        {
            IsControl = true,
            Power = new(SpreadTest.Level, SpreadTest.Level, true, "the same test"),
        };
        if (RateDecades is not { } decades) yield break;
        var (rate, norm) = report.Growth;
        double span = ScheduleTwinsReport.Decades(rate[^1] - rate[0]);
        yield return new ClaimCheck($"the twin's rate grows over {decades:0} decades and no run breaks off", span >= decades
            && report.Arms.SelectMany(arm => arm.Runs).All(run => run.Status == RunStatus.Done), $"{span:0.0} decades")
        {
            Power = CheckPower.OfNoChance("the growth follows from rate and decay"),
        };
        int half = rate.Length / 2;
        double slope = 2 * (norm[^1] - norm[half]) / (rate[^1] - rate[half]);
        yield return new ClaimCheck("over the second half |w|² grows in parallel with the rate: slope 1 to 0.02",
            Math.Abs(slope - 1) <= 0.02,
            $"{slope:0.0000}")
        {
            Power = CheckPower.OfNoChance("without equilibrium the slope is off by the drift of |w|"),
        };
    }

    private static ClaimCheck AnglesAgree(ArmResult own, ArmResult twin)
    {
        double[][] a = EpochCurves.Of(own, EpochCurves.Angle), b = EpochCurves.Of(twin, EpochCurves.Angle);
        double[] ofOwn = EpochCurves.Mean(a), ofTwin = EpochCurves.Mean(b);
        int worst = Enumerable.Range(0, ofOwn.Length).MaxBy(epoch => Math.Abs(Elementary.Log(ofTwin[epoch] / ofOwn[epoch])));
        double ratio = ofTwin[worst] / ofOwn[worst] - 1;
        var ratios = new SeedSample([.. a.Zip(b, (x, y) => (ratio < 0 ? -1 : 1) * (y[worst] / x[worst] - 1))]);
        return new("the angle between the weights before and after an update, averaged over the epoch, is within 5 % at every epoch",
            Math.Abs(ratio) <= AngleBound, $"at most {100 * ratio:0.0} %, in epoch {worst + 1}; from {ofOwn.Max():0.000} "
                + $"to {ofOwn.Min():0.0000}")
        {
            Power = CheckPower.OfMean(ratios, AngleBound, AngleBound, isUpper: true),
        };
    }
}

/// <summary>What a claim about twins says.</summary>
/// <param name="Statement">The claim.</param>
/// <param name="Where">Where in the paper.</param>
/// <param name="Question">What is asked.</param>
/// <param name="PaperSays">What the paper reports.</param>
internal sealed record TwinWords(string Statement, string Where, string Question, string PaperSays);
