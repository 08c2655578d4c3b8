using Etalon.Lab.Charts;
using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Data;
using Etalon.Lab.Recipes;
using Etalon.Lab.Simulations.Scenarios;
using Etalon.Schedules;

namespace Etalon.Lab.Claims.FullBatchUnrest;

/// <summary>I1: full-batch descent with decay never settles, on the toy loss of the paper and on a normalized network.</summary>
/// <remarks>
/// <para>Question: does gradient descent without any noise come to rest when weights decay?</para>
/// <para>
/// Expected: no: the norm shrinks until the effective rate is unstable, the loss bursts, and all begins anew; where decay is switched off
/// the
/// loss settles.
/// </para>
/// <para>Cost: 2,500 updates of a small network on 256 images, twice for each seed; and a hundred replicas of two weights.</para>
/// </remarks>
internal sealed class FullBatchUnrestClaim : Claim
{
    private const string Decayed = "decayed", Switched = "switched";

    private const int Images = 256, Updates = 2_500, SwitchedAt = 1_500, Settled = 1_000;

    private const double Rate = 1, Decay = 5e-3;

    /// <summary>Starts.</summary>
    /// <value>At least 2; 3 by default.</value>
    public int Seeds { get; init; } = 3;

    /// <summary>The decay of the toy loss; tests switch it off.</summary>
    internal double? ToyDecay { get; init; }

    /// <inheritdoc/>
    public override string Name => "full-batch-unrest";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Ids => ["I1"];

    /// <inheritdoc/>
    public override string Statement =>
        "Full-batch gradient descent with weight decay on a scale-invariant loss never settles; without decay it does.";

    /// <inheritdoc/>
    public override string Source =>
        "Li, Lyu and Arora 2020, *Reconciling modern deep learning with traditional optimization analyses: the intrinsic learning rate*, "
        + "figure 1.";

    /// <inheritdoc/>
    public override string Question => "Does descent without any noise come to rest when weights decay?";

    /// <inheritdoc/>
    public override string PaperSays =>
        "On x²/(x² + y²) the loss bursts again and again; a ResNet on 1,000 images of CIFAR-10 reaches 100 % and then veers off, and "
            + "settles "
        + "once decay is switched off after 30,000 updates.";

    /// <inheritdoc/>
    public override ClaimCost? CostAt(ClaimScale scale) => new(0.6);

    /// <summary>The settings of the network.</summary>
    internal static IReadOnlyList<ExperimentArm> Arms
    {
        get
        {
            var data = new DataSpec { Set = "digits", Batch = Images, TrainLimit = Images };
            var recipe = ExperimentRecipe.OfUpdates(data, InvariantRecipe.Perceptron with { Hidden = [32] }, Updates) with
            {
                LearningRate = new Constant(Rate),
                Log = new LogSpec { EverySteps = 1, MonitorSteps = 10, NoiseSteps = null, EvaluationSteps = Updates },
            };
            return
            [
                new(Decayed, "decay kept", recipe with { WeightDecay = new Constant(Decay) }),
                new(Switched, $"decay off after {SwitchedAt}",
                    recipe with { WeightDecay = new Sequence(new Constant(Decay, SwitchedAt), new Constant(0)) }),
            ];
        }
    }

    /// <inheritdoc/>
    public override ClaimReport Reproduce(ClaimRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        int seeds = run.SeedsOr(Seeds);
        var toy = new BurstsScenario().Run(new ScenarioOptions { Replicas = 50, Steps = 4_000, WeightDecay = ToyDecay }, run.Threads,
            run.Cancellation);
        run.Report("toy loss done");
        var arms = ExperimentRuns.ExecuteShared(Arms, seeds, run);
        return new ClaimReport(this,
            $"Toy: 50 starts on the unit circle, rate 0.1, decay 0.05, 4,000 updates, and as many without decay. Network: a perceptron "
                + $"64-32-10 "
            + $"with batch normalization, all trained weights scale-invariant, the first {Images} digits as one batch, rate {Rate}, "
            + $"decay {Decay}, "
            + $"no momentum, {Updates:N0} updates, {seeds} starts.",
            [.. JudgeToy(toy), .. Judge(arms)],
            [
                "## The toy loss", "", "| run | quantity | predicted | measured |", "|---|---|---:|---:|",
                .. toy.Findings.Select(finding =>
                    $"| {finding.Case} | {finding.Quantity} | {finding.Predicted:G4} | {finding.Measured.Value:G4} |"),
                "", toy.Meaning,
            ],
            Picture(arms), arms.Select(arm => new { arm.Arm.Name, Calm = Calm(arm, Settled).Values, Wild = Wild(arm, Settled).Values }));
    }

    /// <inheritdoc/>
    internal override IReadOnlyList<Recipe> Recipes(ClaimRun run) => ExperimentRuns.SharedRecipes(Arms, run.SeedsOr(Seeds));

    private static IEnumerable<ClaimCheck> JudgeToy(ScenarioReport toy)
    {
        foreach (var finding in toy.Findings)
            yield return new ClaimCheck($"toy, {finding.Case}: {finding.Quantity} is {finding.Predicted:G4}, to {finding.Allowed:G2}",
                finding.Holds,
                $"{finding.Measured.Value:G4}")
            {
                Power = new(finding.Measured.StandardError > 0 ? 0.0027 : 0, 0, true,
                    "three standard errors of the replicas, and what the law leaves out"),
            };
    }

    /// <summary>What the network must show.</summary>
    internal static IReadOnlyList<ClaimCheck> Judge(IReadOnlyList<ArmResult> arms)
    {
        ArmResult decayed = ArmResult.Named(Decayed, arms), switched = ArmResult.Named(Switched, arms);
        var learned = new SeedSample([.. EpochCurves.Of(decayed, EpochCurves.TrainAccuracy).Select(curve => curve.Take(Settled).Max())]);
        return
        [
            ClaimCheck.AtLeast($"the network fits all images within {Settled:N0} updates", learned, 0.99, 0.01) with { IsControl = true },
            ClaimCheck.AtLeast($"with decay the loss of later updates rises to at least 3 times its least before",
                new([.. Wild(decayed, SwitchedAt + 100).Values.Zip(Calm(decayed, SwitchedAt).Values, (wild, calm) => wild / calm)]), 3,
                    1.5),
            ClaimCheck.AtMost("without decay from then on the largest loss is at most 1.2 times the last one", new(
                [.. Wild(switched, SwitchedAt + 300).Values.Zip(EpochCurves.Of(switched, RunMetrics.TrainLoss),
                    (wild, curve) => wild / curve[^1])]), 1.2, 0.15),
            ClaimCheck.AtMost("and none is above that of the update before by more than a tenth", new(
                [.. EpochCurves.Of(switched, RunMetrics.TrainLoss).Select(curve =>
                    Enumerable.Range(SwitchedAt + 300, Updates - SwitchedAt - 300)
                    .Max(t => curve[t] / curve[t - 1]))]), 1.1, 0.09),
        ];
    }

    // The largest training loss from an update on, for each start.
    private static SeedSample Wild(ArmResult arm, int from) =>
        new([.. EpochCurves.Of(arm, RunMetrics.TrainLoss).Select(curve => curve.Skip(from).Max())]);

    // The least up to an update.
    private static SeedSample Calm(ArmResult arm, int until) =>
        new([.. EpochCurves.Of(arm, RunMetrics.TrainLoss).Select(curve => curve.Take(until).Min())]);

    private static Chart Picture(IReadOnlyList<ArmResult> arms) => new("Full-batch descent on 256 digits, the first start", "update",
        [Panel(arms, RunMetrics.TrainLoss, "training loss"), Panel(arms, EpochCurves.Norm, "|w|")])
    {
        Legend = [.. arms.Select(arm => arm.Arm.Title)],
    };

    private static ChartPanel Panel(IReadOnlyList<ArmResult> arms, string metric, string label) =>
        new(label, [.. arms.Select((arm, color) => arm.Curves(metric)[0] is var curve
            ? new ChartLine(arm.Arm.Title, [.. curve.Select(point => point.Epoch)],
            [.. curve.Select(point => point.Value)]) { Color = color, IsThin = true }
            : throw new InvalidOperationException())]);
}
