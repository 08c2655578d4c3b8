using System.Numerics;
using Etalon.Engine;
using Etalon.Engine.Optimizers;
using Etalon.Schedules;

namespace Etalon.Lab.Optimizers;

/// <summary>The optimizer that a recipe names.</summary>
internal static class RecipeOptimizer
{
    /// <summary>Makes it.</summary>
    /// <param name="spec">Its family and options.</param>
    /// <param name="network">What it trains.</param>
    /// <param name="groupOf">The parameter group of a tensor.</param>
    /// <param name="curvature">Measures the curvature at the initial weights, where the recipe asks for it.</param>
    public static Optimizer<T> Create<T>(OptimizerSpec spec, Network<T> network, Func<string, int> groupOf, Func<double> curvature) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (parameters, gradients) = (network.Parameters, network.Gradients);
        return spec.Kind switch
        {
            OptimizerKind.Wngrad => new WnGrad<T>(parameters, gradients, WnGrad(spec, curvature), groupOf),
            OptimizerKind.WnAdam => new WnAdam<T>(parameters, gradients, WnAdam(spec), groupOf),
            OptimizerKind.AdagradNorm => new AdaGradNorm<T>(parameters, gradients, AdaGradNorm(spec), groupOf),
            OptimizerKind.Adam or OptimizerKind.Adamw => new Adam<T>(parameters, gradients, Adam(spec), groupOf),
            OptimizerKind.Dog => new Dog<T>(parameters, gradients, spec.InitialDistance, groupOf),
            OptimizerKind.DAdaptation => new DAdaptation<T>(parameters, gradients, spec.InitialDistance, groupOf),
            OptimizerKind.Prodigy => new Prodigy<T>(parameters, gradients, Prodigy(spec), groupOf),
            OptimizerKind.ScheduleFree => new ScheduleFree<T>(parameters, gradients, spec.Beta1, groupOf),
            _ => new Sgd<T>(parameters, gradients, Sgd(spec), groupOf),
        };
    }

    private static SgdOptions Sgd(OptimizerSpec spec) => new() { IsNesterov = spec.Nesterov, Dampening = spec.Dampening, IsDecayDecoupled = IsDecoupled(spec) };

    private static WnGradOptions WnGrad(OptimizerSpec spec, Func<double> curvature) => new()
    {
        Scope = spec.Scope,
        Order = spec.Order,
        Initial = spec.InitialUnit == InitialUnit.GradientNorm ? InitialDivisor.GradientNorm : InitialDivisor.Constant,
        InitialFactor = spec.InitialUnit == InitialUnit.Curvature ? OfCurvature(spec.Initial, curvature()) : spec.Initial,
        Length = spec.Length,
        IsDecayDecoupled = IsDecoupled(spec),
        Restarts = spec.RestartAfter == 0 ? null : new WnGradRestarts(spec.RestartAfter, spec.RestartRatio, spec.RestartLeast),
    };

    private static double OfCurvature(double factor, double curvature) => Require.IsSize(factor * curvature)
        ? factor * curvature
        : throw new InputException($"optimizer.initial = {factor}: times the curvature {curvature:G3} near the initial weights it is not from 1e-30 to 1e30; the usual choice is 1");

    private static WnAdamOptions WnAdam(OptimizerSpec spec) => new() { Scope = spec.Scope, Initial = spec.Initial, Beta1 = spec.Beta1, IsDecayDecoupled = IsDecoupled(spec) };

    private static AdaGradNormOptions AdaGradNorm(OptimizerSpec spec) => new() { Scope = spec.Scope, Initial = spec.Initial, IsDecayDecoupled = IsDecoupled(spec) };

    private static AdamOptions Adam(OptimizerSpec spec) => new()
    {
        Beta1 = spec.Beta1,
        IsBeta1Scheduled = spec.IsBeta1Scheduled,
        Beta2 = spec.Beta2,
        Epsilon = spec.Epsilon,
        IsDecayDecoupled = spec.Kind == OptimizerKind.Adamw,
    };

    private static ProdigyOptions Prodigy(OptimizerSpec spec) => new()
    {
        Beta1 = spec.Beta1,
        Beta2 = spec.Beta2,
        Epsilon = spec.Epsilon,
        InitialDistance = spec.InitialDistance,
        IsDecayDecoupled = IsDecoupled(spec),
    };

    private static bool IsDecoupled(OptimizerSpec spec) => spec.Decay == DecayForm.Decoupled;
}
