using Etalon.Engine;

namespace Etalon.Lab.Claims.WnGradConvex;

/// <summary>
/// How many gradients gradient descent, WNGrad in its three orders and AdaGrad-Norm need on a smooth function, over twelve decades of b_0
/// around its smoothness.
/// </summary>
/// <remarks>
/// <para>
/// Question: is the rate that sets itself robust to where it begins? The quadratic has L = 10, mu = 1, ten dimensions and a standard normal
/// start; the end is |g|^2 at most 1e-8 of the first. Of the function that is not convex: the same curvatures, |g|^2 at most 1e-6 of the
/// first.
/// </para>
/// <para>
/// Expected: for b_0 above L all need what gradient descent at 1 / b_0 needs, in proportion to b_0. Below, gradient descent overflows;
/// WNGrad never does, but it pays: about |g_1|^2 / b_0 gradients where b is updated first, (L / b_0)^3 where it looks ahead. Only
/// AdaGrad-Norm is flat.
/// </para>
/// </remarks>
internal sealed record BatchRobustness
{
    /// <summary>Whether the function is the quadratic; else <see cref="SaturatingSquares"/>. Default: true.</summary>
    public bool IsConvex { get; init; } = true;

    /// <summary>b_0 in units of L. Default: 1e-6 to 1e6, a decade apart.</summary>
    public IReadOnlyList<double> Initial { get; init; } = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 1e2, 1e3, 1e4, 1e5, 1e6];

    /// <summary>
    /// The most gradients a run may take; what takes more is infinite in the table. Default: 1,000,000, less than a second.
    /// </summary>
    public long Budget { get; init; } = 1_000_000;

    /// <summary>Seeds, each with a start of its own. Default: 5.</summary>
    public int Seeds { get; init; } = 5;

    /// <summary>
    /// The table: in each cell the gradients that each seed needed; negative infinity where the gradient vanished above the start, far from
    /// the minimum.
    /// </summary>
    /// <param name="threads">Cells computed at a time; the table does not depend on it.</param>
    /// <param name="cancellation">Ends it after the cells at work.</param>
    /// <exception cref="OperationCanceledException">It was canceled.</exception>
    public RobustnessTable Run(int threads, CancellationToken cancellation = default)
    {
        double[] curvatures = [.. Enumerable.Range(1, 10).Select(i => (double)i)];
        Objective objective = IsConvex ? new Quadratic(curvatures) : new SaturatingSquares(curvatures);
        return RobustnessTable.Of(
            $"gradients until |g|^2 is at most {(IsConvex ? 1e-8 : 1e-6):G} of the first, {(IsConvex ? "quadratic" : "not convex")}, for "
            + $"each b0/L", Initial,
            [StepRule.Constant with { Name = "GD 1/b0" }, StepRule.LookAhead, StepRule.UpdateFirst, StepRule.Lagged,
                StepRule.AdaGradNorm(1)], threads,
            (rule, ratio) => [.. Enumerable.Range(1, Seeds)
                .Select(seed => Count(objective, rule, ratio * objective.Smoothness, (ulong)seed))], cancellation);
    }

    private double Count(Objective objective, StepRule rule, double initial, ulong seed)
    {
        var stream = new CounterStream(seed, "batch start");
        double[] start = new double[objective.Dimension];
        foreach (ref double number in start.AsSpan()) number = stream.NextNormal();
        using var descent = new Descent(start, rule.Create(initial));
        double first = 0, height = 0, share = IsConvex ? 1e-8 : 1e-6;
        for (long j = 1; j <= Budget; j++)
        {
            double value = objective.Evaluate(descent.X, descent.Gradient), squares = 0;
            foreach (double g in descent.Gradient) squares += g * g;
            if (!double.IsFinite(value) || !double.IsFinite(squares)) return double.NaN;
            if (j == 1) (first, height) = (squares, value);
            else if (squares <= share * first) return value <= height ? j : double.NegativeInfinity;
            descent.Step(rule.Rate(initial, j));
        }
        return double.PositiveInfinity;
    }
}
