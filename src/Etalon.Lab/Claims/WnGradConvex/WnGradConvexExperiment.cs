using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.WnGradConvex;

/// <summary>
/// The tables of WNGrad's robustness on problems of which everything is known, beside figures that were measured before and elsewhere:
/// batch descent over twelve decades of b_0, constant noise, stochastic convex descent, and least squares in batches.
/// </summary>
/// <remarks>
/// <para>
/// Question: from which b_0 does WNGrad stay finite where gradient descent at 1 / b_0 does not, what does that cost, and are the figures
/// the recorded ones?
/// </para>
/// <para>
/// Expected: it never overflows, and the recorded figures are found again. They are of one start or draw. On batch problems they must lie
/// between the least and the most of <see cref="Starts"/> of ours, which a figure of the same law does with probability (n - 1) / (n + 1);
/// on stochastic ones within a factor of ours.
/// </para>
/// <para>Cost: a minute on two cores, most of it for what does not end within the budget.</para>
/// </remarks>
internal sealed record WnGradConvexExperiment
{
    /// <summary>How far a recorded figure of the stochastic regression may be from ours: one draw of the data against another.</summary>
    public const double RegressionFactor = 1.25;

    /// <summary>How far a recorded gap may be from the median of ours; single draws are up to 3.6 times as far.</summary>
    public const double RegretFactor = 2;

    private const double DivergedNorm = 1e30;

    /// <summary>b_0 / L of the batch problems. Default: 1e-6 to 1e6, a decade apart.</summary>
    public IReadOnlyList<double> Ratios { get; init; } = new BatchRobustness().Initial;

    /// <summary>The most gradients of a run on a batch problem; a figure beyond it is compared as such. Default: 100,000.</summary>
    public long Budget { get; init; } = 100_000;

    /// <summary>Starts on the batch problems, and draws of the stochastic convex one. Default: 30.</summary>
    public int Starts { get; init; } = 30;

    /// <summary>b_0 of the stochastic regression.</summary>
    public IReadOnlyList<double> Regression { get; init; } = new StochasticRegression().Initial;

    /// <summary>
    /// Numbers of steps of the stochastic convex problem. Default: 100, 1,000, 10,000 and 100,000, those of the recorded figures, of which
    /// the first may be taken.
    /// </summary>
    public IReadOnlyList<int> Times { get; init; } = [100, 1_000, 10_000, 100_000];

    /// <summary>Measures all tables.</summary>
    /// <param name="run">On how many threads.</param>
    /// <exception cref="OperationCanceledException">It was canceled.</exception>
    public WnGradConvexReport Run(ClaimRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        T Reported<T>(string table, T done)
        {
            run.Report($"{table} done");
            return done;
        }
        var batch = new BatchRobustness { Initial = Ratios, Budget = Budget, Seeds = Starts };
        return new WnGradConvexReport
        {
            Experiment = this,
            Quadratic = Reported("quadratic", batch.Run(run.Threads, run.Cancellation)),
            NotConvex = Reported("not convex", (batch with { IsConvex = false }).Run(run.Threads, run.Cancellation)),
            Noise = [ConstantNoise.DivisorAfter(1, 100_000), ConstantNoise.DivisorAfter(0.01, 1),
                ConstantNoise.DivisorAfter(0.01, 100_000)],
            Regret = Reported("stochastic convex", Regrets(run.Threads, run.Cancellation)),
            Regression =
                Reported("least squares in batches", new StochasticRegression { Initial = Regression }.Run(run.Threads, run.Cancellation)),
        };
    }

    // For each b_1 the points of each draw.
    private IReadOnlyList<IReadOnlyList<IReadOnlyList<RegretPoint>>> Regrets(int threads, CancellationToken cancellation)
    {
        var initial = RecordedFigures.Regret.Initial;
        var points = new IReadOnlyList<RegretPoint>[initial.Count * Starts];
        Parallel.For(0, points.Length, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation }, i =>
            points[i] = new StochasticRegret { Initial = initial[i / Starts], Seed = (ulong)(i % Starts) + 1 }.Run(Times));
        return [.. Enumerable.Range(0, initial.Count)
            .Select(i => (IReadOnlyList<IReadOnlyList<RegretPoint>>)[.. points.Skip(i * Starts).Take(Starts)])];
    }

    /// <summary>Whether a recorded number of gradients lies in the spread of ours; what is beyond the budget counts as infinite.</summary>
    internal bool IsInSpread(IReadOnlyList<double> recorded, IReadOnlyList<double> measured)
    {
        double figure = recorded[0] > Budget ? double.PositiveInfinity : recorded[0];
        return double.IsNaN(figure) ? measured.All(double.IsNaN) : figure >= measured.Min() && figure <= measured.Max();
    }

    /// <summary>
    /// Whether recorded norms are those that were measured, within <see cref="RegressionFactor"/>; a run that diverged did so by the last
    /// time.
    /// </summary>
    internal static bool IsNear(IReadOnlyList<double> recorded, IReadOnlyList<double> measured) => double.IsNaN(recorded[^1])
        ? HasDiverged(measured)
        : recorded.Zip(measured, (figure, norm) => IsWithin(RegressionFactor, figure, norm)).All(isNear => isNear);

    /// <summary>Whether norms grew beyond any use by the last time.</summary>
    internal static bool HasDiverged(IReadOnlyList<double> norms) => !(norms[^1] < DivergedNorm);

    /// <summary>Whether two numbers are within a factor of each other.</summary>
    internal static bool IsWithin(double factor, double a, double b) => a <= factor * b && b <= factor * a;
}
