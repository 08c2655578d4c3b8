using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Curvature;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Lab.Training;

namespace Etalon.Lab.Claims.DecayExplanations;

/// <summary>
/// The two common explanations of why decaying the rate helps, put to the test on clean PS10 data (You et al., arXiv:1908.01878): gradient descent stops
/// oscillating; stochastic gradient descent settles in the minimum that it hovered around.
/// </summary>
/// <remarks>
/// <para>
/// Question 1: on the full batch, without momentum and decay, does the loss fall suddenly where the rate decays, as it would if the large rate had made it
/// oscillate? Expected: no; decaying earlier only slows training, and the rate is below 2 over the leading eigenvalue of the Hessian (claim C2).
/// </para>
/// <para>
/// Question 2: on batches of 32, is the best after the decay about the best before, as it would be if the network had hovered around one minimum? Expected: no;
/// J = best after the decay - best before it is above 0, and above that of a rate that stays; a small rate from the start is not trapped (claim C3).
/// </para>
/// <para>
/// Cost: a run of 600 updates on 2,000 images is 1 TFLOP, 50 seconds of a core, and there are five; a run of 60 epochs in batches is 0.2 TFLOP, 10 seconds, and
/// there are six for each seed.
/// </para>
/// </remarks>
public sealed record DecayExplanationsExperiment
{
    internal const int Updates = 600, Epochs = 60;

    // 2,000 images, 4 simple and 20 complex patterns a class: 5 images of each complex pattern.
    private const string Common = """
        model: {name: mlp, hidden: [256, 256]}
        learning_rate: 1
        weight_decay: 0
        """;

    private const string FullBatch = """
        duration: 600ep
        data: {set: ps10, train: 2000, test: 2000, batch: full, patterns: {sigma: 0.5, noise: 0, simple: 4, complex: 20}}
        momentum: 0
        log: {every: 1ba, evaluate: 50ep}
        checkpoint: {every: 600ep, keep: stages}

        """;

    // The harder images: at sigma 0.5 rate 0.3 has learned all of them within ten epochs (training loss 1e-4), and nothing is left for a decay.
    private const string SmallBatches = """
        duration: 60ep
        data: {set: ps10, train: 2000, test: 4000, batch: 32, drop_last: true, patterns: {sigma: 1, noise: 0, simple: 4, complex: 20}}
        momentum: 0.9
        log: {every: 1ep}
        checkpoint: {every: 20ep}

        """;

    internal static readonly int[] GradientDecays = [400, 200, 100];

    internal static readonly int[] FirstDecays = [2, 5, 10, 20];

    /// <summary>Runs of each arm in small batches.</summary>
    /// <value>At least 1; 3 by default.</value>
    public int Seeds { get; init; } = 3;

    /// <summary>Runs of each arm on the full batch, whose order has no noise.</summary>
    /// <value>At least 1; 1 by default.</value>
    public int GradientSeeds { get; init; } = 1;

    /// <summary>Divides the numbers of images, complex patterns and hidden units, to see how it works; the checks are made for 1.</summary>
    /// <value>At least 1 and at most 20; 1 by default.</value>
    public int Shrink { get; init; } = 1;

    /// <summary>Trains what is not in the folder yet, and judges.</summary>
    /// <param name="folder">The folder of the experiment's runs; one that was interrupted is gone on with.</param>
    /// <param name="parallel">Runs at a time, each on one thread; the results do not depend on it.</param>
    /// <param name="progress">Hears of each run that is done; null for nobody.</param>
    /// <param name="cancellation">Stops the runs at work, each with a checkpoint.</param>
    /// <exception cref="InputException">The folder holds other runs of these names.</exception>
    public DecayExplanationsReport Run(string folder, int parallel, Action<string>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Seeds, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(GradientSeeds, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Shrink, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Shrink, 20);
        var gradient = ExperimentRuns.Execute(GradientArms(), GradientSeeds, (arm, seed) => Spec(FullBatch, arm, seed), folder, parallel, progress, cancellation);
        var stochastic = ExperimentRuns.Execute(StochasticArms(), Seeds, (arm, seed) => Spec(SmallBatches, arm, seed), folder, parallel, progress, cancellation);
        return new DecayExplanationsReport(gradient, stochastic, [.. gradient.SelectMany(result => Curvatures(result.Runs[0], result.Arm, folder))]);
    }

    private Recipe Spec(string recipe, ExperimentArm arm, int seed)
    {
        List<string> overrides = [$"name=e3-{arm.Name}-seed{seed}", $"seed={seed}", $"data.seed={seed}", .. arm.Overrides];
        if (Shrink > 1) overrides.AddRange([$"data.train={2000 / Shrink}", $"data.test={2000 / Shrink}", $"data.patterns.complex={Math.Max(1, 20 / Shrink)}", $"model.hidden=[{256 / Shrink}, {256 / Shrink}]"]);
        return RecipeReader.Read(recipe + Common, "decay beliefs", overrides);
    }

    // Of the states at the ends of stages, and of the last one.
    private static IEnumerable<CurvatureReading> Curvatures(RunSummary run, ExperimentArm arm, string folder)
    {
        string path = Path.Combine(folder, run.Name);
        foreach (long step in new CheckpointFolder(path).Steps().Where(step => step == Updates || GradientDecays.Contains((int)step)).Order())
        {
            using var trainer = RestoredTrainer.Open<float>(path, step, threads: 1);
            double rate = ResolvedRecipe.Read(path).Spec.LearningRate.ValueAt(step - 1);
            yield return new CurvatureReading(arm, step, rate, new HessianProbe<float>(trainer).Measure());
        }
    }

    private static IReadOnlyList<ExperimentArm> GradientArms() =>
    [
        new("full-1", "full batch, rate 1", []),
        .. GradientDecays.Select(step => new ExperimentArm($"full-decay-{step}", $"full batch, 0.1 from update {step} on", [$"learning_rate={{steps: {{start: 1, at: [{step}ba], factor: 0.1}}}}"])),
        new("full-0.1", "full batch, rate 0.1", ["learning_rate=0.1"]),
    ];

    private static IReadOnlyList<ExperimentArm> StochasticArms() =>
    [
        .. FirstDecays.Select(epoch => new ExperimentArm($"sgd-decay-{epoch}", $"batches of 32, 0.3, 0.03 from epoch {epoch}, 0.003 from 40", [$"learning_rate={{steps: {{start: 0.3, at: [{epoch}ep, 40ep], factor: 0.1}}}}"])),
        new("sgd-0.3", "batches of 32, rate 0.3", ["learning_rate=0.3"]),
        new("sgd-0.003", "batches of 32, rate 0.003", ["learning_rate=0.003"]),
    ];
}
