using Etalon.Engine;
using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Data;
using Etalon.Lab.Recipes;
using Etalon.Lab.Training;
using Etalon.Schedules;

namespace Etalon.Lab.Claims.StochasticDifferential;

/// <summary>
/// SGD on a network beside SVAG: l sub-steps of a rate l times as small, each with a combination of two batches' gradients that has l times
/// the variance. As l grows it tends to the stochastic differential equation of SGD.
/// </summary>
/// <remarks>
/// <para>Question: does SGD at equilibrium have the loss, the accuracy and the norm of its differential equation?</para>
/// <para>
/// Expected: yes but for the share |grad L|^2 of the squared gradient, of which SVAG keeps 1/l: |w|^4 follows Tr Sigma + |grad L|^2 / l.
/// </para>
/// <para>Cost: 600 l updates of two batches; four seconds of a core for l = 4.</para>
/// </remarks>
internal sealed record StochasticDifferentialExperiment
{
    /// <summary>The numbers of sub-steps; 1 is SGD.</summary>
    public static IReadOnlyList<int> SubSteps { get; } = [1, 2, 4];

    /// <summary>Runs of each.</summary>
    /// <value>At least 2; 5 by default.</value>
    public int Seeds { get; init; } = 5;

    /// <summary>Updates of SGD; the second half is measured.</summary>
    /// <value>At least 100; 600 by default, six mixing units.</value>
    public int Updates { get; init; } = 600;

    /// <summary>The shares of the two batches' gradients for a number of sub-steps; tests take others.</summary>
    internal Func<int, (double First, double Second)> Shares { get; init; } = Svag;

    // eta and lambda without momentum: 0.01 a mixing unit as the digits' recipe has it.
    private const double Rate = 2, Decay = InvariantRecipe.Decay;

    /// <summary>Trains all.</summary>
    /// <param name="run">Where, and on how many threads.</param>
    /// <exception cref="OperationCanceledException">It was canceled; what is done is kept.</exception>
    public IReadOnlyList<IReadOnlyList<SvagOutcome>> Run(ClaimRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var kept = new OutcomeCache<SvagOutcome>(run);
        var outcomes = new SvagOutcome[SubSteps.Count * Seeds];
        // The longest first, so that no thread is left with one.
        kept.ForEach([.. Enumerable.Range(0, outcomes.Length).Reverse()],
            i =>
            {
                int subSteps = SubSteps[i / Seeds];
                var recipe = Recipe(subSteps).ForRun(Name(i), i % Seeds + 1);
                return (recipe.Name, new { recipe.Hash, Updates, Shares = $"{Shares(subSteps)}" },
                    () => Train(recipe, subSteps, run.Cancellation));
            },
            (i, outcome) =>
            {
                outcomes[i] = outcome;
                run.Report($"{Name(i)} done");
            });
        return [.. SubSteps.Select((_, row) => (IReadOnlyList<SvagOutcome>)[.. outcomes.Skip(row * Seeds).Take(Seeds)])];
    }

    private string Name(int i) => $"svag-{SubSteps[i / Seeds]}-seed{i % Seeds + 1}";

    // ((1 + sqrt(2 l - 1)) / 2, (1 - sqrt(2 l - 1)) / 2): the mean gradient, and l times its variance.
    private static (double First, double Second) Svag(int subSteps)
    {
        double root = Math.Sqrt(2 * subSteps - 1);
        return ((1 + root) / 2, (1 - root) / 2);
    }

    private Recipe Recipe(int subSteps) => InvariantRecipe.NoisyDigits(1) with
    {
        TotalSteps = (long)Updates * subSteps,
        LearningRate = new Constant(Rate / subSteps),
        Momentum = new Constant(0),
        Log = new LogSpec { MonitorSteps = null, NoiseSteps = null },
    };

    private SvagOutcome Train(Recipe recipe, int subSteps, CancellationToken cancellation)
    {
        using var trainer = new Trainer<float>(recipe, RecipeData.Load(recipe.Data!), threads: 1);
        using var batches = new BatchPrefetcher<float>(trainer.TrainingBatches);
        using var workers = new Workers(1);
        var network = trainer.Network;
        var numbers = new Hyperparameters(Rate / subSteps, Decay, 0);
        var (first, second) = Shares(subSteps);
        float[] kept = new float[network.Gradients.Span.Length];
        double loss = 0, fourth = 0, accuracy = 0;
        int measured = 0, looks = 0;
        for (long step = 1; step <= recipe.TotalSteps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            double own = Gradient(batches.Next());
            if (second != 0)
            {
                network.Gradients.Span.CopyTo(kept);
                Gradient(batches.Next());
                var gradient = network.Gradients.Span;
                for (int i = 0; i < gradient.Length; i++) gradient[i] = (float)(first * kept[i] + second * gradient[i]);
            }
            trainer.Optimizer.Update([numbers], workers);
            if (step <= recipe.TotalSteps / 2) continue;
            double square = 0;
            foreach (float weight in network.Parameters.Span) square += (double)weight * weight;
            (loss, fourth, measured) = (loss + own, fourth + square * square, measured + 1);
            if (step % (20 * subSteps) != 0) continue;
            accuracy += trainer.Evaluate().Accuracy;
            looks++;
        }
        return new(loss / measured, fourth / measured, accuracy / looks);

        double Gradient(Batch<float> batch)
        {
            var result = network.Forward(batch.Pixels, batch.Labels, isTraining: true);
            network.Backward();
            return result.LossSum / result.Images;
        }
    }
}

/// <summary>What a run gave, means over its second half.</summary>
/// <param name="Loss">The training loss of the batches.</param>
/// <param name="FourthNorm">|w|^4.</param>
/// <param name="Accuracy">The test accuracy.</param>
internal sealed record SvagOutcome(double Loss, double FourthNorm, double Accuracy);
