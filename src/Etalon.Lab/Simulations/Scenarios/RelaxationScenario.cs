using Etalon.Engine;
using Etalon.Lab.Charts;
using Etalon.Lab.Numerics;
using Etalon.Lab.Simulations.Losses;
using Etalon.Numerics;
using Etalon.Schedules;
using Etalon.Schedules.Dynamics;

namespace Etalon.Lab.Simulations.Scenarios;

/// <summary>
/// How the norm goes to its equilibrium, from a norm state gamma a hundred times too large and a hundred times too small:
/// <see cref="Relaxation"/> and <see cref="NormCurve"/> against replicas driven by noise alone.
/// </summary>
/// <remarks>
/// The forecast update by update leaves out nothing but the fluctuation of |w|, and is allowed 0.5 %. Rate and time are those of the closed
/// form without momentum; with momentum the closed form is some percent too slow from far below, so that they are taken from the forecast
/// in the same way as from the replicas. 1 % is allowed: of the order of eta lambda, and the distance of the kept points.
/// </remarks>
internal sealed class RelaxationScenario : Scenario
{
    private const double Units = 2.5, Tolerance = 0.05;

    /// <inheritdoc/>
    public override string Name => "relaxation";

    /// <inheritdoc/>
    public override string Summary => "the way of the norm to its equilibrium, from far above and far below";

    /// <inheritdoc/>
    public override string Example => "--rate 0.02 --momentum 0.9 --svg relaxation.svg";

    /// <inheritdoc/>
    public override ScenarioInputs Inputs => ScenarioInputs.Rate | ScenarioInputs.Momentum | ScenarioInputs.Rule | ScenarioInputs.Dimension;

    internal override ScenarioReport Run(ScenarioOptions options, Workers workers, CancellationToken cancellation)
    {
        var update = options.UpdateOr(OwnRate, OwnDecay);
        int dimension = options.Dimension ?? 64, replicas = options.Replicas ?? Replicas;
        var equilibrium = Equilibrium.Of(update, dimension - 1);
        var findings = new List<Finding>();
        var lines = new List<ChartLine>();
        foreach (var (name, factor) in ((string, double)[])[("from 100 γ*", 100), ("from γ*/100", 0.01)])
        {
            var simulation = Plan(equilibrium, factor, options, dimension, replicas);
            var result = simulation.Run(workers, cancellation);
            double[] units = [.. simulation.KeepAt.Select(step => step * update.UnitsPerStep)];
            double[][] gammas = [.. simulation.KeepAt.Select((_, kept) => result.Gammas(kept))];
            var relaxation = new Relaxation(update, dimension - 1, simulation.InitialNorm);
            var forecast = NormCurve.Of(UpdateTable.Of(simulation.Schedule), NormState.AtRest(simulation.InitialNorm), dimension - 1);
            findings.AddRange(Findings(name, relaxation, forecast, simulation.KeepAt, gammas));
            lines.Add(
                new($"{name}, measured", units, [.. gammas.Select(gamma => gamma.Average() / equilibrium.Gamma)]) { Color = lines.Count });
            lines.Add(
                new($"{name}, closed form", units,
                    [.. simulation.KeepAt.Select(step => relaxation.GammaAt(step) / equilibrium.Gamma)])
                { Color = lines.Count });
        }
        return new(
            $"relaxation of {NameOf(update)}",
            [
                $"loss     {new PureNoise().Formula}; d = {dimension}, Tr Σ = {dimension - 1}",
                $"runs     {replicas} replicas for {Units} mixing units of {1 / update.UnitsPerStep:0} updates; γ = |w|⁴/(total rate)², "
                + $"γ* = {equilibrium.Gamma:0}",
            ],
            findings,
            new("Norm state over its equilibrium", "mixing units",
                [new("γ / γ*", lines) { Height = 320 }])
            { Legend = [.. lines.Select(line => line.Name)] },
            "γ goes to γ* as exp(-4 η λ t/(1 - μ)), from above and from below: a γ a thousand times too large costs ln(1000)/4 = 1.7 "
            + "mixing units.");
    }

    private static Simulation Plan(Equilibrium equilibrium, double factor, ScenarioOptions options, int dimension, int replicas)
    {
        double perUnit = 1 / equilibrium.Update.UnitsPerStep;
        long steps = (long)Math.Ceiling(Units * perUnit);
        return new()
        {
            Schedule = Steady(equilibrium.Update, steps),
            Loss = new PureNoise(),
            InitialNorm = equilibrium.Norm * Elementary.Pow(factor, 0.25),
            Dimension = dimension,
            Count = replicas,
            Seed = options.Seed,
            KeepAt = [.. Evenly(steps, 400).Concat(Looks.Select(look => (long)Math.Round(look.Units * perUnit))).Distinct().Order()],
        };
    }

    private static (string Name, double Units)[] Looks => [("1/(4 L)", 0.25), ("1/L", 1), ("2/L", 2)];

    private static IEnumerable<Finding> Findings(string name, Relaxation relaxation, NormCurve forecast, IReadOnlyList<long> keptAt,
        double[][] gammas)
    {
        var update = relaxation.Update;
        double end = Equilibrium.Of(update, relaxation.GradientSquare).Gamma;
        var ofForecast = Deviations(keptAt, kept => update.Gamma(forecast.NormAt(keptAt[kept])), end);
        bool isClosed = update.Numbers.Momentum == 0;
        foreach (var (look, units) in Looks)
        {
            long step = (long)Math.Round(units / update.UnitsPerStep);
            int kept = Enumerable.Range(0, keptAt.Count).First(i => keptAt[i] == step);
            yield return Finding.Within(name, $"γ/γ* at {look}", update.Gamma(forecast.NormAt(step)) / end,
                Estimate.OfMean(gammas[kept], mean => mean / end), 0.005);
        }
        yield return Finding.Within(name, "rate of relaxation", isClosed ? 4 * update.UnitsPerStep : RateOf(ofForecast), Estimate.Jackknife(
            gammas[0].Length, some => RateOf(Deviations(keptAt, kept => some.Average(i => gammas[kept][i]), end))), 0.01);
        yield return Finding.Within(name, $"updates to within {Tolerance:0 %}",
            isClosed ? relaxation.StepsTo(Tolerance) : FirstBelow(ofForecast, Tolerance), Estimate.Jackknife(
            gammas[0].Length, some => FirstBelow(Deviations(keptAt, kept => some.Average(i => gammas[kept][i]), end), Tolerance)), 0.01);
    }

    private static (long Step, double Deviation)[] Deviations(IReadOnlyList<long> keptAt, Func<int, double> gamma, double end) =>
        [.. keptAt.Select((step, kept) => (step, Math.Abs(gamma(kept) / end - 1)))];

    // Of what fluctuates by half a percent, the logarithm is good down to a fifth; from above, the first update may still be off.
    private static double RateOf((long Step, double Deviation)[] deviations) => -LineFit.Slope(
        [.. deviations.Where(point => point.Deviation is > 0.2 and < 50)
            .Select(point => ((double)point.Step, Elementary.Log(point.Deviation)))]);

    /// <summary>When a quantity first falls below a bound, by a straight line between the points.</summary>
    internal static double FirstBelow(IReadOnlyList<(long Step, double Value)> points, double bound)
    {
        for (int i = 0; i < points.Count; i++)
        {
            if (points[i].Value > bound) continue;
            if (i == 0) return points[0].Step;
            var (before, after) = (points[i - 1], points[i]);
            return before.Step + (after.Step - before.Step) * (before.Value - bound) / (before.Value - after.Value);
        }
        return double.PositiveInfinity;
    }
}
