namespace Etalon.Lab.Claims.FastEquilibrium;

/// <summary>What the runs of an arm gave together: the sums over its even and its odd seeds, from which everything else follows.</summary>
/// <param name="Counts">[half][look][input * 4 + class]: how many runs of that half predicted the class.</param>
/// <param name="Directions">[half]: the sums of the directions of the weights at the end.</param>
/// <param name="Norms">[look]: the mean norm of all weights.</param>
/// <param name="Errors">[look]: the mean test error.</param>
/// <param name="ProbeErrors">[look]: the mean test error after the probe.</param>
/// <param name="ProbeDeviations">[look]: the standard error of that mean.</param>
internal sealed record ArmOutcome(
    IReadOnlyList<IReadOnlyList<IReadOnlyList<int>>> Counts,
    IReadOnlyList<IReadOnlyList<double>> Directions,
    IReadOnlyList<double> Norms,
    IReadOnlyList<double> Errors,
    IReadOnlyList<double> ProbeErrors,
    IReadOnlyList<double> ProbeDeviations)
{
    private const int Classes = EquilibriumTask.Classes;

    internal static ArmOutcome Of(FastEquilibriumExperiment experiment, SeedOutcome[] seeds)
    {
        int[] looks = [.. Enumerable.Range(0, experiment.MixingUnits.Count)];
        SeedOutcome[][] halves = [[.. seeds.Where((_, seed) => seed % 2 == 0)], [.. seeds.Where((_, seed) => seed % 2 == 1)]];
        var labels = new EquilibriumTask(experiment.Seed).TestLabels;
        var probed = seeds.Take(experiment.ProbedSeeds).ToArray();
        return new(
            [.. halves.Select(half => (IReadOnlyList<IReadOnlyList<int>>)[.. looks.Select(look => Count(half, look))])],
            [.. halves.Select(Sum)],
            [.. looks.Select(look => seeds.Average(seed => seed.Norms[look]))],
            [.. looks.Select(
                look => seeds.Average(
                    seed => seed.Predictions[look].Where((prediction, i) => prediction != labels[i]).Count() / (double)labels.Length))],
            [.. looks.Select(look => probed.Length == 0 ? double.NaN : probed.Average(seed => seed.ProbeErrors[look]))],
            [.. looks.Select(look => StandardError([.. probed.Select(seed => seed.ProbeErrors[look])]))]);
    }

    /// <summary>The distance of two arms at a look: the mean over the inputs of sum_c |p_c - q_c|, from 0 to 2.</summary>
    public static double Distance(ArmOutcome one, ArmOutcome two, int look)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(two);
        return Distance(one.All(look), two.All(look));
    }

    /// <summary>
    /// The distance that this many seeds make where there is none: that of the two halves, of half as many seeds each, divided by sqrt 2.
    /// </summary>
    public double Floor(int look) => Distance(Frequencies(Counts[0][look]), Frequencies(Counts[1][look])) / Math.Sqrt(2);

    /// <summary>The cosine between the mean directions of the weights of two arms at the end.</summary>
    public static double Overlap(ArmOutcome one, ArmOutcome two)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(two);
        return Cosine([.. one.Directions[0].Zip(one.Directions[1], (a, b) => a + b)],
            [.. two.Directions[0].Zip(two.Directions[1], (a, b) => a + b)]);
    }

    /// <summary>The cosine between the mean directions of the arm's two halves.</summary>
    public double OwnOverlap => Cosine(Directions[0], Directions[1]);

    private double[] All(int look) => Frequencies([.. Counts[0][look].Zip(Counts[1][look], (a, b) => a + b)]);

    private static double[] Frequencies(IReadOnlyList<int> counts)
    {
        double runs = counts.Take(Classes).Sum();
        return [.. counts.Select(count => count / runs)];
    }

    private static double Distance(double[] p, double[] q) => p.Zip(q, (a, b) => Math.Abs(a - b)).Sum() / (p.Length / Classes);

    private static double Cosine(IReadOnlyList<double> a, IReadOnlyList<double> b) =>
        a.Zip(b, (x, y) => x * y).Sum() / Math.Sqrt(a.Sum(x => x * x) * b.Sum(y => y * y));

    private static int[] Count(SeedOutcome[] seeds, int look)
    {
        var counts = new int[EquilibriumTask.TestCount * Classes];
        foreach (var seed in seeds)
            for (int input = 0; input < EquilibriumTask.TestCount; input++)
                counts[input * Classes + seed.Predictions[look][input]]++;
        return counts;
    }

    private static double[] Sum(SeedOutcome[] seeds)
    {
        var sum = new double[seeds[0].Direction.Length];
        foreach (var seed in seeds)
            for (int i = 0; i < sum.Length; i++) sum[i] += seed.Direction[i];
        return sum;
    }

    private static double StandardError(double[] values)
    {
        if (values.Length < 2) return double.NaN;
        double mean = values.Average();
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1) / values.Length);
    }
}

/// <summary>What one run gave.</summary>
/// <param name="Predictions">[look][input]: the class predicted.</param>
/// <param name="Norms">[look]: the norm of all weights.</param>
/// <param name="ProbeErrors">[look]: the error after the probe; NaN where there was none.</param>
/// <param name="Direction">The weights at the end, divided by their norm.</param>
internal sealed record SeedOutcome(byte[][] Predictions, double[] Norms, double[] ProbeErrors, float[] Direction);
