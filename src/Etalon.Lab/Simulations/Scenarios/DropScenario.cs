using Etalon.Engine;
using Etalon.Lab.Charts;
using Etalon.Lab.Numerics;
using Etalon.Lab.Simulations.Losses;
using Etalon.Schedules;
using Etalon.Schedules.Dynamics;

namespace Etalon.Lab.Simulations.Scenarios;

/// <summary>
/// A rate divided by k at equilibrium: the effective rate falls by k at once and climbs back to 1/sqrt(k), the loss with it, unless the
/// weights are rescaled. <see cref="Transition"/> against replicas.
/// </summary>
/// <remarks>
/// The loss is the quadratic on the sphere with curvature 3, near whose minimum it is proportional to the effective rate once it has
/// followed it: that takes 1/(curvature x effective rate) updates. It follows to within effective rate x curvature / 2 and the share of a
/// mixing unit that following takes; 3 % are allowed for both.
/// </remarks>
internal sealed class DropScenario : Scenario
{
    private const double OwnFactor = 10, Curvature = 3, UnitsBefore = 1, UnitsAfter = 2, Tolerance = 0.05;

    /// <inheritdoc/>
    public override string Name => "drop";

    /// <inheritdoc/>
    public override string Summary => "a rate divided by ten at equilibrium: the loss improves at once, then partly regresses";

    /// <inheritdoc/>
    public override string Example => "--factor 4 --rate 0.02 --momentum 0.9";

    /// <inheritdoc/>
    public override ScenarioInputs Inputs =>
        ScenarioInputs.Rate | ScenarioInputs.Momentum | ScenarioInputs.Rule | ScenarioInputs.Factor | ScenarioInputs.Dimension;

    internal override ScenarioReport Run(ScenarioOptions options, Workers workers, CancellationToken cancellation)
    {
        var before = options.UpdateOr(OwnRate, OwnDecay);
        double factor = options.Factor ?? OwnFactor;
        var after = (options with { Rate = before.Numbers.Rate / factor }).UpdateOr(OwnRate, OwnDecay);
        var run = new DropRun(new Transition(before, after), options.Dimension ?? 64, options.Replicas ?? Replicas, options.Seed);

        var free = run.Plan(new PureNoise(), isRescaled: false).Run(workers, cancellation);
        var rescaled = run.Plan(new PureNoise(), isRescaled: true).Run(workers, cancellation);
        var inWell = run.Plan(new OneWell(Curvature), isRescaled: false).Run(workers, cancellation);
        return new(
            $"drop of the rate by {factor:0.###} from {NameOf(before)}",
            [
                $"loss     noise alone for norms, {new OneWell(Curvature).Formula} for the loss; d = {run.Dimension}, Tr Σ = "
                + $"{run.Dimension - 1}",
                $"runs     {run.Replicas} replicas; the drop after {run.DropAt} updates, {run.Steps - run.DropAt} more, a mixing unit of "
                + $"which is {1 / after.UnitsPerStep:0}",
            ],
            [.. run.NormFindings(free), .. run.RescaledFindings(rescaled), .. run.LossFindings(inWell)],
            run.Chart(free, rescaled, inWell),
            $"The effective rate falls by {factor:0.###} and comes back to 1/√{factor:0.###} of what it was, over a mixing unit of the "
            + $"new rate: the loss improves, then partly regresses. Weights multiplied by {run.Transition.NormLater:0.####} are there at "
            + $"once.");
    }

    /// <summary>The settings that the three runs share.</summary>
    private sealed class DropRun
    {
        public DropRun(Transition transition, int dimension, int replicas, ulong seed)
        {
            (Transition, Dimension, Replicas, Seed) = (transition, dimension, replicas, seed);
            DropAt = (long)Math.Ceiling(UnitsBefore / transition.Before.UnitsPerStep);
            Steps = DropAt + (long)Math.Ceiling(UnitsAfter / transition.After.UnitsPerStep);
            KeepAt = [.. Evenly(DropAt, 100).Concat(Evenly(Steps - DropAt, 400).Select(step => DropAt + step))
                .Concat(new[] { 0.2, 0.4, 0.6, 1 }.Select(StepAfter)).Distinct().Order()];
        }

        public Transition Transition { get; }
        public int Dimension { get; }
        public int Replicas { get; }
        public ulong Seed { get; }
        public long DropAt { get; }
        public long Steps { get; }
        private IReadOnlyList<long> KeepAt { get; }

        /// <summary>Of the closed form, relative: terms of the order of eta lambda / (1 - mu)^2.</summary>
        private double LeftOut =>
            0.01 + Transition.After.IntrinsicRate / ((1 - Transition.After.Numbers.Momentum) * (1 - Transition.After.Numbers.Momentum));

        private Equilibrium Old => Equilibrium.Of(Transition.Before, Dimension - 1);
        private Equilibrium New => Equilibrium.Of(Transition.After, Dimension - 1);

        public Simulation Plan(SphereLoss loss, bool isRescaled) => new()
        {
            Schedule = Under(Transition.Before,
                new Steps(Transition.Before.Numbers.Rate, [DropAt], Transition.After.Numbers.Rate / Transition.Before.Numbers.Rate), Steps),
            Loss = loss,
            Direction = loss is PureNoise ? StartDirection.Anywhere : StartDirection.Axis,
            InitialNorm = Old.Norm,
            Dimension = Dimension,
            Count = Replicas,
            Seed = Seed,
            KeepAt = KeepAt,
            Rescaling = isRescaled ? (DropAt, Transition.NormLater) : null,
        };

        public IEnumerable<Finding> NormFindings(SimulationResult result)
        {
            const string Name = "drop";
            yield return Finding.Within(Name, "γ/γ* just after",
                Old.Gamma / (Transition.EffectiveRateAtOnce * Transition.EffectiveRateAtOnce) / New.Gamma, Ratio(result, DropAt), 0.01);
            foreach (double units in (double[])[0.4, 0.6, 1])
            {
                long step = StepAfter(units);
                yield return Finding.Within(
                    Name, $"effective rate over that before, after {units} units", Transition.EffectiveRateAt(step - DropAt),
                    Estimate.OfMean(result.Gammas(IndexOf(step)), mean => Math.Sqrt(Old.Gamma / mean)), LeftOut);
            }
            yield return Finding.Within(Name, $"updates to within {Tolerance:0 %}", Transition.StepsTo(Tolerance),
                Estimate.Jackknife(Replicas, some => RelaxationScenario.FirstBelow(
                [.. After().Select(kept => (KeepAt[kept] - DropAt, Math.Abs(Mean(result.Gammas(kept), some) / New.Gamma - 1)))],
                Tolerance)), LeftOut);
        }

        public IEnumerable<Finding> RescaledFindings(SimulationResult result)
        {
            yield return Finding.Within("drop, weights rescaled", "γ/γ* just after", 1, Ratio(result, DropAt), 0.01);
            yield return Finding.Within("drop, weights rescaled", "γ/γ* after 0.2 units", 1, Ratio(result, StepAfter(0.2)), 0.01);
        }

        public IEnumerable<Finding> LossFindings(SimulationResult result)
        {
            var settled = Settled();
            foreach (double units in (double[])[0.4, 1])
            {
                long step = StepAfter(units);
                double[] losses = result.Losses(IndexOf(step));
                yield return Finding.Within(
                    "drop, loss", $"loss over that before, after {units} units", Transition.EffectiveRateAt(step - DropAt),
                    Estimate.Jackknife(Replicas, some => Mean(losses, some) / settled.Average(kept => Mean(result.Losses(kept), some))),
                    0.03);
            }
        }

        public Chart Chart(SimulationResult free, SimulationResult rescaled, SimulationResult inWell)
        {
            double[] units = [.. KeepAt.Select(step => step <= DropAt
                ? (step - DropAt) * Transition.Before.UnitsPerStep
                : (step - DropAt) * Transition.After.UnitsPerStep)];
            double[] Rates(SimulationResult result) => [.. result.MeanCurve(result.Gammas).Select(gamma => Math.Sqrt(Old.Gamma / gamma))];
            double before = Settled().Average(kept => inWell.Losses(kept).Average());
            double[] predicted = [.. KeepAt.Select(step => step < DropAt ? 1 : Transition.EffectiveRateAt(step - DropAt))];
            ChartLine[] rates =
            [
                new("measured", units, Rates(free)),
                new("closed form", units, predicted) { Color = 1 },
                new("weights rescaled", units, Rates(rescaled)) { Color = 2 },
            ];
            return new("A rate divided at equilibrium", "mixing units from the drop",
            [
                new("relative effective rate", rates),
                new("relative loss",
                    [new("measured", units, [.. inWell.MeanCurve(inWell.Losses).Select(loss => loss / before)]),
                        new("closed form", units, predicted) { Color = 1 }]),
            ])
            {
                Legend = [.. rates.Select(line => line.Name)],
            };
        }

        private long StepAfter(double units) => DropAt + (long)Math.Round(units / Transition.After.UnitsPerStep);

        private int IndexOf(long step) => ((List<long>)[.. KeepAt]).IndexOf(step);

        private IEnumerable<int> After() => Enumerable.Range(0, KeepAt.Count).Where(kept => KeepAt[kept] >= DropAt);

        /// <summary>The second half of what was kept before the drop: by then the loss has left the minimum, where it began.</summary>
        private int[] Settled() =>
            [.. Enumerable.Range(0, KeepAt.Count).Where(kept => KeepAt[kept] < DropAt && KeepAt[kept] >= DropAt / 2)];

        private Estimate Ratio(SimulationResult result, long step) =>
            Estimate.OfMean(result.Gammas(IndexOf(step)), mean => mean / New.Gamma);

        private static double Mean(double[] values, int[] some) => some.Average(i => values[i]);
    }
}
