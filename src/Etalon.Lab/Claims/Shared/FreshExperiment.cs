using Etalon.Engine;
using Etalon.Lab.Data;
using Etalon.Lab.Models;

namespace Etalon.Lab.Claims.Shared;

/// <summary>
/// A batch-normalized perceptron trained on batches that are never seen again, several seeds of each arm.
/// </summary>
/// <remarks>
/// <para>
/// Question: which norms and angles do rate, decay and betas lead to where the gradient is noise as far as a network's can be? Each claim
/// asks a part of it, with arms of its own.
/// </para>
/// <para>
/// Expected: norms and angles of AdamW, Lion, signs and Muon follow from their numbers, those of Adam with L2 from the size of the
/// gradients too.
/// </para>
/// <para>Cost: 4,000 updates of a perceptron 12-24-24-24-5 take about a second of a core.</para>
/// </remarks>
/// <param name="Arms">The settings.</param>
/// <param name="Updates">Updates of each run.</param>
internal sealed record FreshExperiment(IReadOnlyList<FreshArm> Arms, int Updates)
{
    /// <summary>Updates that a measurement is a mean of.</summary>
    public const int Block = 50;

    /// <summary>Hidden layers of the perceptron.</summary>
    public const int Hidden = 3;

    private const int Batch = 32;

    /// <summary>Runs of each arm: the seeds 1, 2, ... of start and batches.</summary>
    /// <value>At least 2; 4 by default.</value>
    public int Seeds { get; init; } = 4;

    /// <summary>Units of each of the three hidden layers.</summary>
    /// <value>24 by default.</value>
    public int Width { get; init; } = 24;

    /// <summary>Whether the gradient of each update gets a sign at random, so that gradients are of the same sizes and agree in nothing.
    /// </summary>
    /// <value>False by default.</value>
    public bool HasRandomSigns { get; init; }

    /// <summary>Trains all.</summary>
    /// <param name="run">Where, and on how many threads.</param>
    /// <returns>For each arm the tracks of its seeds.</returns>
    /// <exception cref="OperationCanceledException">It was canceled; what is done is kept.</exception>
    public IReadOnlyList<IReadOnlyList<FreshTrack>> Run(ClaimRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var kept = new OutcomeCache<FreshTrack>(run);
        var tracks = new FreshTrack[Arms.Count * Seeds];
        kept.ForEach([.. Enumerable.Range(0, tracks.Length)],
            i =>
            {
                var (arm, seed) = (Arms[i / Seeds], i % Seeds + 1);
                return ($"{arm.Name}-seed{seed}", Settings(arm), () => Train(arm, (ulong)seed, run.Cancellation));
            },
            (i, track) =>
            {
                tracks[i] = track;
                run.Report($"{Arms[i / Seeds].Title}, seed {i % Seeds + 1} done");
            });
        return [.. Arms.Select((_, arm) => (IReadOnlyList<FreshTrack>)[.. tracks.Skip(arm * Seeds).Take(Seeds)])];
    }

    // The numbers themselves: what a schedule is called does not decide a run.
    private object Settings(FreshArm arm) => new
    {
        Updates,
        Width,
        Rule = arm.Rule.ToString(),
        HasRandomSigns,
        Rates = Enumerable.Range(0, Updates).Select(step => arm.Rate.ValueAt(step)),
        Rest = Enumerable.Range(0, Updates).Select(step => arm.Rest.ValueAt(step)),
        Decays = Enumerable.Range(0, Hidden).Select(layer => Enumerable.Range(0, Updates).Select(step => arm.DecayOf(layer).ValueAt(step))),
    };

    private FreshTrack Train(FreshArm arm, ulong seed, CancellationToken cancellation)
    {
        var model = new ModelSpec { Kind = ModelKind.Mlp, Hidden = [Width, Width, Width], Epsilon = 0 };
        using var workers = new Workers(1);
        using var network = Model.Build<float>(
            model, new ImageSize(1, 1, FreshTask.Dimensions), FreshTask.Classes, new SoftmaxCrossEntropy(), Batch, workers);
        network.Initialize(seed);
        string[] names = [.. Enumerable.Range(1, Hidden).Select(layer => $"hidden{layer}.weight")];
        using var optimizer = arm.Rule.Of(
            network, tensor => Array.IndexOf(names, tensor) is var layer and >= 0 ? layer : Hidden, tensor => names.Contains(tensor));
        using var monitor =
            new UpdateMonitor<float>(network.Parameters, network.Gradients, null, [.. names.Select(name => (string[])[name])]);
        var sums = names.Select(name => new FreshSums(
            network.Parameters[name].Length, Norm(network.Parameters[name].Span), Updates / Block, Block)).ToList();
        var task = new FreshTask();
        float[] inputs = new float[Batch * FreshTask.Dimensions];
        int[] labels = new int[Batch];
        var numbers = new Hyperparameters[Hidden + 1];
        for (int step = 0; step < Updates; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            var stream = new CounterStream(seed, "fresh/batch", (ulong)step);
            task.Draw(ref stream, inputs, labels);
            double rate = arm.Rate.ValueAt(step);
            for (int layer = 0; layer < Hidden; layer++)
                numbers[layer] = arm.Rule.Numbers(rate, arm.DecayOf(layer).ValueAt(step));
            numbers[Hidden] = arm.Rule.Numbers(arm.Rest.ValueAt(step), decay: 0);
            network.Forward(inputs, labels, isTraining: true);
            network.Backward();
            if (HasRandomSigns && stream.NextDouble() < 0.5)
                foreach (ref float number in network.Gradients.Span) number = -number;
            monitor.Before(workers);
            optimizer.Update(numbers, workers);
            monitor.After(workers);
            for (int layer = 0; layer < Hidden; layer++) sums[layer].Add(step, monitor[layer]);
        }
        return new([.. sums.Select(sum => sum.Close())]);
    }

    private static double Norm(ReadOnlySpan<float> weights)
    {
        double square = 0;
        foreach (float weight in weights) square += (double)weight * weight;
        return Math.Sqrt(square);
    }
}
