using System.Collections.Concurrent;
using Etalon.Engine;
using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Data;
using Etalon.Lab.Models;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Lab.Training;

namespace Etalon.Lab.Claims.RateRobustness;

/// <summary>
/// Final loss and accuracy against the initial rate over seven decades, for SGD, Adam, WNGrad in each scope and its relatives, with and
/// without normalization.
/// </summary>
/// <remarks>
/// <para>
/// Question: how much does it matter which rate one begins with, where the rate sets itself? Every rule begins at the same rates, without
/// momentum (but for the means of gradients of Adam and WN-Adam) and without weight decay, on Fashion-MNIST: a perceptron, PreResNet-8 with
/// batch normalization, and PreResNet-8 without normalization. Runs that diverge are findings too.
/// </para>
/// <para>
/// Expected: WNGrad stays finite at each rate where SGD does not, and keeps SGD's best accuracy at rates one to two decades above SGD's;
/// nothing is gained below. (The paper's claim is that the robustness extends to deep learning; its numbers were not to be had. These are
/// those of a perceptron without normalization on a synthetic task.)
/// </para>
/// <para>Cost: 15 rates, 9 rules and 3 seeds of the perceptron, 8 rates, 10 rules and 3 seeds of each PreResNet-8; about two hours of one
/// core.</para>
/// </remarks>
internal sealed record RateRobustnessExperiment
{
    private static readonly ModelSpec PreResNet8 = new() { Kind = ModelKind.PreResNet, Depth = 8, Width = 8 };

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
        new("mlp", "MLP 784-128-128-10", new ModelSpec { Kind = ModelKind.Mlp, Hidden = [128, 128], Norm = NormKind.None },
            SweepNetwork.SevenDecades(2), Updates: 1000, Batch: 32),
        new("preresnet8-bn", "PreResNet-8, batch normalization", PreResNet8, SweepNetwork.SevenDecades(1), Updates: 1000, Batch: 32),
        new("preresnet8-none", "PreResNet-8 without normalization", PreResNet8 with { Norm = NormKind.None }, SweepNetwork.SevenDecades(1),
            Updates: 1000, Batch: 32),
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
        var data = new DataSpec { Set = Set, Batch = run.Network.Batch, TrainLimit = TrainCount, TestLimit = TestCount };
        var recipe = ExperimentRecipe.OfUpdates(data, run.Network.Model,
            run.Network.Updates) with
        { Log = new LogSpec { MonitorSteps = null, NoiseSteps = null } };
        return run.Rule.ApplyTo(recipe, run.Rate).ForRun(run.Network.Name, run.Seed);
    }

    /// <summary>Trains what has no outcome in the folder yet.</summary>
    /// <param name="run">Where, and on how many threads.</param>
    /// <exception cref="InputException">The data are not on this machine; the message says how to get them.</exception>
    public RateRobustnessReport Run(ClaimRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var data = Load();
        var runs = Runs.ToList();
        var kept = new OutcomeCache<SweepOutcome>(run);
        var outcomes = new ConcurrentDictionary<SweepRun, SweepOutcome>();
        var left = new ConcurrentDictionary<(SweepNetwork, SweepRule), int>(
            runs.GroupBy(one => (one.Network, one.Rule)).Select(group => KeyValuePair.Create(group.Key, group.Count())));
        kept.ForEach(runs, one =>
        {
            var recipe = Recipe(one);
            return ($"{one.Network.Name}-{one.Rule.Name}-{one.Rate:R}-seed{one.Seed}", new { recipe.Hash, data.ContentHash },
                () => Train(recipe, data, run.Cancellation));
        }, (one, outcome) =>
        {
            outcomes[one] = outcome;
            if (left.AddOrUpdate((one.Network, one.Rule), 0, (_, before) => before - 1) == 0)
                run.Report(
                    $"{one.Network.Title}, {one.Rule.Title}: {one.Network.Rates.Count} rates trained, {outcomes.Count} of {runs.Count} "
                    + $"runs done");
        });
        return new RateRobustnessReport
        {
            Networks = [.. Networks.Select(network => Gather(network, 1.0 / data.ClassCount, outcomes))],
            Outcomes = [.. runs.Select(one => (one, outcomes[one]))],
        };
    }

    private NetworkRobustness Gather(SweepNetwork network, double chance, IReadOnlyDictionary<SweepRun, SweepOutcome> outcomes) =>
        new(network, [.. network.Rules.Select(rule => new RuleCurve(
            rule, network.Rates,
            [.. network.Rates.Select(
                rate => (IReadOnlyList<SweepOutcome>)[.. Enumerable.Range(1, Seeds)
                    .Select(seed => outcomes[new(network, rule, rate, seed)])])], chance))]);

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

/// <summary>What became of a run.</summary>
/// <param name="Updates">Updates made.</param>
/// <param name="Loss">The mean training loss of the last fifth of the updates; NaN where it diverged.</param>
/// <param name="TestLoss">The loss on the test images, the mean of the evaluations in that fifth; NaN where it diverged.</param>
/// <param name="Accuracy">The accuracy on them, in [0, 1], the same mean; NaN where it diverged.</param>
internal sealed record SweepOutcome(long Updates, double Loss, double TestLoss, double Accuracy)
{
    /// <summary>Whether a loss or a gradient was not finite.</summary>
    public bool HasDiverged => double.IsNaN(Accuracy);

    /// <summary>Of a run whose loss or gradient was not finite after so many updates.</summary>
    internal static SweepOutcome Diverged(long updates) => new(updates, double.NaN, double.NaN, double.NaN);
}

/// <summary>One run of <see cref="RateRobustnessExperiment"/>.</summary>
/// <param name="Network">What is trained.</param>
/// <param name="Rule">By which rule.</param>
/// <param name="Rate">At which initial rate.</param>
/// <param name="Seed">The seed of start and order.</param>
internal sealed record SweepRun(SweepNetwork Network, SweepRule Rule, double Rate, int Seed);
