using Etalon.Engine;

namespace Etalon.Lab.Claims.WnGradConvex;

/// <summary>
/// Stochastic least squares with Gaussian data: |grad F| after some steps of SGD, WNGrad and AdaGrad-Norm, for many b_0.
/// </summary>
/// <remarks>
/// <para>
/// Question: does the rate that sets itself find the speed of a tuned one? 1,000 rows of 1,000 numbers, batches of 20, the start uniform in
/// [0, 1); the curvature of a batch is about 70.
/// </para>
/// <para>
/// Expected: WNGrad never diverges, but it is far slower than tuned SGD, since D = F(x_0) - F* is about 650 and the rule takes distances of
/// about 1 for granted; AdaGrad-Norm with eta = D is as fast as SGD at 1 / b_0 where that is stable, and within a factor of six of its best
/// where it is not. Cost: 40,000 multiply-adds a step, 5,000 steps, forty cells: ten seconds.
/// </para>
/// </remarks>
internal sealed record StochasticRegression
{
    /// <summary>Rows and numbers in each. Default: 1,000.</summary>
    public int Size { get; init; } = 1_000;

    /// <summary>Rows in a batch. Default: 20.</summary>
    public int Batch { get; init; } = 20;

    /// <summary>After how many steps the full gradient is measured. Default: 10, 2,000 and 5,000.</summary>
    public IReadOnlyList<int> Times { get; init; } = [10, 2_000, 5_000];

    /// <summary>b_0. Default: 0.01 to 1e6, a decade apart, and 300.</summary>
    public IReadOnlyList<double> Initial { get; init; } = [0.01, 0.1, 1, 10, 100, 300, 1e3, 1e4, 1e5, 1e6];

    /// <summary>What everything is drawn from. Default: 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>The table: in each cell |grad F| at each time, not a number from where the run diverged.</summary>
    /// <param name="threads">Cells computed at a time; the table does not depend on it.</param>
    /// <param name="cancellation">Ends it after the cells at work.</param>
    /// <exception cref="OperationCanceledException">It was canceled.</exception>
    public RobustnessTable Run(int threads, CancellationToken cancellation = default)
    {
        var regression = new GaussianRegression(Size, Size, Seed);
        var stream = new CounterStream(Seed, "regression start");
        double[] start = new double[Size];
        foreach (ref double number in start.AsSpan()) number = stream.NextDouble();
        double gap = regression.Evaluate(start, new double[Size]);
        return RobustnessTable.Of(
            $"|grad F| after {string.Join(", ", Times.Select(time => $"{time}"))} steps, for each b0; F(x0) - F* = {gap:F0}", Initial,
            [StepRule.Constant, StepRule.InverseRoot, StepRule.UpdateFirst, StepRule.LookAhead, StepRule.AdaGradNorm(1),
                StepRule.AdaGradNorm(gap) with { Name = "AdaGrad-Norm eta=F(x0)-F*" }],
            threads, (rule, initial) => Norms(regression, start, rule, initial), cancellation);
    }

    private List<double> Norms(GaussianRegression regression, double[] start, StepRule rule, double initial)
    {
        using var descent = new Descent(start, rule.Create(initial));
        var norms = new List<double>();
        double[] full = new double[Size];
        var stream = new CounterStream(Seed, "regression batches");
        for (int j = 1; j <= Times[^1]; j++)
        {
            regression.Differentiate(descent.X, Batch, ref stream, descent.Gradient);
            if (!descent.Step(rule.Rate(initial, j))) break;
            if (!Times.Contains(j)) continue;
            regression.Evaluate(descent.X, full);
            double norm = Math.Sqrt(full.Sum(g => g * g));
            norms.Add(double.IsFinite(norm) ? norm : double.NaN);
        }
        while (norms.Count < Times.Count) norms.Add(double.NaN);
        return norms;
    }
}
