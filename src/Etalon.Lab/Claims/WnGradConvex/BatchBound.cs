using Etalon.Engine;
using Etalon.Numerics;

namespace Etalon.Lab.Claims.WnGradConvex;

/// <summary>A run of WNGrad on a smooth function beside the bound of its theorem.</summary>
/// <param name="Smallest">min |g_j|^2 over the gradients so far, at some of them.</param>
/// <param name="Times">At which gradients, counted from 1.</param>
/// <param name="OfBound">The largest (T - 1 - N) min |g|^2 over its bound, at any time; above 1 the theorem is violated.</param>
/// <param name="DivisorOfBound">b in the end over its bound.</param>
/// <param name="Rises">By how much f rose in an update at most, relative to f - f* at the start; 0 where it never rose.</param>
internal sealed record BatchBound(IReadOnlyList<double> Smallest, IReadOnlyList<int> Times, double OfBound, double DivisorOfBound,
    double Rises)
{
    /// <summary>Runs a rule.</summary>
    /// <param name="objective">The function; its minimum is 0.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="initial">b_1.</param>
    /// <param name="seed">What the start is drawn from.</param>
    /// <param name="gradients">How many gradients.</param>
    /// <remarks>
    /// Where b_1 is at least L the bounds are 1 + 2 D (b_1 + 8 D) / eps on T and b_1 + 8 D on b_T, and f never rises, D = f(x_1) - f*.
    /// Below
    /// L that on T is N + 1 + 2 D' (B' + 8 D') / eps with N = ln(L/b_1) / ln(1 + eps / L^2) + 1, D' = D + (L/2)(|g_1|^2 / b_1^2 +
    /// ln(L/b_1))
    /// and B' = L + 2 L D' / b_1, and f may rise at first.
    /// </remarks>
    public static BatchBound Of(Objective objective, StepRule rule, double initial, ulong seed, int gradients)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(rule);
        var stream = new CounterStream(seed, "batch bound start");
        double[] start = [.. Enumerable.Range(0, objective.Dimension).Select(_ => stream.NextNormal())];
        using var descent = new Descent(start, rule.Create(initial));
        double smoothness = objective.Smoothness, gap = 0, before = 0, first = 0, smallest = double.PositiveInfinity, worst = 0, rises = 0;
        List<double> kept = [];
        List<int> times = [];
        for (int t = 1; t <= gradients; t++)
        {
            double value = objective.Evaluate(descent.X, descent.Gradient), square = Square(descent.Gradient);
            if (t == 1) (gap, first, before) = (value, square, value);
            rises = Math.Max(rises, (value - before) / gap);
            (before, smallest) = (value, Math.Min(smallest, square));
            worst = Math.Max(worst, Reached(t, smallest, initial, gap, first, smoothness));
            if (times.Count == 0 || t >= times[^1] * 1.2 || t == gradients)
            {
                kept.Add(smallest);
                times.Add(t);
            }
            if (!descent.Step(rule.Rate(initial, t))) break;
        }
        double divisor = rule == StepRule.LookAhead ? descent.Divisor : initial;
        return new(kept, times, worst, divisor / (initial + 8 * gap), double.IsFinite(before) ? rises : double.PositiveInfinity);
    }

    private static double Reached(int t, double smallest, double initial, double gap, double first, double smoothness)
    {
        if (initial >= smoothness) return (t - 2) * smallest / (2 * gap * (initial + 8 * gap));
        double logarithm = Elementary.Log(smoothness / initial),
            below = logarithm / Elementary.Log1P(smallest / (smoothness * smoothness)) + 1,
            later = gap + smoothness / 2 * (first / (initial * initial) + logarithm), divisor = smoothness
                + 2 * smoothness * later / initial;
        return Math.Max(0, t - 3 - below) * smallest / (2 * later * (divisor + 8 * later));
    }

    private static double Square(ReadOnlySpan<double> gradient)
    {
        double sum = 0;
        foreach (double value in gradient) sum += value * value;
        return sum;
    }
}
