using Etalon.Engine;
using Etalon.Lab.Claims.WnGradConvex;
using FsCheck;
using FsCheck.Fluent;

namespace Etalon.Lab.Tests.Claims;

/// <summary>
/// The bounds of WNGrad and AdaGrad-Norm on functions whose smoothness L is known, for L over six decades and b_0 over twelve around it. A
/// bound on the number of steps to a gradient of eps is checked at every step j, with the eps for which the bound is j.
/// </summary>
public class ConvexBoundTests
{
    // Sums of a few hundred terms round by some 1e-14 of the largest.
    private const double Rounding = 1e-11;

    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(2_000).WithReplay(20260202, 9);

    private static readonly Gen<double> Decade = Gen.Choose(0, 1_000_000).Select(i => i / 1e6);

    // A smooth function, a start, and log10(b_1 / L) in [low, high].
    private static Arbitrary<Case> Cases(double low, double high, int families = 3) => Arb.From(
        from family in Gen.Choose(0, families - 1)
        from smoothness in Decade.Select(u => Math.Pow(10, 6 * u - 3))
        from ratio in Decade.Select(u => Math.Pow(10, low + (high - low) * u))
        from spread in Decade.Select(u => Math.Pow(10, 2 * u - 1))
        from dimension in Gen.Choose(1, 6)
        from seed in Gen.Choose(0, int.MaxValue)
        select new Case(family, smoothness, ratio, spread, dimension, seed));

    // Theorem for b_1 >= L: |g|^2 <= eps after 1 + ceil(2 D (b_1 + 8 D) / eps) steps, b <= b_1 + 8 D, and f falls.
    [Fact]
    public void From_a_b_above_the_smoothness_the_function_falls_and_b_and_the_steps_are_bounded() =>
        Check.One(Runs, Prop.ForAll(Cases(0, 6), run =>
        {
            using var descent = run.Begin(StepRule.LookAhead);
            double gap = 0, least = double.PositiveInfinity, before = double.PositiveInfinity;
            for (int j = 1; j <= 60; j++)
            {
                var (value, squares) = run.Evaluate(descent);
                if (j == 1) gap = value;
                double bound = run.Initial + 8 * gap;
                least = Math.Min(least, squares);
                Assert.True(value <= before + Rounding * gap, $"f rises at step {j}");
                Assert.True(least <= 2 * gap * bound / j * (1 + Rounding), $"the gradient is too large after {j} steps");
                before = value;
                descent.Step();
                Assert.True(descent.Divisor <= bound * (1 + Rounding), $"b = {descent.Divisor} is above {bound} after step {j}");
            }
        }));

    // f_j - f* <= (1 - mu / (b_1 + 8 D))^(j - 1) D.
    [Fact]
    public void Where_the_function_is_sharp_it_falls_geometrically() =>
        Check.One(Runs, Prop.ForAll(Cases(0, 6, families: 2), run =>
        {
            using var descent = run.Begin(StepRule.LookAhead);
            double gap = run.Evaluate(descent).Value, shrink = 1 - run.Objective.Sharpness / (run.Initial + 8 * gap);
            for (int j = 1; j <= 200; j++)
            {
                double value = run.Evaluate(descent).Value;
                Assert.True(value <= Math.Pow(shrink, j - 1) * gap * (1 + Rounding), $"f = {value} at step {j}");
                descent.Step();
            }
        }));

    // Theorem for b_1
    // < L: within N steps a gradient is small or b reaches L, and where it does f and b are bounded; so is the number of steps to a small
    // gradient.
    [Fact]
    public void From_a_b_below_the_smoothness_b_reaches_it_or_the_gradient_is_small()
    {
        int ended = 0;
        Check.One(Runs, Prop.ForAll(Cases(-6, 0), run =>
        {
            double l = run.Objective.Smoothness, log = Math.Log(l / run.Initial);
            // An eps whose N is 150, in the middle of those that have it, so that no rounding decides.
            double eps = l * l * (Math.Exp(log / 148.5) - 1), n = Math.Ceiling(log / Math.Log(1 + eps / (l * l))) + 1;
            using var descent = run.Begin(StepRule.LookAhead);
            double gap = 0, gapAtL = 0, most = 0;
            bool hasReached = false;
            for (int j = 1; j <= 400; j++)
            {
                var (value, squares) = run.Evaluate(descent);
                if (j == 1)
                {
                    gap = value;
                    gapAtL = gap + l / 2 * (squares / (run.Initial * run.Initial) + log);
                    most = l + 2 * l * gapAtL / run.Initial;
                }
                if (squares <= eps)
                {
                    Assert.True(j <= n + 1 + Math.Ceiling(2 * gapAtL * (most + 8 * gapAtL) / eps),
                        $"the gradient is small at step {j} only");
                    ended++;
                    return;
                }
                descent.Step();
                if (hasReached || descent.Divisor < l)
                {
                    Assert.True(hasReached || j < n, $"b is below L still after {j} steps");
                    continue;
                }
                hasReached = true;
                Assert.True(value <= gapAtL * (1 + Rounding), $"f = {value} where b reaches L");
                Assert.True(descent.Divisor <= most * (1 + Rounding), $"b = {descent.Divisor} where it reaches L");
            }
        }));
        // Else the bound on the steps was never asked.
        Assert.InRange(ended, 1_000, 2_000);
    }

    // N = 1 + ceil((4 D^2 / eta^2 + 2 b_0 D / eta) / eps) where b_0 >= eta L; else with C = 1 + 2 ln(eta L / b_0)
    // N = 1 + ceil((2 L D + (2 D / eta + eta L C)^2 + (eta L)^2 (1 + C) - b_0^2) / eps).
    [Fact]
    public void The_steps_of_AdaGrad_Norm_are_bounded_from_any_b() =>
        Check.One(Runs, Prop.ForAll(Cases(-6, 6), run =>
        {
            double l = run.Objective.Smoothness, eta = run.Spread, b = run.Initial * eta, c = 1 + 2 * Math.Log(eta * l / b);
            using var descent = run.Begin(StepRule.AdaGradNorm(eta));
            double gap = 0, least = double.PositiveInfinity;
            for (int j = 1; j <= 200; j++)
            {
                var (value, squares) = run.Evaluate(descent);
                if (j == 1) gap = value;
                least = Math.Min(least, squares);
                double constant = b >= eta * l
                    ? 4 * gap * gap / (eta * eta) + 2 * b * gap / eta
                    : 2 * l * gap + Math.Pow(2 * gap / eta + eta * l * c, 2) + eta * l * eta * l * (1 + c) - b * b;
                if (j > 1) Assert.True(least <= constant / (j - 1) * (1 + Rounding), $"the gradient is too large after {j} steps");
                descent.Step(eta);
            }
        }));

    // sum of the sampled gaps
    // <= (D^2 b_T + b_(T+1) - b_1) / 2 on every path, projected on a ball, in the lagged order; its expectation bounds f at the mean of
    // the iterates.
    [Fact]
    public void On_every_stochastic_path_the_regret_is_bounded_for_any_b_and_any_slope() =>
        Check.One(Runs, Prop.ForAll(Cases(-6, 6), run =>
        {
            var regret = new StochasticRegret
            {
                Dimension = run.Dimension,
                Rows = 15,
                Slope = run.Smoothness,
                Radius = 1 + run.Spread,
                Initial = run.Ratio * run.Smoothness,
                Seed = (ulong)run.Seed,
            };
            foreach (var point in regret.Run([1, 2, 3, 5, 10, 20, 50, 100, 150]))
                Assert.True(point.SampledGap <= point.Bound * (1 + Rounding), $"{point}");
        }));

    private sealed record Case(int Family, double Smoothness, double Ratio, double Spread, int Dimension, int Seed)
    {
        public Objective Objective { get; } = Family switch
        {
            0 => Quadratic.Between(Smoothness / 20, Smoothness, Dimension),
            1 => new SineValley(Dimension, Smoothness / 8),
            _ => new SaturatingSquares([.. Enumerable.Range(1, Dimension).Select(i => Smoothness * i / Dimension)]),
        };

        public double Initial => Ratio * Objective.Smoothness;

        public Descent Begin(StepRule rule)
        {
            var stream = new CounterStream((ulong)Seed, "case");
            double[] start = new double[Dimension];
            foreach (ref double number in start.AsSpan()) number = Spread * stream.NextNormal();
            return new Descent(start, rule.Create(Initial));
        }

        /// <summary>f - min f at x, and |grad f|^2.</summary>
        public (double Value, double Squares) Evaluate(Descent descent)
        {
            double value = Objective.Evaluate(descent.X, descent.Gradient) - Objective.Minimum, squares = 0;
            foreach (double g in descent.Gradient) squares += g * g;
            return (value, squares);
        }
    }
}
