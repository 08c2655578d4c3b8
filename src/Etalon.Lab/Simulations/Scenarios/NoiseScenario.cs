using Etalon.Engine;
using Etalon.Lab.Charts;
using Etalon.Lab.Numerics;
using Etalon.Numerics;

namespace Etalon.Lab.Simulations.Scenarios;

/// <summary>
/// How to measure the noise that drives the norm: estimators of Tr Sigma and |grad L|^2 on a population of example gradients, of which both
/// are known, and how the noise falls with the batch.
/// </summary>
/// <remarks>
/// The population is 4,096 gradients on the unit sphere's tangent plane, normal with deviation 1.7 (Tr Sigma of a batch of 64 is about 2.9)
/// around a mean of length 1. A trial draws batches of it, with replacement unless it says otherwise; each replica is a trial. Estimators
/// without bias are allowed their standard errors alone.
/// </remarks>
internal sealed class NoiseScenario : Scenario
{
    private const int Examples = 4096, OwnBatch = 64, Batches = 4;
    private const double Deviation = 1.7;

    /// <inheritdoc/>
    public override string Name => "noise";

    /// <inheritdoc/>
    public override string Summary => "estimators of gradient noise, with and without bias, and how it falls with the batch";

    /// <inheritdoc/>
    public override string Example => "--batch 256 --replicas 10000";

    /// <inheritdoc/>
    public override ScenarioInputs Inputs => ScenarioInputs.Batch | ScenarioInputs.Dimension;

    /// <inheritdoc/>
    public override int Replicas => 4000;

    internal override ScenarioReport Run(ScenarioOptions options, Workers workers, CancellationToken cancellation)
    {
        int dimension = options.Dimension ?? 64, trials = options.Replicas ?? Replicas, batch = options.Batch ?? OwnBatch;
        var population = GradientPopulation.Normal(options.Seed, Examples, dimension - 1, Deviation);
        int[] sizes = [.. new[] { batch / 4, batch, batch * 4 }.Where(size => size is > 0 and < Examples)];
        Estimate[] measured =
            [.. sizes.Select(size => BatchNoise(population, size, isReplaced: true, trials, options.Seed, workers, cancellation))];
        Estimate[] without =
            [.. sizes.Select(size => BatchNoise(population, size, isReplaced: false, trials, options.Seed, workers, cancellation))];
        double[] lawWithout = [.. sizes.Select(size => population.Noise / size * (Examples - size) / (Examples - 1))];
        return new(
            $"noise of the gradients of batches of {batch}",
            [
                $"examples {Examples} gradients in {dimension - 1} dimensions, Tr Σ of one {population.Noise:0.###}, |∇L|² "
                + $"{population.Signal:0.####}",
                $"runs     {trials} trials",
            ],
            [
                .. Estimators(population, batch, trials, options.Seed, workers, cancellation),
                .. sizes.Select(
                    (size, i) => Finding.Within("law of the batch", $"Tr Σ, batch {size}", population.Noise / size, measured[i], 0)),
                .. sizes.Select((size, i) => Finding.Within("without replacement", $"Tr Σ, batch {size}", lawWithout[i], without[i], 0)),
            ],
            new("Noise of a batch's gradient", "log2 of the batch",
                [new("Tr Σ", Lines(sizes, population, measured, without)) { Height = 320 }])
            {
                Legend =
                ["Tr Σ of one example / B", "measured", "measured, without replacement"]
            },
            "Tr Σ of a batch is that of one example over its size, less (N - B)/(N - 1) where an epoch draws without replacement. Four "
            + "batches without the factor n/(n - 1) find a quarter too little.");
    }

    private static ChartLine[] Lines(int[] sizes, GradientPopulation population, Estimate[] measured, Estimate[] without)
    {
        double[] x = [.. sizes.Select(size => Elementary.Log2(size))];
        return
        [
            new("law", x, [.. sizes.Select(size => population.Noise / size)]),
            new("measured", x, [.. measured.Select(estimate => estimate.Value)]) { Color = 1 },
            new("without", x, [.. without.Select(estimate => estimate.Value)]) { Color = 2 },
        ];
    }

    private static IEnumerable<Finding> Estimators(GradientPopulation population, int batch, int trials, ulong seed, Workers workers,
        CancellationToken cancellation)
    {
        var (pairs, fours, biased, sizes) =
            (new NoiseEstimate[trials], new NoiseEstimate[trials], new NoiseEstimate[trials], new NoiseEstimate[trials]);
        workers.Run(trials, (trial, _) =>
        {
            cancellation.ThrowIfCancellationRequested();
            var stream = new CounterStream(seed, "simulate batches", (ulong)trial);
            double[][] gradients = [.. Enumerable.Range(0, Batches).Select(_ => population.BatchMean(ref stream, batch, isReplaced: true))];
            double[] large = population.BatchMean(ref stream, Batches * batch, isReplaced: true);
            pairs[trial] = NoiseEstimate.OfBatches(gradients[..2]);
            fours[trial] = NoiseEstimate.OfBatches(gradients);
            biased[trial] = NoiseEstimate.Biased(gradients);
            sizes[trial] =
                NoiseEstimate.OfTwoSizes(batch, GradientPopulation.Square(gradients[0]), Batches * batch, GradientPopulation.Square(large));
        });
        double noise = population.Noise / batch;
        foreach (var (name, estimates, unit) in ((string, NoiseEstimate[], double)[])[("pair of batches", pairs, 1),
            ("four batches", fours, 1), ($"batches of {batch} and {Batches * batch}", sizes, batch)])
        {
            yield return Finding.Within(name, "Tr Σ", noise, Estimate.OfMean([.. estimates.Select(estimate => estimate.Noise / unit)]), 0);
            yield return Finding.Within(name, "|∇L|²", population.Signal,
                Estimate.OfMean([.. estimates.Select(estimate => estimate.Signal)]), 0);
        }
        yield return Finding.Within("four batches, biased", "Tr Σ", noise * (1 - 1.0 / Batches),
            Estimate.OfMean([.. biased.Select(estimate => estimate.Noise)]), 0);
    }

    private static Estimate BatchNoise(GradientPopulation population, int size, bool isReplaced, int trials, ulong seed, Workers workers,
        CancellationToken cancellation)
    {
        double[] squares = new double[trials];
        workers.Run(trials, (trial, _) =>
        {
            cancellation.ThrowIfCancellationRequested();
            var stream = new CounterStream(seed, isReplaced ? "simulate batch sizes" : "simulate epochs", (ulong)trial, (uint)size);
            squares[trial] = population.SquaredDistance(population.BatchMean(ref stream, size, isReplaced));
        });
        return Estimate.OfMean(squares);
    }
}
