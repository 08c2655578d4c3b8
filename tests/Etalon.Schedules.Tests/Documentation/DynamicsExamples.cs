using Etalon.Schedules.Dynamics;
using Etalon.Schedules.Equivalence;
using Console = Etalon.Schedules.Tests.Documentation.ExampleConsole;

namespace Etalon.Schedules.Tests.Documentation;

/// <summary>The examples of the laws of norm and effective rate. Each prints what its comments say.</summary>
public static class DynamicsExamples
{
    public static void SteadyUpdateExample()
    {
        var update = new SteadyUpdate(rate: 0.1, weightDecay: 5e-4, momentum: 0.9);
        Console.WriteLine($"{update.IntrinsicRate:G6}"); // 5E-05
        Console.WriteLine($"{update.UnitsPerStep:G6}"); // 0.0005, so that 2000 steps are one mixing unit
        Console.WriteLine($"{update.LargestIntrinsicRate:G4}"); // 0.002633
        Console.WriteLine(update.Oscillates); // False
    }

    public static void DirectionRuleExample()
    {
        var equilibrium = DirectionRule.AdamW(0.9, 0.999).Equilibrium(rate: 1e-3, weightDecay: 0.1, weights: 589_824);
        Console.WriteLine($"{equilibrium.Norm:F2}"); // 54.25
        Console.WriteLine($"{equilibrium.RootMeanSquare:F4}"); // 0.0706, and √(η/(2 λ)) is 0.0707
        Console.WriteLine($"{equilibrium.Angle:F6}"); // 0.003244, in radians an update
        Console.WriteLine($"{DirectionRule.Lion(0.9, 0.99).CorrelationSum:F4}"); // 45.9270
    }

    public static void DirectionEquilibriumExample()
    {
        var before = DirectionRule.Signum(0).Equilibrium(rate: 0.005, weightDecay: 0.4, weights: 256);
        Console.WriteLine($"{before.Norm:F4} {before.Angle:F6}"); // 1.2655 0.063256
        Console.WriteLine($"{DirectionEquilibrium.AfterDrop(factor: 10, units: 0.5):F4}"); // 0.1523, at once 0.1 and in the end 1/√10
        Console.WriteLine($"{DirectionEquilibrium.UnitsToSettle(factor: 10, tolerance: 0.05):F3}"); // 2.596
    }

    public static void DirectionCurveExample()
    {
        var adamw = new UpdateSchedule
        {
            LearningRate = new Cosine(1e-3, 0, length: 50_000),
            WeightDecay = 0.1,
            Momentum = 0.9,
            TotalSteps = 50_000,
        };
        var start = DirectionRule.AdamW(0.9, 0.999).Equilibrium(1e-3, 0.1, weights: 1000).Norm;
        var curve = DirectionCurve.OfAdamW(AdamTable.Of(adamw, new OptimizerRule("adamw")), weights: 1000, start);
        Console.WriteLine($"{curve.GradientGrowth():F2}"); // 1.48, what gradients grow by to the end since the norm falls
    }

    public static void EquilibriumExample()
    {
        var equilibrium = Equilibrium.Of(new SteadyUpdate(rate: 0.1, weightDecay: 5e-3, momentum: 0.9), gradientSquare: 63);
        Console.WriteLine($"{equilibrium.Norm:F4}"); // 8.9094
        Console.WriteLine($"{equilibrium.Angle:F6}"); // 0.022942, in radians an update
        Console.WriteLine($"{equilibrium.EffectiveRate:F5}"); // 0.01260
        Console.WriteLine($"{equilibrium.SpreadOfGamma(variance: 126):F4}"); // 0.0178, the relative standard deviation of the norm state
    }

    public static void NormStateExample()
    {
        // Gradients of |ĝ|² = 4 for ever: the norm settles where the formula says.
        var update = new SteadyUpdate(rate: 0.1, weightDecay: 0.01, momentum: 0.9);
        var state = NormState.AtRest(norm: 1);
        for (var step = 0; step < 5000; step++) state = state.Next(update.Rule, update.Numbers, gradientSquare: 4);
        Console.WriteLine($"{state.Norm:F6}"); // 3.760851
        Console.WriteLine($"{Equilibrium.Of(update, gradientSquare: 4).Norm:F6}"); // 3.760851
    }

    public static void MomentumFreeLawsExample()
    {
        var before = MomentumFreeLaws.Phi(rate: 0.5, weightDecay: 0.01, norm: 2);
        var squareOfNorm = MomentumFreeLaws.NextNormSquare(2 * 2, rate: 0.5, weightDecay: 0.01, gradientSquare: 3);
        var after = MomentumFreeLaws.Phi(rate: 0.25, weightDecay: 0.01, Math.Sqrt(squareOfNorm)); // the rate is halved
        var forcing = MomentumFreeLaws.LogForcing(rate: 0.5, weightDecay: 0.01, nextRate: 0.25, nextWeightDecay: 0.01);
        Console.WriteLine(Math.Abs(MomentumFreeLaws.Residual(before, after, forcing, gradientSquare: 3)) < 1e-15); // True
    }

    public static void RelaxationExample()
    {
        // A tenth of the rate, from where a rate of 1 had settled.
        var before = Equilibrium.Of(new SteadyUpdate(rate: 1, weightDecay: 5e-4), gradientSquare: 20);
        var relaxation = new Relaxation(new SteadyUpdate(rate: 0.1, weightDecay: 5e-4), gradientSquare: 20, before.Norm);
        Console.WriteLine($"{relaxation.StepsTo(tolerance: 0.05):F0}"); // 25966
        Console.WriteLine($"{relaxation.NormAt(0):F3} {relaxation.NormAt(10_000):F3} {relaxation.NormAt(1e6):F3}"); // 11.893 8.161 6.687
    }

    public static void TransitionExample()
    {
        var drop = new Transition(new SteadyUpdate(rate: 1, weightDecay: 5e-4), new SteadyUpdate(rate: 0.1, weightDecay: 5e-4));
        Console.WriteLine($"{drop.EffectiveRateAtOnce:F3}"); // 0.100
        Console.WriteLine($"{drop.EffectiveRateLater:F3}"); // 0.316, since 1/√10 of it comes back
        Console.WriteLine($"{drop.StepsTo(tolerance: 0.05):F0}"); // 25966
        Console.WriteLine($"{drop.NormLater:F3}"); // 0.562, by which to multiply the weights to be there at once
    }

    public static void MixingUnitsExample()
    {
        var schedule = new UpdateSchedule
        {
            LearningRate = new Steps(0.1, [30_000, 60_000], factor: 0.1),
            WeightDecay = 5e-4,
            Momentum = 0.9,
            TotalSteps = 90_000,
        };
        var table = UpdateTable.Of(schedule);
        Console.WriteLine($"{MixingUnits.Between(table, 0, 30_000):F2}"); // 15.00
        Console.WriteLine($"{MixingUnits.Between(table, 60_000, 90_000):F2}"); // 0.15
        Console.WriteLine($"{MixingUnits.Equilibrated(0.15):F2}"); // 0.45
        Console.WriteLine($"{MixingUnits.Until(table)[90_000]:F2}"); // 16.65, of the whole run
    }

    public static void NormCurveExample()
    {
        var schedule = new UpdateSchedule
        {
            LearningRate = new Steps(1, [10_000], factor: 0.1),
            WeightDecay = 1e-3,
            Momentum = 0,
            TotalSteps = 40_000,
        };
        var curve = NormCurve.Of(UpdateTable.Of(schedule), NormState.AtRest(norm: 3), gradientSquare: 20);
        Console.WriteLine($"{curve.NormAt(9_999):F3}"); // 10.001, at the equilibrium of the first rate
        Console.WriteLine($"{curve.NormAt(40_000):F3}"); // 5.624, after the last update
        Console.WriteLine($"{curve.EffectiveRateAt(10_000) / curve.EffectiveRateAt(9_999):F3}"); // 0.100
        Console.WriteLine($"{curve.AngleAt(39_999):F5}"); // 0.01414, of the last update
    }

    public static void PhaseExample()
    {
        var schedule = new UpdateSchedule
        {
            LearningRate = new Steps(0.1, [30_000, 60_000], factor: 0.1),
            WeightDecay = 5e-4,
            Momentum = 0.9,
            TotalSteps = 90_000,
        };
        var last = Phases.Of(schedule)[^1];
        Console.WriteLine($"{last.Begin} to {last.End}"); // 60000 to 90000
        Console.WriteLine($"{last.MixingUnits:F2}"); // 0.15
        Console.WriteLine($"{last.Equilibrated:F2}"); // 0.45, far from its equilibrium, where step decay leaves most runs
    }

    public static void PhasesExample()
    {
        var rate = new Sequence(new Warmup(0.4, length: 500), new Steps(0.4, [4000, 6000], factor: 0.1));
        foreach (var phase in Phases.Of(new UpdateSchedule
        {
            LearningRate = rate,
            WeightDecay = 5e-4,
            Momentum = 0.9,
            TotalSteps = 8000,
        }))
        {
            string kind = phase.IsConstant ? "constant" : "moving";
            Console.WriteLine($"{phase.Begin}-{phase.End}: {kind}, {phase.MixingUnits:F2} mixing units");
        }
        // 0-500: moving, 0.50 mixing units
        // 500-4500: constant, 8.00 mixing units
        // 4500-6500: constant, 0.40 mixing units
        // 6500-8000: constant, 0.03 mixing units
    }
}
