using Etalon.Engine;

namespace Etalon.Lab.Claims.WnGradConvex;

/// <summary>
/// Lagged WNGrad on the mean of |a_i.x - y_i|, projected on a ball: the gap of the mean of the iterates beside its bound (|D|^2 b_T +
/// b_(T+1) - b_1) / (2 T), D the ball's diameter.
/// </summary>
/// <remarks>
/// The rows a_i are standard normal numbers scaled to the norm <see cref="Slope"/>, which bounds every gradient; y_i = a_i.x* + noise. The
/// bound holds because sum |g_j|^2 / b_j telescopes to b_(T+1) - b_1, and it holds on every path for the sum of the sampled losses less
/// those of x*. Expected: the gap falls about as 1 / sqrt T or faster, whatever b_1 is.
/// </remarks>
internal sealed record StochasticRegret
{
    /// <summary>Numbers of x. Default: 20.</summary>
    public int Dimension { get; init; } = 20;

    /// <summary>Rows. Default: 400.</summary>
    public int Rows { get; init; } = 400;

    /// <summary>The norm of each row. Default: 1.</summary>
    public double Slope { get; init; } = 1;

    /// <summary>The radius of the ball around 0. Default: 3.</summary>
    public double Radius { get; init; } = 3;

    /// <summary>|x*|, at most <see cref="Radius"/>. Default: 1.</summary>
    public double SolutionNorm { get; init; } = 1;

    /// <summary>The standard deviation of the normal noise in y. Default: 0.2.</summary>
    public double Noise { get; init; } = 0.2;

    /// <summary>b_1.</summary>
    public double Initial { get; init; } = 1;

    /// <summary>The rule. Default: lagged WNGrad, whose bound it is; a control takes another.</summary>
    public StepRule Rule { get; init; } = StepRule.Lagged;

    /// <summary>What everything is drawn from. Default: 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>The gap at each of these numbers of steps.</summary>
    /// <param name="times">Numbers of steps, rising.</param>
    public IReadOnlyList<RegretPoint> Run(IReadOnlyList<int> times)
    {
        ArgumentNullException.ThrowIfNull(times);
        var (rows, y, noise) = Draw();
        double minimum = Noise == 0 ? 0 : LeastDeviations.Minimum(rows, y);
        var stream = new CounterStream(Seed, "regret samples");
        using var descent = new Descent(new double[Dimension], Rule.Create(Initial));
        double Divisor() => Rule == StepRule.Constant ? Initial : descent.Divisor;
        double[] sum = new double[Dimension];
        double paths = 0;
        var points = new List<RegretPoint>();
        for (int t = 1; t <= times[^1]; t++)
        {
            int row = (int)stream.NextBelow((uint)Rows);
            double before = t == 1 ? Initial : Divisor();
            for (int i = 0; i < Dimension; i++) sum[i] += descent.X[i];
            paths += Differentiate(rows[row], y[row], descent) - Math.Abs(noise[row]);
            descent.Step(Rule.Rate(Initial, t));
            Project(descent.X);
            // Where the first gradients were 0 there is no b yet.
            double after = Divisor() is > 0 and var divisor ? divisor : Initial;
            if (before == 0) before = Initial;
            if (times.Contains(t))
                points.Add(
                    new(t, MeanLoss(t, rows, y, sum) - minimum, paths / t, (4 * Radius * Radius * before + after - Initial) / (2 * t)));
        }
        return points;
    }

    // At the mean of the iterates.
    private double MeanLoss(int t, double[][] rows, double[] y, double[] sum)
    {
        double[] mean = Array.ConvertAll(sum, x => x / t);
        double loss = 0;
        for (int i = 0; i < Rows; i++) loss += Math.Abs(Dot(rows[i], mean) - y[i]) / Rows;
        return loss;
    }

    // |a.x - y|, and its slope.
    private static double Differentiate(double[] a, double y, Descent descent)
    {
        double residual = Dot(a, descent.X) - y;
        for (int i = 0; i < a.Length; i++) descent.Gradient[i] = Math.Sign(residual) * a[i];
        return Math.Abs(residual);
    }

    private void Project(Span<double> x)
    {
        double norm = Math.Sqrt(Dot(x, x));
        if (norm <= Radius) return;
        foreach (ref double number in x) number *= Radius / norm;
    }

    private (double[][] Rows, double[] Y, double[] Noise) Draw()
    {
        var stream = new CounterStream(Seed, "regret rows");
        double[][] rows = new double[Rows][];
        for (int i = 0; i < Rows; i++) rows[i] = Normal(ref stream, Slope);
        double[] solution = Normal(ref stream, SolutionNorm), noise = new double[Rows];
        foreach (ref double number in noise.AsSpan()) number = Noise * stream.NextNormal();
        return (rows, [.. rows.Select((row, i) => Dot(row, solution) + noise[i])], noise);
    }

    private double[] Normal(ref CounterStream stream, double norm)
    {
        double[] numbers = new double[Dimension];
        for (int i = 0; i < Dimension; i++) numbers[i] = stream.NextNormal();
        double length = Math.Sqrt(Dot(numbers, numbers));
        return Array.ConvertAll(numbers, x => x * norm / length);
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }
}

/// <summary>Where a run of <see cref="StochasticRegret"/> stands after some steps.</summary>
/// <param name="Steps">T.</param>
/// <param name="Gap">f(mean x) - min f.</param>
/// <param name="SampledGap">The mean over the steps of the sampled loss at x_j less that at x*.</param>
/// <param name="Bound">(D^2 b_T + b_(T+1) - b_1) / (2 T): at least <see cref="SampledGap"/> on every path.</param>
internal readonly record struct RegretPoint(int Steps, double Gap, double SampledGap, double Bound);
