using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Data;
using Etalon.Lab.LinearProbes;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;

namespace Etalon.Lab.Claims.TransferByStage;

/// <summary>
/// Does what a network learns after the last decay of its rate transfer less than what it learned before (You et al., arXiv:1908.01878,
/// claim C6)?
/// </summary>
/// <remarks>
/// <para>
/// Question: a convolutional network is trained on six classes of CIFAR-10 in three stages of falling rate. At the end of each stage, and
/// before training, its features are frozen and linear probes are fitted on them for data that it never saw: the other four classes,
/// Fashion-MNIST, MNIST. What a target gains from one stage to the next, over what the source gains, is the transferability TR of what was
/// added. Is TR(2→3) &lt; TR(1→2)?
/// </para>
/// <para>
/// Expected, if the claim holds: the target gains much of what the source gains at the first decay, and less of it at the second. A ratio
/// is formed only where the source's gain is above three standard errors over the seeds, for a small denominator can give any number.
/// </para>
/// <para>Cost: five runs of 12 epochs of 12,000 images and 60 pairs of probes, about seven minutes on two cores.</para>
/// </remarks>
internal sealed record TransferByStageExperiment
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
        new("held-out classes", new DataSpec { Set = "cifar10", Classes = [6, 7, 8, 9], TrainLimit = 2000, TestLimit = 2000 }),
        new("Fashion-MNIST", new DataSpec { Set = "fashion-mnist", FitTo = new(32, 32, 3), TrainLimit = 2000, TestLimit = 2000 }),
        new("MNIST", new DataSpec { Set = "mnist", FitTo = new(32, 32, 3), TrainLimit = 2000, TestLimit = 2000 }),
    ];

    /// <summary>The recipes of all runs.</summary>
    /// <exception cref="InputException">The recipe has mistakes.</exception>
    internal IReadOnlyList<Recipe> Recipes
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(Seeds, 2);
            var source = RecipeReader.Read(Recipe, "transfer by stage").Recipe;
            return [.. Enumerable.Range(1, Seeds).Select(seed => source.ForRun($"e5-seed{seed}", seed))];
        }
    }

    /// <summary>Trains what is not in the folder yet, and probes.</summary>
    /// <param name="run">Where, and on how many threads.</param>
    /// <exception cref="InputException">A data set is missing, the recipe has not three stages, or the folder holds other runs of these
    /// names.</exception>
    public TransferByStageReport Run(ClaimRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var recipes = Recipes;
        var steps = StateSteps(recipes[0]);
        // Before the first run, so that a missing data set is reported at once.
        var (source, targets) = LoadData(recipes[0]);
        var runs = ExperimentRuns.Execute(recipes, run);
        if (runs.FirstOrDefault(trained => trained.Status == RunStatus.Diverged) is { } diverged)
            throw new InputException($"{diverged.Path}: {diverged.Result?.Message}; give the source's recipe a smaller rate");
        var readings = new ProbeReading[Seeds][];
        var kept = new OutcomeCache<ProbeReading[]>(run, run.RunsFolder);
        int done = 0;
        kept.ForEach([.. Enumerable.Range(0, Seeds)],
            seed =>
            {
                var settings = new
                {
                    Run = recipes[seed].Hash,
                    Steps = steps,
                    Targets = targets.Select(target => new { target.Name, target.Data.ContentHash })
                };
                return (runs[seed].Name, settings, () =>
                {
                    using var probe = new TransferProbe(runs[seed].Path, targets, threads: 1, source);
                    return [.. steps.Select(step => probe.Read(step, run.Cancellation))];
                }
                );
            },
            (seed, read) =>
            {
                readings[seed] = read;
                run.Report($"{Interlocked.Increment(ref done)} of {Seeds} runs probed: {runs[seed].Name}");
            });
        return new TransferByStageReport([.. Targets.Select(target => target.Name)], readings);
    }

    private (DataSet Source, IReadOnlyList<ProbeTarget> Targets) LoadData(Recipe recipe)
    {
        var problems = new List<string>();
        List<DataSet> source = [.. Try(
            () => RecipeData.Load(recipe.Data ?? throw new InputException("the source's recipe has no data; add `data: {set: cifar10}`")))];
        List<ProbeTarget> targets = [.. Targets.SelectMany(target => Try(() => ProbeTarget.Load(target.Name, target.Data)))];
        return problems.Count == 0 ? (source[0], targets) : throw new InputException([.. problems.Distinct()]);

        T[] Try<T>(Func<T> load)
        {
            try
            {
                return [load()];
            }
            catch (InputException exception)
            {
                problems.AddRange(exception.Problems);
                return [];
            }
        }
    }

    // Before training, before each fall of the rate to half or less, and at the end.
    private static List<long> StateSteps(Recipe recipe)
    {
        List<long> steps = [0];
        for (long step = 1; step < recipe.TotalSteps; step++)
            if (recipe.LearningRate.ValueAt(step) <= recipe.LearningRate.ValueAt(step - 1) / 2) steps.Add(step);
        steps.Add(recipe.TotalSteps);
        return steps.Count == States
            ? steps
            : throw new InputException(
            $"the source's rate falls to half or less {steps.Count - 2} times; it must do so twice, for three stages");
    }
}
