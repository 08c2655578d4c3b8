using Etalon.Engine;
using Etalon.Lab.Charts;
using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Data;
using Etalon.Lab.Models;
using Etalon.Lab.Optimizers;
using Etalon.Lab.Recipes;
using Etalon.Lab.Training;
using Etalon.Numerics;

namespace Etalon.Lab.Claims.WnGradConvex;

/// <summary>W5: where gradients stay noisy b grows as the square root of the number of updates, so that the rate decays by
/// itself.</summary>
internal sealed class WnGradGrowthClaim : Claim
{
    private static readonly int[] Looks = [250, 500, 1_000, 2_000];

    private const int Constant = 100_000;

    /// <summary>Runs of the network.</summary>
    /// <value>At least 2; 4 by default.</value>
    public int Seeds { get; init; } = 4;

    /// <summary>The share of labels drawn anew; tests take none of the noise.</summary>
    internal double WrongLabels { get; init; } = 0.4;

    /// <inheritdoc/>
    public override string Name => "wngrad-growth";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Ids => ["W5"];

    /// <inheritdoc/>
    public override string Statement =>
        "Where gradients keep their noise, WNGrad's b grows as the square root of the number of updates by itself; where they vanish, it "
            + "stops.";

    /// <inheritdoc/>
    public override string Source =>
        "Wu, Ward and Bottou 2018, *WNGrad: learn the learning rate in gradient descent*, the growth of b.";

    /// <inheritdoc/>
    public override string Question => "With which power of the number of updates does b grow, under constant noise and in a network?";

    /// <inheritdoc/>
    public override string PaperSays => "b² is about b₁² + 2 Σ|g|²: under noise of one size b grows as √T, and the rate falls as 1/√T.";

    /// <inheritdoc/>
    public override ClaimCost? CostAt(ClaimScale scale) => new(0.3);

    /// <inheritdoc/>
    public override ClaimReport Reproduce(ClaimRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        int seeds = run.SeedsOr(Seeds);
        var kept = new OutcomeCache<double[]>(run);
        double[][] noisy = new double[seeds][];
        kept.ForEach([.. Enumerable.Range(0, seeds)],
            seed =>
            {
                var recipe = Network.ForRun("growth", seed + 1);
                return ($"growth-seed{seed + 1}", new { recipe.Hash, Looks }, () => Divisors(recipe, run.Cancellation));
            },
            (seed, divisors) => noisy[seed] = divisors);
        double exact = ConstantNoise.DivisorAfter(1, Constant), vanishing = Vanishing();
        return new ClaimReport(this,
            $"Gradients of norm 1, {Constant:N0} updates; a perceptron 64-64-64-10 without normalization on the digits with two fifths of "
                + $"the "
            + $"labels drawn anew, rate 0.1, one b for each tensor (shown: the first layer's), {seeds} seeds; and a quadratic on the full "
            + $"batch.",
            Judge(exact, noisy, vanishing),
            [
                $"| seed | {string.Join(" | ", Looks.Select(look => $"b after {look:N0}"))} | slope |",
                    $"|---|{string.Concat(Looks.Select(_ => "---:|"))}---:|",
                .. noisy.Select((b, seed) => $"| {seed + 1} | {string.Join(" | ", b.Select(value => $"{value:0.000}"))} "
                    + $"| {Slope(b):0.000} |"),
            ],
            new Chart("b of the first layer", "updates",
                [new("b", [.. noisy.Select((b, seed) => new ChartLine($"seed {seed + 1}", [.. Looks.Select(look => (double)look)],
                    b) { Color = seed })])
                { Height = 280, IsLogarithmic = true }])
            { IsXLogarithmic = true, Legend = [.. noisy.Select((_, seed) => $"seed {seed + 1}")] },
            new { Exact = exact, Noisy = noisy, Vanishing = vanishing });
    }

    /// <summary>What must hold.</summary>
    /// <param name="exact">b from 1 after <see cref="Constant"/> updates with gradients of norm 1.</param>
    /// <param name="noisy">b of the network at each look, for each seed.</param>
    /// <param name="vanishing">The slope of ln b on the quadratic.</param>
    internal static IReadOnlyList<ClaimCheck> Judge(double exact, double[][] noisy, double vanishing)
    {
        double root = Math.Sqrt(1 + 2.0 * Constant), error = Math.Abs(exact / root - 1);
        var slopes = new SeedSample([.. noisy.Select(Slope)]);
        return
        [
            ClaimCheck.Exact("constant noise: b is √(b₁² + 2T) to 1e-4", error, 1e-4, $"{exact:0.00}, and {root:0.00}",
                "b that grows as T^0.51 would be off by 12 %"),
            ClaimCheck.AtLeast("the network: ln b grows with ln T by a slope of at least 0.4", slopes, 0.4, 0.1),
            ClaimCheck.AtMost("and of at most 0.6", slopes, 0.6, 0.1),
            new("on the full batch of a quadratic b stops: slope below 0.05", vanishing < 0.05, $"{vanishing:0.0e0}")
            {
                IsControl = true,
                Power = CheckPower.OfNoChance("its gradient vanishes"),
            },
        ];
    }

    private Recipe Network
    {
        get
        {
            var data = new DataSpec { Set = "digits", Batch = 32, DropLast = true };
            if (WrongLabels > 0) data = data with { LabelNoise = new LabelNoiseSpec { Fraction = WrongLabels } };
            return ExperimentRecipe.OfUpdates(data, new ModelSpec { Kind = ModelKind.Mlp, Hidden = [64, 64], Norm = NormKind.None },
                Looks[^1]) with
            {
                LearningRate = new Etalon.Schedules.Constant(0.1),
                Optimizer = new WnGradSpec(),
                Log = new LogSpec { MonitorSteps = null, NoiseSteps = null },
            };
        }
    }

    private static double[] Divisors(Recipe recipe, CancellationToken cancellation)
    {
        using var trainer = new Trainer<float>(recipe, RecipeData.Load(recipe.Data!), threads: 1);
        using var batches = new BatchPrefetcher<float>(trainer.TrainingBatches);
        List<double> divisors = [];
        while (!trainer.IsDone)
        {
            cancellation.ThrowIfCancellationRequested();
            trainer.Update(batches.Next());
            if (Looks.Contains((int)trainer.Step)) divisors.Add(((ScopedOptimizer<float>)trainer.Optimizer).Divisors(0)[0]);
        }
        return [.. divisors];
    }

    private static double Vanishing()
    {
        var quadratic = Quadratic.Between(1, 10, 10);
        using var descent = new Descent([.. Enumerable.Repeat(1.0, 10)], StepRule.UpdateFirst.Create(1));
        double early = 0;
        for (int t = 1; t <= Looks[^1]; t++)
        {
            quadratic.Evaluate(descent.X, descent.Gradient);
            descent.Step();
            if (t == Looks[0]) early = descent.Divisor;
        }
        return Elementary.Log(descent.Divisor / early) / Elementary.Log((double)Looks[^1] / Looks[0]);
    }

    private static double Slope(double[] divisors) =>
        Elementary.Log(divisors[^1] / divisors[0]) / Elementary.Log((double)Looks[^1] / Looks[0]);
}
