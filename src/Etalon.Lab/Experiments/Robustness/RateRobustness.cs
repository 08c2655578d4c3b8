using Etalon.Engine;
using Etalon.Lab.Data;
using Etalon.Lab.RunSpecs;
using Etalon.Lab.Training;

namespace Etalon.Lab.Experiments.Robustness;

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
/// Expected: WNGrad stays finite at each rate where SGD does not, and can be used at rates one to two decades above SGD's; nothing is gained below. (The paper's claim is that the robustness extends
/// to deep learning; its numbers were not to be had. These are those of a perceptron without normalization on a synthetic task.)
/// </para>
/// <para>Cost: 15 rates, 9 rules and 3 seeds of the perceptron, 8 rates, 10 rules and 3 seeds of each PreResNet-8; some 50 minutes of one core.</para>
/// </remarks>
public sealed record RateRobustness
{
    /// <summary>The data set.</summary>
    public string Set { get; init; } = "fashion-mnist";

    /// <summary>Training images; no run sees one twice.</summary>
    public int TrainCount { get; init; } = 20_000;

    /// <summary>Test images.</summary>
    public int TestCount { get; init; } = 4_000;

    /// <summary>Runs for each network, rule and rate: the seeds 1, 2, ... of start and order.</summary>
    /// <value>At least 1; 3 by default.</value>
    public int Seeds { get; init; } = 3;

    /// <summary>The networks.</summary>
    public IReadOnlyList<SweptNetwork> Networks { get; init; } =
    [
        new("mlp", "MLP 784-128-128-10", "{name: mlp, hidden: [128, 128], norm: none}", SweptNetwork.SevenDecades(2), Updates: 600, Batch: 32),
        new("preresnet8-bn", "PreResNet-8, batch normalization", "{name: preresnet-8, width: 8}", SweptNetwork.SevenDecades(1), Updates: 250, Batch: 32) { HasConvolutions = true },
        new("preresnet8-none", "PreResNet-8 without normalization", "{name: preresnet-8, width: 8, norm: none}", SweptNetwork.SevenDecades(1), Updates: 250, Batch: 32) { HasConvolutions = true },
    ];

    /// <summary>All runs: network by network, rule by rule.</summary>
    public IEnumerable<SweptRun> Runs =>
        from network in Networks
        from rule in network.Rules
        from rate in network.Rates
        from seed in Enumerable.Range(1, Seeds)
        select new SweptRun(network, rule, rate, seed);

    /// <summary>The data of all runs.</summary>
    /// <exception cref="InputException">They are not on this machine; the message says how to get them.</exception>
    public DataSet Load() => RecipeData.Load(new DataSpec { Set = Set });

    /// <summary>The recipe of a run.</summary>
    public RunSpec Recipe(SweptRun run)
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
            log: {evaluate: {{network.Updates}}ba, monitors: never, noise: never}
            """;
        return RecipeReader.Read(recipe, "rate robustness", run.Rule.Overrides(run.Rate));
    }

    /// <summary>Trains it on one thread.</summary>
    /// <param name="recipe">A run's recipe.</param>
    /// <param name="data">What <see cref="Load"/> gave.</param>
    /// <param name="cancellation">Ends it after the update at work.</param>
    /// <exception cref="OperationCanceledException">It was canceled.</exception>
    public static SweptOutcome Train(RunSpec recipe, DataSet data, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        using var trainer = new Trainer<float>(recipe, data, threads: 1);
        var end = new End(recipe.TotalSteps - Math.Max(1, recipe.TotalSteps / 10));
        try
        {
            trainer.Run(end, cancellation);
        }
        catch (DivergedException exception)
        {
            return SweptOutcome.Diverged(exception.Step);
        }
        // Weights may be finite whose test loss is not.
        return double.IsFinite(end.Test.Loss) ? new SweptOutcome(trainer.Step, end.LossSum / end.Images, end.Test.Loss, end.Test.Accuracy) : SweptOutcome.Diverged(trainer.Step);
    }

    // The mean loss from an update on, and the last evaluation.
    private sealed class End(long first) : ITrainingObserver
    {
        public double LossSum { get; private set; }

        public long Images { get; private set; }

        public LossResult Test { get; private set; }

        public void Updated(in UpdateReport report)
        {
            if (report.Step < first) return;
            LossSum += report.Batch.LossSum;
            Images += report.Batch.Images;
        }

        public void Evaluated(in EvaluationReport report) => Test = report.Test;
    }
}
