using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Data;
using Etalon.Lab.Recipes;
using Etalon.Lab.Training;
using Etalon.Schedules;

namespace Etalon.Lab.Claims.ParameterMixing;

/// <summary>Weights on the way: how far they go, and what their means are worth, within a run and across runs.</summary>
/// <remarks>
/// <para>
/// Question: do parameters mix, as they would if training sampled a law of parameters, or settle around a minimum, as they would if it were
/// quadratic there? Directions of the weights are kept at growing distances from one update.
/// </para>
/// <para>
/// Expected: distances go on growing; the mean of two states of one run is better than both, that of two runs is of no use.
/// </para>
/// <para>Cost: a run of 2,200 updates and three evaluations for each seed, two seconds of a core.</para>
/// </remarks>
internal sealed record ParameterMixingExperiment
{
    /// <summary>Runs.</summary>
    /// <value>At least 2; 5 by default.</value>
    public int Seeds { get; init; } = 5;

    /// <summary>Updates between the first kept state and the others.</summary>
    public static IReadOnlyList<int> Distances { get; } = [50, 100, 200, 400, 800, 1_600];

    // Ten epochs at the large rate, and three at the small one to come to its rhythm.
    private const int Large = 440, Small = 132;

    /// <summary>The recipe of a run.</summary>
    internal Recipe Recipe { get; init; } = InvariantRecipe.NoisyDigits(1) with
    {
        TotalSteps = Large + Small + Distances[^1],
        LearningRate = new Steps(InvariantRecipe.Rate, [Large], 0.1),
    };

    /// <summary>Trains all seeds, and compares.</summary>
    /// <param name="run">Where, and on how many threads.</param>
    /// <exception cref="OperationCanceledException">It was canceled; what is done is kept.</exception>
    public ParameterMixingReport Run(ClaimRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var kept = new OutcomeCache<MixingTrack>(run);
        var recipes = Enumerable.Range(1, Seeds).Select(seed => Recipe.ForRun($"mixing-seed{seed}", seed)).ToList();
        run.Ledger.Add(recipes);
        var tracks = new MixingTrack[Seeds];
        // The labels of all seeds are the first one's: a mean across runs has to be asked the same questions.
        kept.ForEach([.. Enumerable.Range(0, Seeds)],
            i => ($"mixing-seed{i + 1}", new { recipes[i].Hash, Distances }, () => Track(recipes[i], run.Cancellation)),
            (i, track) =>
            {
                tracks[i] = track;
                run.Report($"{recipes[i].Name} done");
            });
        double[] across = [.. Enumerable.Range(0, Seeds).Select(i => MeanLoss(recipes[i], tracks[i].Last, tracks[(i + 1) % Seeds].Last))];
        return new ParameterMixingReport(this, tracks, across);
    }

    private static MixingTrack Track(Recipe recipe, CancellationToken cancellation)
    {
        using var trainer = new Trainer<float>(recipe, RecipeData.Load(recipe.Data!), threads: 1);
        using var batches = new BatchPrefetcher<float>(trainer.TrainingBatches);
        float[] from = [];
        List<double> distances = [];
        while (!trainer.IsDone)
        {
            cancellation.ThrowIfCancellationRequested();
            trainer.Update(batches.Next());
            long since = trainer.Step - Large - Small;
            if (since == 0) from = Direction(trainer);
            if (Distances.Contains((int)since)) distances.Add(Square(from, Direction(trainer)));
        }
        float[] last = Direction(trainer);
        return new(distances, last, Loss(trainer, from), Loss(trainer, last), Loss(trainer, Mean(from, last)));
    }

    private static double MeanLoss(Recipe recipe, float[] one, float[] other)
    {
        using var trainer = new Trainer<float>(recipe, RecipeData.Load(recipe.Data!), threads: 1);
        return Loss(trainer, Mean(one, other));
    }

    // Of each tensor the direction, for its norm decides nothing.
    private static float[] Direction(Trainer<float> trainer)
    {
        var weights = new List<float>();
        foreach (var tensor in trainer.Network.Parameters.Tensors)
        {
            double square = 0;
            foreach (float value in tensor.Span) square += (double)value * value;
            foreach (float value in tensor.Span) weights.Add((float)(value / Math.Sqrt(square)));
        }
        return [.. weights];
    }

    private static float[] Mean(float[] one, float[] other) => [.. one.Zip(other, (a, b) => (a + b) / 2)];

    private static double Square(float[] one, float[] other) => one.Zip(other, (a, b) => ((double)a - b) * ((double)a - b)).Sum();

    // On the test images, normalized by their own statistics, so that it is a function of the weights alone.
    private static double Loss(Trainer<float> trainer, float[] weights)
    {
        int at = 0;
        foreach (var tensor in trainer.Network.Parameters.Tensors)
        {
            weights.AsSpan(at, tensor.Span.Length).CopyTo(tensor.Span);
            at += tensor.Span.Length;
        }
        var batch = new Batch<float>(trainer.TestBatches);
        double loss = 0;
        long images = 0;
        for (int index = 0; index < trainer.TestBatches.BatchesPerEpoch; index++)
        {
            batch.Read(trainer.TestBatches, epoch: 0, index);
            var result = trainer.Network.Forward(batch.Pixels, batch.Labels, isTraining: true);
            loss += result.LossSum;
            images += result.Images;
        }
        return loss / images;
    }
}

/// <summary>What a run gave.</summary>
/// <param name="Squares">|u_T - u_(T+D)|^2 over all tensors' directions u, for each distance D.</param>
/// <param name="Last">The directions at the end.</param>
/// <param name="FirstLoss">The test loss at T.</param>
/// <param name="LastLoss">At the end.</param>
/// <param name="MeanLoss">Of the mean of the two.</param>
internal sealed record MixingTrack(IReadOnlyList<double> Squares, float[] Last, double FirstLoss, double LastLoss, double MeanLoss);
