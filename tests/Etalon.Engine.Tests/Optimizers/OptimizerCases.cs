using System.Numerics;

namespace Etalon.Engine.Tests.Optimizers;

/// <summary>Every optimizer, in the forms that differ: a new one is a line here and one in <see cref="ReferenceRules"/>.</summary>
internal static class OptimizerCases
{
    public static TheoryData<string> Names => [.. ReferenceRules.Names];

    public static Optimizer<T> Create<T>(string name, FlatProblem<T> problem) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (w, g) = (problem.Parameters, problem.Gradients);
        Func<string, int> groups = FlatProblem<T>.GroupOf;
        string[] words = name.Split(' ');
        return words[0] switch
        {
            "sgd" => new Sgd<T>(w, g,
                new SgdOptions { IsNesterov = words.Contains("nesterov"), IsDecayDecoupled = words.Contains("decoupled") }, groups),
            "adam" => new Adam<T>(w, g, new AdamOptions(), groups),
            "adamw" => new Adam<T>(w, g, new AdamOptions { IsDecayDecoupled = true, Beta1 = 0.8, Beta2 = 0.95, Epsilon = 1e-3 }, groups),
            "lion" => new Lion<T>(w, g, new LionOptions(), groups),
            "signum" => new Signum<T>(w, g, groups),
            "muon" => new Muon<T>(w, g, new MuonOptions { IsNesterov = !words.Contains("plain") }, groups),
            "wn-adam" =>
                new WnAdam<T>(w, g,
                    new WnAdamOptions { Scope = Scope(words), Initial = 2, Beta1 = 0.8, IsDecayDecoupled = words.Contains("decoupled") },
                    groups),
            "adagrad-norm" =>
                new AdaGradNorm<T>(w, g,
                    new AdaGradNormOptions { Scope = Scope(words), Initial = 0.5, IsDecayDecoupled = words.Contains("decoupled") }, groups),
            "dog" => new Dog<T>(w, g, new DogOptions { InitialDistance = 1e-3 }, groups),
            "d-adaptation" => new DAdaptation<T>(w, g, new DAdaptationOptions { InitialDistance = 1e-2 }, groups),
            "prodigy" =>
                new Prodigy<T>(w, g,
                    new ProdigyOptions { InitialDistance = 1e-3, Beta2 = 0.98, IsDecayDecoupled = words.Contains("decoupled") }, groups),
            "schedule-free" => new ScheduleFree<T>(w, g, new ScheduleFreeOptions { Beta = 0.8 }, groups),
            _ => new WnGrad<T>(w, g, WnGrad(words), groups),
        };
    }

    private static WnGradOptions WnGrad(string[] words) => new()
    {
        Scope = Scope(words),
        Order = words.Contains("look-ahead")
            ? WnGradOrder.LookAhead : words.Contains("lagged") ? WnGradOrder.Lagged : WnGradOrder.UpdateFirst,
        Initial = words.Contains("norm") ? InitialDivisor.GradientNorm : InitialDivisor.Constant,
        InitialFactor = 0.3,
        Length = words.Contains("length") ? 2.5 : 1,
        IsDecayDecoupled = words.Contains("decoupled"),
        Restarts = words.Contains("restarts") ? new WnGradRestarts { After = 2, Ratio = 0.98, Least = 0.2 } : new WnGradRestarts(),
    };

    private static StepSizeScope Scope(string[] words) =>
        words.Contains("kernel")
            ? StepSizeScope.Kernel
            : words.Contains("channel") ? StepSizeScope.Channel : words.Contains("tensor") ? StepSizeScope.Tensor : StepSizeScope.Global;
}
