using Etalon.Engine;
using Etalon.Lab.Charts;
using Etalon.Lab.Numerics;
using Etalon.Lab.Simulations.Losses;
using Etalon.Numerics;
using Etalon.Schedules.Dynamics;

namespace Etalon.Lab.Simulations.Scenarios;

/// <summary>
/// The fast-equilibrium conjecture in small: a loss with two equal wells. Three histories agree in the law of the loss after a few mixing
/// units, at every intrinsic rate, while no replica ever leaves its well: equilibrium in function, none in parameters.
/// </summary>
/// <remarks>
/// A begins in one well with the norm state gamma at equilibrium, B in the other at 100 times that, C in either at 10,000 times. At 4
/// mixing units C is still within exp(-16) 10^4 = 0.1 % of equilibrium, far less than samples can tell. The distance allowed is the one
/// that samples of the same law exceed with a chance of 1e-4. The mean loss is compared with its Gibbs law; the share of it that a finite
/// step adds, effective rate x curvature, is allowed.
/// </remarks>
internal sealed class WellsScenario : Scenario
{
    private const double Curvature = 2, Units = 4, Chance = 1e-4;
    private const int OwnDimension = 20, Looks = 32;

    private static readonly (string Name, StartDirection Start, double Gamma)[] Arms =
        [("A", StartDirection.Axis, 1), ("B", StartDirection.OppositeAxis, 100), ("C", StartDirection.EitherAxis, 10_000)];

    /// <inheritdoc/>
    public override string Name => "wells";

    /// <inheritdoc/>
    public override string Summary => "two wells that never mix in parameters while runs agree in function";

    /// <inheritdoc/>
    public override string Example => "--rate 0.1 --weight-decay 0.02 --svg wells.svg";

    /// <inheritdoc/>
    public override ScenarioInputs Inputs => ScenarioInputs.Rate | ScenarioInputs.Dimension;

    /// <inheritdoc/>
    public override int Replicas => 2000;

    internal override double OwnDecay => 1e-2;

    internal override ScenarioReport Run(ScenarioOptions options, Workers workers, CancellationToken cancellation)
    {
        int dimension = options.Dimension ?? OwnDimension, replicas = options.Replicas ?? Replicas;
        SteadyUpdate[] updates = options.NamesUpdate
            ? [options.UpdateOr(OwnRate, OwnDecay)]
            : [new(OwnRate, 0.04), new(OwnRate, 0.01), new(OwnRate, 0.0025)];
        var findings = new List<Finding>();
        var lines = new List<ChartLine>();
        foreach (var update in updates)
        {
            SimulationResult[] results =
                [.. Arms.Select(arm => Plan(update, arm.Start, arm.Gamma, options.Seed, dimension, replicas).Run(workers, cancellation))];
            findings.AddRange(Findings(update, results, dimension, replicas));
            double[] units = [.. Enumerable.Range(0, Looks + 1).Select(look => Units * look / Looks)];
            foreach (int other in (int[])[1, 2])
                lines.Add(new(
                    $"A-{Arms[other].Name}, {NameOfRate(update)}", units,
                    [.. units.Select((_, kept) => KolmogorovSmirnov.Distance(results[0].Losses(kept), results[other].Losses(kept)))])
                { Color = lines.Count });
        }
        return new(
            "wells: equilibrium in function, none in parameters",
            [
                $"loss     {new TwoWells(Curvature).Formula}; d = {dimension}, Tr Σ = {dimension - 1}",
                $"runs     {replicas} replicas each: A in the well z = 1 from γ*, B in z = -1 from 100 γ*, C in either from 10000 γ*; "
                + $"{Units} mixing units",
            ],
            findings,
            new("Distance of the loss's law between histories", "mixing units",
                [new("Kolmogorov-Smirnov distance", lines) { Height = 320 }])
            { Legend = [.. lines.Select(line => line.Name)] },
            "Which well a run is in, its weights remember for ever; what it computes, it forgets within four mixing units. The curves "
            + "fall together over mixing units, whatever the intrinsic rate.");
    }

    private static string NameOfRate(SteadyUpdate update) => $"ηλ = {Axis.Label(Math.Round(update.IntrinsicRate, 12))}";

    private static Simulation Plan(SteadyUpdate update, StartDirection start, double gamma, ulong seed, int dimension, int replicas)
    {
        var steps = (long)Math.Ceiling(Units / update.UnitsPerStep);
        return new()
        {
            Schedule = Steady(update, steps),
            Loss = new TwoWells(Curvature),
            Direction = start,
            InitialNorm = Equilibrium.Of(update, dimension - 1).Norm * Elementary.Pow(gamma, 0.25),
            Dimension = dimension,
            Count = replicas,
            // Each arm draws noise of its own.
            Seed = 3 * seed + (ulong)start,
            KeepAt = [.. Enumerable.Range(0, Looks + 1).Select(look => steps * look / Looks)],
        };
    }

    private static IEnumerable<Finding> Findings(SteadyUpdate update, SimulationResult[] results, int dimension, int replicas)
    {
        string name = NameOfRate(update);
        double critical = KolmogorovSmirnov.Critical(replicas, replicas, Chance);
        foreach (int other in (int[])[1, 2])
            yield return new(name, $"distance A-{Arms[other].Name} at {Units} units", 0,
                new(KolmogorovSmirnov.Distance(results[0].Losses(Looks), results[other].Losses(Looks)), 0), critical);
        for (int arm = 0; arm < Arms.Length; arm++)
            yield return new(name, $"share of {Arms[arm].Name} in the well z = 1", Share(results[arm], 0),
                new(Share(results[arm], Looks), 0), 0);
        var (loss, rate) = GibbsLaw.MeanLoss(new TwoWells(Curvature), dimension, 1, update.UnitsPerStep);
        yield return Finding.Within(name, "mean loss of A", loss, Estimate.OfMean(results[0].Losses(Looks)), rate * Curvature);
    }

    private static double Share(SimulationResult result, int kept)
    {
        int inWell = 0;
        foreach (double z in result.Axes(kept)) inWell += z > 0 ? 1 : 0;
        return inWell / (double)result.Axes(kept).Length;
    }
}
