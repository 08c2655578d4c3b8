using Etalon.Engine;
using Etalon.Lab.Optimizers;
using Etalon.Lab.Recipes;
using Etalon.Schedules;

namespace Etalon.Lab.Claims.RateRobustness;

/// <summary>An update rule whose initial rate is swept.</summary>
/// <param name="Name">Its name in files.</param>
/// <param name="Title">What it is called in a table.</param>
/// <param name="Meaning">What the swept number is, in a table.</param>
/// <param name="Optimizer">The rule.</param>
internal sealed record SweepRule(string Name, string Title, string Meaning, OptimizerSpec Optimizer)
{
    private const string OfWnGrad = "η; b₀ = 1", TheRate = "the rate";

    /// <summary>Gradient descent on batches at a constant rate: what the others are compared with.</summary>
    public static SweepRule Sgd { get; } = new("sgd", "SGD", TheRate, new SgdSpec());

    /// <summary>WNGrad in each of its scopes.</summary>
    public static IReadOnlyList<SweepRule> WnGrads { get; } =
        [WnGrad(StepSizeScope.Global), WnGrad(StepSizeScope.Tensor), WnGrad(StepSizeScope.Channel), WnGrad(StepSizeScope.Kernel)];

    /// <summary>All rules, in the order of tables and colors.</summary>
    public static IReadOnlyList<SweepRule> All { get; } =
    [
        Sgd,
        new("sgd-decay", "SGD, η/√t", "the first update's rate", new SgdSpec()) { IsFalling = true },
        new("adam", "Adam", TheRate, new AdamSpec()),
        .. WnGrads,
        new("wn-adam", "WN-Adam, tensor", OfWnGrad, new WnAdamSpec { Options = new() { Scope = StepSizeScope.Tensor } }),
        new("adagrad-norm", "AdaGrad-Norm", OfWnGrad, new AdaGradNormSpec()),
        new("dog", "DoG", "the initial distance, times 1 + \\|w₀\\|; the rate is 1", new DogSpec()),
    ];

    /// <summary>Whether the rate falls as 1 / sqrt(t + 1) from the swept one, instead of staying there.</summary>
    /// <value>False by default.</value>
    public bool IsFalling { get; init; }

    /// <summary>Whether the rule needs kernels of more than one number: else it is the same as with the scope of channels.</summary>
    internal bool NeedsConvolutions => Optimizer is WnGradSpec { Options.Scope: StepSizeScope.Kernel };

    /// <summary>A recipe with this rule at a value of the swept number.</summary>
    internal Recipe ApplyTo(Recipe recipe, double value) => Optimizer switch
    {
        // The rate proper multiplies every step, as in WNGrad, but for DoG it is 1 by definition; what its user must choose is the initial
        // distance.
        DogSpec dog =>
            recipe with { Optimizer = dog with { Options = dog.Options with { InitialDistance = value } }, LearningRate = new Constant(1) },
        _ => recipe with { Optimizer = Optimizer, LearningRate = IsFalling ? new InverseSqrt(value, 1) : new Constant(value) },
    };

    private static SweepRule WnGrad(StepSizeScope scope) =>
        new($"wngrad-{RecipeWords.Of(scope)}", $"WNGrad, {RecipeWords.Of(scope)}", OfWnGrad,
            new WnGradSpec { Options = new() { Scope = scope } });
}
