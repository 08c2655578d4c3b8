using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Curvature;
using Etalon.Lab.Data;
using Etalon.Lab.Models;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Lab.Training;
using Etalon.Schedules;

namespace Etalon.Lab.Claims.DecayExplanations;

/// <summary>
/// The two common explanations of why decaying the rate helps, put to the test on clean PS10 data (You et al., arXiv:1908.01878): gradient
/// descent stops oscillating; stochastic gradient descent settles in the minimum that it hovered around.
/// </summary>
/// <remarks>
/// <para>
/// Question 1: on the full batch, without momentum and decay, does the loss fall suddenly where the rate decays, as it would if the large
/// rate had made it oscillate? Expected: no; decaying earlier only slows training, and the rate is below 2 over the leading eigenvalue of
/// the Hessian (claim C2).
/// </para>
/// <para>
/// Question 2: on batches of 32, is the best after the decay about the best before, as it would be if the network had hovered around one
/// minimum? Expected: no; J = best after the decay - best before it is above 0, and above that of a rate that stays; a small rate from the
/// start is not trapped (claim C3).
/// </para>
/// <para>
/// Cost: a run of 600 updates on 2,000 images is 1 TFLOP, 50 seconds of a core, and there are five; a run of 60 epochs in batches is 0.2
/// TFLOP, 10 seconds, and there are six for each seed.
/// </para>
/// </remarks>
internal sealed record DecayExplanationsExperiment
{
    internal const int Updates = 600, Epochs = 60;

    internal static readonly int[] GradientDecays = [400, 200, 100];

    internal static readonly int[] FirstDecays = [2, 5, 10, 20];

    private const string RunName = "e3";

    /// <summary>Runs of each arm in small batches.</summary>
    /// <value>At least 1; 3 by default.</value>
    public int Seeds { get; init; } = 3;

    /// <summary>Runs of each arm on the full batch, whose order has no noise.</summary>
    /// <value>At least 1; 1 by default.</value>
    public int GradientSeeds { get; init; } = 1;

    /// <summary>Divides the numbers of images, complex patterns and hidden units, to see how it works; the checks are made for 1.</summary>
    /// <value>At least 1 and at most 20; 1 by default.</value>
    public int ScaleDown { get; init; } = 1;

    /// <summary>The recipes of all runs.</summary>
    internal IReadOnlyList<Recipe> Recipes =>
        [.. ExperimentRuns.Recipes(RunName, GradientArms, GradientSeeds), .. ExperimentRuns.Recipes(RunName, StochasticArms, Seeds)];

    // An epoch is an update.
    private Recipe FullBatch =>
        Recipe(sigma: 0.5, new DataSpec { Set = "ps10", TestLimit = 2000 / ScaleDown, Batch = 2000 / ScaleDown }, Updates) with
        {
            Log = new LogSpec { EverySteps = 1, EvaluationSteps = 50 },
            Checkpoint = new CheckpointSpec { EverySteps = Updates, Keep = CheckpointRetention.Stages },
        };

    // The harder images: at sigma 0.5 rate 0.3 has learned all of them within ten epochs (training loss 1e-4), and nothing is left for a
    // decay.
    private Recipe SmallBatches
    {
        get
        {
            var recipe = Recipe(sigma: 1, new DataSpec { Set = "ps10", TestLimit = 4000 / ScaleDown, Batch = 32, DropLast = true }, Epochs);
            return recipe with
            {
                Momentum = new Constant(0.9),
                Log = new LogSpec { EverySteps = recipe.StepsPerEpoch },
                Checkpoint = new CheckpointSpec { EverySteps = 20 * recipe.StepsPerEpoch },
            };
        }
    }

    /// <summary>The names of the arms that stay at their rate.</summary>
    internal const string Full = "full-1", FullSmall = "full-0.1", Sgd = "sgd-0.3", SgdSmall = "sgd-0.003";

    /// <summary>The arm on the full batch that decays after an update.</summary>
    internal static string FullDecayed(int step) => $"full-decay-{step}";

    /// <summary>The arm with small batches whose first decay is after an epoch.</summary>
    internal static string SgdDecayed(int epoch) => $"sgd-decay-{epoch}";

    private IReadOnlyList<ExperimentArm> GradientArms =>
    [
        new(Full, "full batch, rate 1", FullBatch),
        .. GradientDecays.Select(
            step => new ExperimentArm(FullDecayed(step), $"full batch, 0.1 from update {step} on",
                FullBatch with { LearningRate = FullBatch.RateFalling(1, step) })),
        new(FullSmall, "full batch, rate 0.1", FullBatch with { LearningRate = new Constant(0.1) }),
    ];

    private IReadOnlyList<ExperimentArm> StochasticArms =>
    [
        .. FirstDecays.Select(epoch => new ExperimentArm(
            SgdDecayed(epoch), $"batches of 32, 0.3, 0.03 from epoch {epoch}, 0.003 from 40",
            SmallBatches with { LearningRate = SmallBatches.RateFalling(0.3, epoch, 40) })),
        new(Sgd, "batches of 32, rate 0.3", SmallBatches with { LearningRate = new Constant(0.3) }),
        new(SgdSmall, "batches of 32, rate 0.003", SmallBatches with { LearningRate = new Constant(0.003) }),
    ];

    /// <summary>Trains what is not in the folder yet.</summary>
    /// <param name="run">Where, and on how many threads.</param>
    /// <exception cref="InputException">The folder holds other runs of these names.</exception>
    public DecayExplanationsReport Run(ClaimRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentOutOfRangeException.ThrowIfLessThan(Seeds, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(GradientSeeds, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ScaleDown, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ScaleDown, 20);
        var gradient = ExperimentRuns.Execute(RunName, GradientArms, GradientSeeds, run);
        return new DecayExplanationsReport
        {
            Gradient = gradient,
            Stochastic = ExperimentRuns.Execute(RunName, StochasticArms, Seeds, run),
            Curvatures = [.. gradient.SelectMany(result => Curvatures(result.Runs[0], result.Arm))],
        };
    }

    // 2,000 images, 4 simple and 20 complex patterns a class: 5 images of each complex pattern.
    private Recipe Recipe(double sigma, DataSpec data, int epochs) => ExperimentRecipe.OfEpochs(
        data with
        {
            TrainLimit = 2000 / ScaleDown,
            Patterns = new PatternSpec { Sigma = sigma, Noise = 0, Simple = 4, Complex = 20 / ScaleDown }
        },
        new ModelSpec { Kind = ModelKind.Mlp, Hidden = [256 / ScaleDown, 256 / ScaleDown] }, epochs);

    // Of the states at the ends of stages, and of the last one.
    private static IEnumerable<CurvatureReading> Curvatures(RunSummary run, ExperimentArm arm)
    {
        foreach (long step in new CheckpointFolder(run.Path).Steps().Where(step => step == Updates || GradientDecays.Contains((int)step))
            .Order())
        {
            using var trainer = RestoredTrainer.Open<float>(run.Path, step, threads: 1);
            yield return new CurvatureReading(arm, step, arm.Recipe.LearningRate.ValueAt(step - 1),
                new HessianProbe<float>(trainer).Measure());
        }
    }
}
