using Etalon.Engine;
using Etalon.Lab.Charts;
using Etalon.Lab.Numerics;
using Etalon.Lab.Simulations.Losses;
using Etalon.Numerics;
using Etalon.Schedules;
using Etalon.Schedules.Dynamics;

namespace Etalon.Lab.Simulations.Scenarios;

/// <summary>
/// Where norm and angle settle and how long a direction is remembered, for every update rule: <see cref="Equilibrium"/> against replicas
/// driven by noise alone.
/// </summary>
/// <remarks>
/// A run starts at 1.5 times its equilibrium norm; after 3 mixing units e^-12 of that is left, and means are taken over the next 10. What
/// is allowed beside standard errors is what the closed forms leave out: 0.5 % of the norm and 0.3 % of the angle, since they take 1/|w|^2
/// for its mean.
/// </remarks>
internal sealed class EquilibriumScenario : Scenario
{
    private const double StartNorm = 1.5, UnitsToSettle = 3, UnitsToMeasure = 10;

    /// <inheritdoc/>
    public override string Name => "equilibrium";

    /// <inheritdoc/>
    public override string Summary =>
        "norm, angle and memory of the direction at equilibrium, for SGD, heavy ball, Nesterov, means of gradients and decoupled decay";

    /// <inheritdoc/>
    public override string Example => "--rate 0.05 --weight-decay 1e-3 --momentum 0.9 --nesterov";

    /// <inheritdoc/>
    public override ScenarioInputs Inputs =>
        ScenarioInputs.Rate | ScenarioInputs.Momentum | ScenarioInputs.Rule | ScenarioInputs.Dimension | ScenarioInputs.Steps;

    internal override ScenarioReport Run(ScenarioOptions options, Workers workers, CancellationToken cancellation)
    {
        SteadyUpdate[] updates = options.NamesUpdate ? [options.UpdateOr(OwnRate, OwnDecay)] : [.. Table()];
        var findings = new List<Finding>();
        var lines = new List<ChartLine>();
        int dimension = options.Dimension ?? 64, replicas = options.Replicas ?? Replicas;
        foreach (var update in updates)
        {
            var equilibrium = Equilibrium.Of(update, dimension - 1);
            var simulation = Plan(equilibrium, options, dimension, replicas);
            var result = simulation.Run(workers, cancellation);
            findings.AddRange(Findings(equilibrium, simulation, result));
            lines.Add(new(
                NameOf(update), [.. simulation.KeepAt.Select(step => step * update.UnitsPerStep)],
                [.. result.MeanCurve(kept => [.. result.SquaredNorms(kept)]).Select(square => Math.Sqrt(square) / equilibrium.Norm)])
            { Color = lines.Count });
        }
        return new(
            updates.Length == 1 ? $"equilibrium of {NameOf(updates[0])}" : "equilibrium by update rule",
            [
                $"loss     {new PureNoise().Formula}; d = {dimension}, Tr Σ = {dimension - 1}",
                $"runs     {replicas} replicas from {StartNorm} times the norm; means over "
                + $"{(options.Steps is { } steps ? $"{steps} updates" : $"{UnitsToMeasure} mixing units")} after {UnitsToSettle} mixing "
                + $"units",
            ],
            findings,
            new("Norm over its equilibrium", "mixing units",
                [new("|w| / |w|*", lines) { Height = 320 }])
            { Legend = lines.Count > 1 ? [.. lines.Select(line => line.Name)] : [] },
            "The norm settles at (η S/(2 λ (1 - μ)))^¼ to first order, whatever it was; the angle of an update depends on rate, decay "
            + "and momentum alone, not on the gradients.");
    }

    /// <summary>SGD at two intrinsic rates, and each rule with momentum.</summary>
    private static IEnumerable<SteadyUpdate> Table()
    {
        var decoupled = new UpdateRule { Decay = DecayForm.Decoupled };
        yield return new(0.1, 5e-3);
        yield return new(0.5, 1e-2);
        yield return new(0.02, 5e-3, 0.9);
        yield return new(0.1, 5e-3, 0.9);
        yield return new(0.1, 5e-3, 0.9, new UpdateRule { Nesterov = true });
        yield return new(0.1, 5e-3, 0.9, new UpdateRule { Dampening = 0.9 });
        yield return new(0.02, 5e-3, 0.9, decoupled);
        yield return new(0.1, 5e-3, 0.9, decoupled with { Dampening = 0.9 });
    }

    private static Simulation Plan(Equilibrium equilibrium, ScenarioOptions options, int dimension, int replicas)
    {
        var update = equilibrium.Update;
        long settle = (long)Math.Ceiling(UnitsToSettle / update.UnitsPerStep),
            steps = options.Steps ?? (long)Math.Ceiling(UnitsToMeasure / update.UnitsPerStep);
        return new()
        {
            Schedule = Steady(update, settle + steps),
            Loss = new PureNoise(),
            InitialNorm = StartNorm * equilibrium.Norm,
            Dimension = dimension,
            Count = replicas,
            Seed = options.Seed,
            KeepAt = [.. Evenly(settle, 240)],
            MeanFrom = settle,
            // Long enough that the buffer's own memory, 1/(1 - mu) updates, is over, and else short: cosines near 1 vary least.
            Lag = Math.Min(steps / 4, (long)Math.Ceiling(Math.Max(0.1 / update.UnitsPerStep, 5 / (1 - update.Numbers.Momentum)))),
        };
    }

    private static IEnumerable<Finding> Findings(Equilibrium equilibrium, Simulation simulation, SimulationResult result)
    {
        var (update, name, means) = (equilibrium.Update, NameOf(equilibrium.Update), result.Means);
        yield return Finding.Within(name, "norm", equilibrium.Norm, Estimate.OfMean([.. means.Select(mean => mean.SquaredNorm)], Math.Sqrt),
            0.005);
        yield return Finding.Within(
            name, "angle of an update", equilibrium.Angle,
            Estimate.OfMean([.. means.Select(mean => 1 - mean.Cosine)],
                versine => 2 * Elementary.Atan2(Math.Sqrt(versine), Math.Sqrt(2 - versine))), 0.003);
        yield return Finding.Within(name, "forgetting rate of the direction", DirectionMemory.LossPerStep(update), Estimate.Jackknife(
            means.Count,
            some => Elementary.Log(some.Sum(i => means[i].CosineAfterLag) / some.Sum(i => means[i].CosineAfterTwoLags)) / simulation.Lag),
            0.01);
        if (update.Numbers.Momentum > 0) yield break;

        // |ghat|^2 of d - 1 normal numbers has the variance 2 (d - 1).
        yield return Finding.Within(name, "relative spread of |w|⁴", equilibrium.SpreadOfGamma(2 * simulation.NoiseTrace),
            Estimate.Jackknife(means.Count, some =>
        {
            double mean = some.Average(i => means[i].FourthNorm);
            return Math.Sqrt(some.Average(i => means[i].EighthNorm) / (mean * mean) - 1);
        }), 0.01);
    }
}
