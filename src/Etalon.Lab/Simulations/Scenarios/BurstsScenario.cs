using Etalon.Engine;
using Etalon.Lab.Charts;
using Etalon.Lab.Numerics;
using Etalon.Lab.Simulations.Losses;
using Etalon.Numerics;
using Etalon.Schedules.Dynamics;

namespace Etalon.Lab.Simulations.Scenarios;

/// <summary>
/// Full-batch descent with weight decay never settles: near a minimum the gradient is nothing, decay shrinks the norm, the effective rate
/// grows past stability, and a burst throws the weights out again. Without decay the same run converges.
/// </summary>
/// <remarks>
/// Between bursts the norm falls by 1 - eta lambda an update, exactly as far as the gradient is 0. The minimum is unstable below the radius
/// sqrt(eta h / 2), h the curvature on the unit sphere: there eta_e h = 2. A burst is counted where the norm comes back through it. A run
/// of decay so small that the gradient underflows to 0 first never bursts: its norm goes to 0.
/// </remarks>
internal sealed class BurstsScenario : Scenario
{
    private const double StartNorm = 1, Quiet = 1e-12;
    private const long OwnSteps = 8000;
    private const int MostKept = 50_000_000;

    /// <inheritdoc/>
    public override string Name => "bursts";

    /// <inheritdoc/>
    public override string Summary => "full-batch descent with weight decay bursts again and again; without decay it converges";

    /// <inheritdoc/>
    public override string Example => "--weight-decay 0.1 --steps 4000 --svg bursts.svg";

    /// <inheritdoc/>
    public override ScenarioInputs Inputs => ScenarioInputs.Rate | ScenarioInputs.Steps;

    /// <inheritdoc/>
    public override int Replicas => 100;

    internal override double OwnDecay => 0.05;

    internal override ScenarioReport Run(ScenarioOptions options, Workers workers, CancellationToken cancellation)
    {
        var update = options.UpdateOr(OwnRate, OwnDecay);
        int replicas = options.Replicas ?? Replicas;
        long steps = options.Steps ?? OwnSteps;
        if (steps * replicas > MostKept)
            throw new InputException(
                $"--steps {steps} times --replicas {replicas}: must be at most {MostKept}, since every update of each is kept; lower one "
                + $"of the two");

        var decayed = Plan(update, replicas, steps, options.Seed).Run(workers, cancellation);
        var free = Plan(new SteadyUpdate(update.Numbers.Rate, 0), replicas, steps, options.Seed).Run(workers, cancellation);
        double edge = Math.Sqrt(update.Numbers.Rate * SquaredRatio.Curvature / 2);
        BurstSeries[] series = [.. Enumerable.Range(0, replicas).Select(replica => BurstSeries.Of(decayed, replica, steps, edge))];
        return new(
            $"bursts of {NameOf(update)}, full batch",
            [
                $"loss     {new SquaredRatio().Formula}, no noise; unstable below |w| = √(η h/2) = {edge:0.####}",
                $"runs     {replicas} replicas from anywhere on the unit circle, {steps} updates with decay and as many without",
            ],
            [.. Findings(update, edge, series), .. Converged(free, steps)],
            Picture(decayed, free, steps),
            Meaning(update, series, steps));
    }

    private static Simulation Plan(SteadyUpdate update, int replicas, long steps, ulong seed) => new()
    {
        Schedule = Steady(update, steps),
        Loss = new SquaredRatio(),
        InitialNorm = StartNorm,
        Dimension = 2,
        Noise = 0,
        Count = replicas,
        Seed = seed,
        KeepAt = [.. Enumerable.Range(0, (int)steps + 1).Select(step => (long)step)],
    };

    private static IEnumerable<Finding> Findings(SteadyUpdate update, double edge, BurstSeries[] series)
    {
        const string Name = "with decay";
        yield return new(Name, "replicas that burst, of all", 1, new(series.Count(one => one.Bursts.Count > 0) / (double)series.Length, 0),
            0);
        double[] falls = [.. series.Where(one => one.QuietUpdates > 0).Select(one => one.QuietFall)];
        if (falls.Length > 1)
            yield return Finding.Within(Name, "fall of ln |w| an update, in the quiet", -Elementary.Log(1 - update.IntrinsicRate),
                Estimate.OfMean(falls), 1e-6);
        var bursting = series.Where(one => one.Periods.Count > 0).ToList();
        if (bursting.Count < 2) yield break;
        yield return Finding.Within(Name, "updates from burst to burst", bursting.Average(one => one.PredictedPeriod(update, edge)),
            Estimate.OfMean([.. bursting.Select(one => one.Periods.Average())]), 0.05);
        yield return Finding.Within(Name, "smallest norm of a cycle", bursting.Average(one => one.PredictedTrough(update, edge)),
            Estimate.OfMean([.. bursting.Select(one => one.Troughs.Average())]), 0.05);
    }

    private static IEnumerable<Finding> Converged(SimulationResult free, long steps)
    {
        const string Name = "without decay";
        double[] before = free.SquaredNorms((int)(steps / 2)).ToArray(), after = free.SquaredNorms((int)steps).ToArray();
        yield return new(Name, "largest loss at the end", 0, new(free.Losses((int)steps).Max(), 0), Quiet);
        yield return new(Name, "change of |w| over the second half", 0,
            new(before.Zip(after, (b, a) => Math.Abs(Math.Sqrt(a / b) - 1)).Max(), 0), Quiet);
    }

    private static string Meaning(SteadyUpdate update, BurstSeries[] series, long steps)
    {
        double[] periods = [.. series.SelectMany(one => one.Periods)];
        return periods.Length == 0
            ? $"No cycle ended within {steps} updates: take more (--steps), or a larger decay; a mixing unit is "
                + $"{1 / update.UnitsPerStep:0}."
            : $"With decay it never settles: {series.Average(one => one.Bursts.Count):0.#} bursts in {steps} updates, one every "
                + $"{periods.Average() * update.UnitsPerStep:0.##}/(η λ), with norms from"
                + $" {series.SelectMany(one => one.Troughs).Min():0.###} to {series.SelectMany(one => one.Peaks).Max():0.###}. Stop "
                + $"early, or switch decay off at the end.";
    }

    private static Chart Picture(SimulationResult decayed, SimulationResult free, long steps)
    {
        // The first replica alone: in the mean of many, bursts at different times blur.
        double[] x = [.. Enumerable.Range(0, (int)steps + 1).Select(step => (double)step)];
        ChartLine Line(string name, int color, Func<int, double> value) =>
            new(name, x, [.. x.Select(step => value((int)step))]) { Color = color };
        return new("Full-batch descent on x²/(x² + y²)", "updates",
        [
            new("loss",
                [Line("with decay", 0, step => Floor(decayed.Losses(step)[0])),
                    Line("without decay", 1, step => Floor(free.Losses(step)[0]))]),
            new("|w|",
                [Line("with decay", 0, step => Math.Sqrt(decayed.SquaredNorms(step)[0])),
                    Line("without decay", 1, step => Math.Sqrt(free.SquaredNorms(step)[0]))]),
        ])
        {
            Legend = ["with decay", "without decay"],
        };

        // What is smaller is gone from the picture, not at its foot.
        static double Floor(double loss) => loss < 1e-40 ? double.NaN : loss;
    }
}
