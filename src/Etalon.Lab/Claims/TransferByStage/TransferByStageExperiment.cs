using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Data;
using Etalon.Lab.LinearProbes;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Lab.Training;

namespace Etalon.Lab.Claims.TransferByStage;

/// <summary>
/// Does what a network learns after the last decay of its rate transfer less than what it learned before (You et al., arXiv:1908.01878, claim C6)?
/// </summary>
/// <remarks>
/// <para>
/// A convolutional network is trained on six classes of CIFAR-10 in three stages of falling rate. At the end of each stage, and before training, its features are frozen and linear probes are fitted on
/// them for data that it never saw: the other four classes, Fashion-MNIST, MNIST. What a target gains from one stage to the next, over what the source gains, is the transferability TR of what was added.
/// The claim: TR(2→3) &lt; TR(1→2).
/// </para>
/// <para>
/// Expected, if the claim holds: the target gains much of what the source gains at the first decay, and less of it at the second. A ratio is formed only where the source's gain is above three standard
/// errors over the seeds, for a small denominator can give any number.
/// </para>
/// </remarks>
public sealed record TransferByStageExperiment
{
    /// <summary>The ends of the stages, and the state before training.</summary>
    internal const int States = 4;

    /// <summary>Runs: the seeds 1, 2, ... of start and order.</summary>
    /// <value>At least 2; 5 by default.</value>
    public int Seeds { get; init; } = 5;

    /// <summary>The recipe of the source, without name and seed; its rate falls to half or less twice.</summary>
    /// <value>PreResNet-8 on the classes 0 to 5 of CIFAR-10 by default.</value>
    public string Recipe { get; init; } = """
        duration: 12ep
        data: {set: cifar10, classes: [0, 1, 2, 3, 4, 5], train: 12000, batch: 64, augment: crop-flip, drop_last: true}
        model: {name: preresnet-8}
        learning_rate: {steps: {start: 0.1, at: [6ep, 9ep], factor: 0.1}}
        weight_decay: 5e-4
        momentum: 0.9
        log: {every: 1ep, monitors: never, evaluate: 3ep}
        checkpoint: {every: 3ep, keep: stages}
        """;

    /// <summary>What is probed on; images of the source's size.</summary>
    /// <value>2,000 training and 2,000 test images each of the other four classes, Fashion-MNIST and MNIST by default.</value>
    public IReadOnlyList<TransferTarget> Targets { get; init; } =
    [
        new("held-out classes", "{set: cifar10, classes: [6, 7, 8, 9], train: 2000, test: 2000}"),
        new("Fashion-MNIST", "{set: fashion-mnist, image: 32x32x3, train: 2000, test: 2000}"),
        new("MNIST", "{set: mnist, image: 32x32x3, train: 2000, test: 2000}"),
    ];

    /// <summary>Trains what is not in the folder yet, probes, and judges.</summary>
    /// <param name="folder">The folder of the experiment's runs; one that was interrupted is gone on with.</param>
    /// <param name="parallel">Runs at a time, each on one thread; the results do not depend on it.</param>
    /// <param name="progress">Hears of each run that is done; null for nobody.</param>
    /// <param name="cancellation">Stops the runs at work, each with a checkpoint.</param>
    /// <exception cref="InputException">A data set is missing, the recipe has not three stages, or the folder holds other runs of these names.</exception>
    public TransferByStageReport Run(string folder, int parallel, Action<string>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Seeds, 2);
        var specs = Enumerable.Range(1, Seeds).Select(seed => RecipeReader.Read(Recipe, "transfer by stage", [$"name=e5-seed{seed}", $"seed={seed}"])).ToList();
        var steps = StateSteps(specs[0]);
        // Before the first run, so that a missing data set costs nobody ten minutes.
        var (source, targets) = LoadData(specs[0]);
        var runs = ExperimentRuns.Execute(specs, folder, parallel, progress, cancellation);
        if (runs.FirstOrDefault(run => run.Status == RunStatus.Diverged) is { } diverged)
            throw new InputException($"{diverged.Path}: {diverged.Result!.Message}; give the source's recipe a smaller rate");
        var readings = new ProbeReading[Seeds][];
        var kept = new OutcomeCache<ProbeReading[]>(folder);
        int done = 0;
        ParallelRuns.ForEach([.. Enumerable.Range(0, Seeds)], parallel, seed =>
        {
            var settings = new { Run = specs[seed].Hash, Steps = steps, Targets = targets.Select(target => new { target.Name, target.Data.ContentHash }) };
            readings[seed] = kept.Get(runs[seed].Name, settings, () =>
            {
                using var probe = new TransferProbe(runs[seed].Path, targets, threads: 1, source);
                return [.. steps.Select(step => probe.Read(step, cancellation))];
            });
            progress?.Invoke($"{Interlocked.Increment(ref done)} of {Seeds} runs probed: {runs[seed].Name}");
        }, cancellation);
        return new TransferByStageReport([.. Targets.Select(target => target.Name)], readings);
    }

    private (DataSet Source, IReadOnlyList<ProbeTarget> Targets) LoadData(Recipe spec)
    {
        var problems = new List<string>();
        var source = Try(() => RecipeData.Load(spec.Data!));
        var targets = Targets.Select(target => Try(() => ProbeTarget.Load(target.Name, DataOf(target)))).ToList();
        return problems.Count == 0 ? (source!, [.. targets.Select(target => target!)]) : throw new InputException([.. problems.Distinct()]);

        T? Try<T>(Func<T> load) where T : class
        {
            try
            {
                return load();
            }
            catch (InputException exception)
            {
                problems.AddRange(exception.Problems);
                return null;
            }
        }
    }

    private static DataSpec DataOf(TransferTarget target) =>
        RecipeReader.ReadData(target.Data, target.Name, ["data.batch=1"]);

    // Before training, before each fall of the rate to half or less, and at the end.
    private static List<long> StateSteps(Recipe spec)
    {
        List<long> steps = [0];
        for (long step = 1; step < spec.TotalSteps; step++)
            if (spec.LearningRate.ValueAt(step) <= spec.LearningRate.ValueAt(step - 1) / 2) steps.Add(step);
        steps.Add(spec.TotalSteps);
        return steps.Count == States
            ? steps
            : throw new InputException($"the source's rate falls to half or less {steps.Count - 2} times; it must do so twice, for three stages");
    }
}
