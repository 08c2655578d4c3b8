using Etalon.Engine;

namespace Etalon.Lab.Claims.WnGradConvex;

/// <summary>
/// A row of the robustness tables: a rule whose first step is 1 / b_0 times the gradient, or would be but for that gradient, and how it is
/// run.
/// </summary>
/// <param name="Name">Its name in the table.</param>
/// <param name="Create">The optimizer for a b_0.</param>
/// <param name="Rate">The learning rate of step j, counted from 1, for a b_0.</param>
internal sealed record StepRule(string Name, Func<double, Func<Region<double>, Region<double>, Optimizer<double>>> Create,
    Func<double, long, double> Rate)
{
    /// <summary>Gradient descent with the rate 1 / b_0.</summary>
    public static StepRule Constant { get; } = new("SGD 1/b0", _ => (x, g) => new Sgd<double>(x, g, new SgdOptions()), (b, _) => 1 / b);

    /// <summary>Gradient descent with the rate 1 / (b_0 sqrt j).</summary>
    public static StepRule InverseRoot { get; } = Constant with { Name = "SGD 1/(b0 sqrt j)", Rate = (b, j) => 1 / (b * Math.Sqrt(j)) };

    /// <summary>WNGrad as its authors' code has it.</summary>
    public static StepRule UpdateFirst { get; } = WnGrad("WNGrad update-first", WnGradOrder.UpdateFirst);

    /// <summary>WNGrad as its paper has it.</summary>
    public static StepRule LookAhead { get; } = WnGrad("WNGrad look-ahead", WnGradOrder.LookAhead);

    /// <summary>WNGrad whose step does not depend on the gradient at hand.</summary>
    public static StepRule Lagged { get; } = WnGrad("WNGrad lagged", WnGradOrder.Lagged);

    /// <summary>AdaGrad-Norm from the initial b = eta b_0.</summary>
    /// <param name="eta">Its rate.</param>
    public static StepRule AdaGradNorm(double eta) => new(
        $"AdaGrad-Norm eta={eta:G3}", b => (x, g) => new AdaGradNorm<double>(x, g, new AdaGradNormOptions { Initial = eta * b }),
        (_, _) => eta);

    private static StepRule WnGrad(string name, WnGradOrder order) => new(
        name, b => (x, g) => new WnGrad<double>(x, g, new WnGradOptions { Order = order, InitialFactor = b }), (_, _) => 1);
}
