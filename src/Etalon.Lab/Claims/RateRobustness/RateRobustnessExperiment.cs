using Etalon.Engine;
using Etalon.Lab.Data;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Lab.Training;

namespace Etalon.Lab.Claims.RateRobustness;

/// <summary>
/// Final loss and accuracy against the initial rate over seven decades, for SGD, Adam, WNGrad in each scope and its relatives, with and without normalization.
/// </summary>
/// <remarks>
/// <para>
/// Question: how much does it matter which rate one begins with, where the rate sets itself? Every rule begins at the same rates, without momentum (but for the means of
/// gradients of Adam and WN-Adam) and without weight decay, on Fashion-MNIST: a perceptron, PreResNet-8 with batch normalization, and PreResNet-8 without normalization.
/// Runs that diverge are findings too.
/// </para>
/// <para>
/// Expected: WNGrad stays finite at each rate where SGD does not, and keeps SGD's best accuracy at rates one to two decades above SGD's; nothing is gained below. (The paper's claim is that the robustness extends
/// to deep learning; its numbers were not to be had. These are those of a perceptron without normalization on a synthetic task.)
/// </para>
/// <para>Cost: 15 rates, 9 rules and 3 seeds of the perceptron, 8 rates, 10 rules and 3 seeds of each PreResNet-8; some two hours of one core.</para>
/// </remarks>
public sealed record RateRobustnessExperiment
{
    /// <summary>Evaluations of a run, evenly spaced over its last fifth; their mean counts.</summary>
    public const int Looks = 5;

    /// <summary>The data set.</summary>
    public string Set { get; init; } = "fashion-mnist";

    /// <summary>Training images; no run sees one twice.</summary>
    public int TrainCount { get; init; } = 32_000;

    /// <summary>Test images.</summary>
    public int TestCount { get; init; } = 4_000;

    /// <summary>Runs for each network, rule and rate: the seeds 1, 2, ... of start and order.</summary>
    /// <value>At least 1; 3 by default.</value>
    public int Seeds { get; init; } = 3;

    /// <summary>The networks.</summary>
    public IReadOnlyList<SweepNetwork> Networks { get; init; } =
    [
        new("mlp", "MLP 784-128-128-10", "{name: mlp, hidden: [128, 128], norm: none}", SweepNetwork.SevenDecades(2), Updates: 1000, Batch: 32),
        new("preresnet8-bn", "PreResNet-8, batch normalization", "{name: preresnet-8, width: 8}", SweepNetwork.SevenDecades(1), Updates: 1000, Batch: 32) { HasConvolutions = true },
        new("preresnet8-none", "PreResNet-8 without normalization", "{name: preresnet-8, width: 8, norm: none}", SweepNetwork.SevenDecades(1), Updates: 1000, Batch: 32) { HasConvolutions = true },
    ];

    /// <summary>All runs: network by network, rule by rule.</summary>
    public IEnumerable<SweepRun> Runs =>
        from network in Networks
        from rule in network.Rules
        from rate in network.Rates
        from seed in Enumerable.Range(1, Seeds)
        select new SweepRun(network, rule, rate, seed);

    /// <summary>The data of all runs.</summary>
    /// <exception cref="InputException">They are not on this machine; the message says how to get them.</exception>
    public DataSet Load() => RecipeData.Load(new DataSpec { Set = Set });

    /// <summary>The recipe of a run.</summary>
    public Recipe Recipe(SweepRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var network = run.Network;
        string recipe = $$"""
            name: {{network.Name}}
            seed: {{run.Seed}}
            duration: {{network.Updates}}ba
            data: {set: {{Set}}, batch: {{network.Batch}}, train: {{TrainCount}}, test: {{TestCount}}}
            model: {{network.Model}}
            learning_rate: 1
            log: {monitors: never, noise: never}
            """;
        return RecipeReader.Read(recipe, "rate robustness", run.Rule.Overrides(run.Rate));
    }

    /// <summary>Trains it on one thread.</summary>
    /// <param name="recipe">A run's recipe.</param>
    /// <param name="data">What <see cref="Load"/> gave.</param>
    /// <param name="cancellation">Ends it after the update at work.</param>
    /// <exception cref="OperationCanceledException">It was canceled.</exception>
    public static SweepOutcome Train(Recipe recipe, DataSet data, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        using var trainer = new Trainer<float>(recipe, data, threads: 1);
        using var batches = new BatchPrefetcher<float>(trainer.TrainingBatches);
        // A constant rate leaves the weights moving: one look would tell the last batches' luck.
        long apart = Math.Max(1, recipe.TotalSteps / (5 * Looks)), images = 0;
        double lossSum = 0;
        List<LossResult> looks = [];
        try
        {
            while (!trainer.IsDone)
            {
                cancellation.ThrowIfCancellationRequested();
                var batch = trainer.Update(batches.Next()).Batch;
                long left = recipe.TotalSteps - trainer.Step;
                if (left >= Looks * apart) continue;
                lossSum += batch.LossSum;
                images += batch.Images;
                if (left % apart == 0) looks.Add(trainer.Evaluate());
            }
        }
        catch (DivergedException exception)
        {
            return SweepOutcome.Diverged(exception.Step);
        }
        // Weights may be finite whose test loss is not.
        return looks.All(look => double.IsFinite(look.Loss))
            ? new SweepOutcome(trainer.Step, lossSum / images, looks.Average(look => look.Loss), looks.Average(look => look.Accuracy))
            : SweepOutcome.Diverged(trainer.Step);
    }
}
