namespace Etalon.Lab.Claims.RateRobustness;

/// <summary>An update rule whose initial rate is swept.</summary>
/// <param name="Name">Its name in files.</param>
/// <param name="Title">What it is called in a table.</param>
/// <param name="Rate">What the swept number is.</param>
/// <param name="Overrides">What the recipe has for a value of that number.</param>
public sealed record SweepRule(string Name, string Title, string Rate, Func<double, IReadOnlyList<string>> Overrides)
{
    private const string OfWnGrad = "η; b₀ = 1";

    /// <summary>Gradient descent on batches at a constant rate: what the others are compared with.</summary>
    public static SweepRule Sgd { get; } = new("sgd", "SGD", "the rate", rate => ["optimizer={name: sgd}", $"learning_rate={rate:R}"]);

    /// <summary>WNGrad in each of its scopes.</summary>
    public static IReadOnlyList<SweepRule> WnGrads { get; } = [WnGrad("global"), WnGrad("tensor"), WnGrad("channel"), WnGrad(KernelScope)];

    /// <summary>All rules, in the order of tables and colors.</summary>
    public static IReadOnlyList<SweepRule> All { get; } =
    [
        Sgd,
        new("sgd-decay", "SGD, η/√t", "the first update's rate", rate => ["optimizer={name: sgd}", $"learning_rate={{inverse_sqrt: {{peak: {rate:R}, shift: 1ba}}}}"]),
        new("adam", "Adam", "the rate", rate => ["optimizer={name: adam}", $"learning_rate={rate:R}"]),
        .. WnGrads,
        new("wn-adam", "WN-Adam, tensor", OfWnGrad, rate => ["optimizer={name: wn-adam, scope: tensor}", $"learning_rate={rate:R}"]),
        new("adagrad-norm", "AdaGrad-Norm", OfWnGrad, rate => ["optimizer={name: adagrad-norm}", $"learning_rate={rate:R}"]),
        // The rate proper multiplies every step, as in WNGrad, but for DoG it is 1 by definition; what its user must choose is the initial distance.
        new("dog", "DoG", "the initial distance, times 1 + \\|w₀\\|; the rate is 1", rate => [$"optimizer={{name: dog, initial_distance: {rate:R}}}", "learning_rate=1"]),
    ];

    private const string KernelScope = "kernel";

    /// <summary>Whether the rule needs kernels of more than one number: else it is the same as with the scope of channels.</summary>
    internal bool NeedsConvolutions => Name == NameOf(KernelScope);

    private static string NameOf(string scope) => $"wngrad-{scope}";

    private static SweepRule WnGrad(string scope) =>
        new(NameOf(scope), $"WNGrad, {scope}", OfWnGrad, rate => [$"optimizer={{name: wngrad, scope: {scope}}}", $"learning_rate={rate:R}"]);
}
