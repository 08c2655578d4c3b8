using Etalon.Engine;
using Etalon.Lab.Charts;
using Etalon.Lab.Numerics;
using Etalon.Lab.Simulations.Losses;
using Etalon.Numerics;
using Etalon.Schedules.Dynamics;

namespace Etalon.Lab.Simulations.Scenarios;

/// <summary>
/// What drives the norm: the SDE knows Tr Sigma alone, an update of SGD also the gradient of the mean loss. SGD at four curvatures, SVAG in
/// between, and the SDE itself by Euler and Maruyama.
/// </summary>
/// <remarks>
/// E|ghat|^2 = Tr Sigma + |grad L|^2 / l with l sub-steps (l = 1 is SGD), and |w|^4 = eta S/(2 lambda) with that S. |grad L|^2 is measured.
/// 1 % is allowed for |w|^4: the fluctuation of |w|, and for the SDE the 1/l of |grad L|^2 that its finite step leaves.
/// </remarks>
internal sealed class SdeScenario : Scenario
{
    private const double UnitsToSettle = 2.5, UnitsToMeasure = 5;

    /// <inheritdoc/>
    public override string Name => "sde";

    /// <inheritdoc/>
    public override string Summary => "SGD, its SDE and SVAG in between: what the norm law of the SDE leaves out";

    /// <inheritdoc/>
    public override string Example => "--rate 0.2 --replicas 400";

    /// <inheritdoc/>
    public override ScenarioInputs Inputs => ScenarioInputs.Rate | ScenarioInputs.Dimension;

    internal override double OwnDecay => 1e-2;

    internal override ScenarioReport Run(ScenarioOptions options, Workers workers, CancellationToken cancellation)
    {
        var update = options.UpdateOr(OwnRate, OwnDecay);
        int dimension = options.Dimension ?? 64, replicas = options.Replicas ?? Replicas;
        var findings = new List<Finding>();
        var lines = new List<ChartLine>();
        foreach (var (curvature, subSteps) in Cases())
        {
            var simulation = Plan(update, curvature, subSteps, options, dimension, replicas);
            var result = simulation.Run(workers, cancellation);
            string name = $"{NameOf(subSteps)}, curvature {curvature}";
            findings.AddRange(Findings(name, update, simulation, result));
            double law = Elementary.Pow(Equilibrium.Of(update, simulation.NoiseTrace).Norm, 4);
            lines.Add(new(name, [.. simulation.KeepAt.Select(step => step * update.UnitsPerStep)],
                [.. result.MeanCurve(kept => Array.ConvertAll(result.SquaredNorms(kept).ToArray(), square => square * square / law))])
            { Color = lines.Count });
        }
        return new(
            $"sde: the norm under SGD, SVAG and the SDE, {NameOf(update)}",
            [
                $"loss     L = (curvature/2) |w/|w| - e|²; d = {dimension}, Tr Σ = {dimension - 1}",
                $"runs     {replicas} replicas; means over {UnitsToMeasure} mixing units of {1 / update.UnitsPerStep:0} updates after "
                + $"{UnitsToSettle}",
            ],
            findings,
            new("|w|⁴ over the SDE's law η Tr Σ/(2 λ)", "mixing units",
                [new("|w|⁴, of the SDE's", lines) { Height = 320 }])
            { Legend = [.. lines.Select(line => line.Name)] },
            "Forecast norms from E|ĝ|² = Tr Σ + |∇L|², which costs nothing to measure: the SDE's Tr Σ alone is too small by |∇L|²/Tr Σ "
            + "wherever curvature times effective rate is not small.");
    }

    // l = 16 leaves a sixteenth of |grad L|^2, which at curvature 10 is 2 % of Tr Sigma.
    private static IEnumerable<(double Curvature, SubSteps SubSteps)> Cases()
    {
        foreach (double curvature in (double[])[1, 10, 50, 250]) yield return (curvature, SubSteps.None);
        foreach (int count in (int[])[2, 8]) yield return (250, new SubSteps(SubStepRule.Svag, count));
        yield return (10, new SubSteps(SubStepRule.EulerMaruyama, 16));
    }

    private static string NameOf(SubSteps subSteps) => subSteps.Rule switch
    {
        SubStepRule.Svag => $"SVAG, l = {subSteps.Count}",
        SubStepRule.EulerMaruyama => $"SDE in steps of 1/{subSteps.Count}",
        _ => "SGD",
    };

    private static Simulation Plan(SteadyUpdate update, double curvature, SubSteps subSteps, ScenarioOptions options, int dimension,
        int replicas)
    {
        long settle = (long)Math.Ceiling(UnitsToSettle / update.UnitsPerStep),
            steps = (long)Math.Ceiling(UnitsToMeasure / update.UnitsPerStep);
        return new()
        {
            Schedule = Steady(update, settle + steps),
            Loss = new OneWell(curvature),
            Direction = StartDirection.Axis,
            InitialNorm = Equilibrium.Of(update, dimension - 1).Norm,
            Dimension = dimension,
            Count = replicas,
            Seed = options.Seed,
            SubSteps = subSteps,
            KeepAt = [.. Evenly(settle, 60)],
            MeanFrom = settle,
        };
    }

    private static IEnumerable<Finding> Findings(string name, SteadyUpdate update, Simulation simulation, SimulationResult result)
    {
        var means = result.Means;
        double signal = means.Average(mean => mean.SquaredGradient), ratio = signal / simulation.NoiseTrace,
            law = Elementary.Pow(Equilibrium.Of(update, simulation.NoiseTrace).Norm, 4);
        bool isSde = simulation.SubSteps.Rule == SubStepRule.EulerMaruyama;
        double share = isSde ? 0 : simulation.SubSteps.GradientShare;
        yield return Finding.Within(
            name, "|w|⁴ over the SDE's law", 1 + share * ratio,
            Estimate.OfMean([.. means.Select(mean => mean.FourthNorm)], mean => mean / law), 0.01);
    }
}
