using Etalon.Engine;

namespace Etalon.Lab.Optimizers;

/// <summary>WNGrad: b = b + eta^2 |g|^2 / b; v = mu v + g / b; w = w - eta v.</summary>
internal sealed record WnGradSpec : OptimizerSpec<WnGradOptions>
{
    /// <inheritdoc/>
    public override string Name => "wngrad";

    /// <summary>What the initial b, <see cref="WnGradOptions.InitialFactor"/>, is counted in.</summary>
    /// <value>1 by default.</value>
    public InitialUnit InitialUnit { get; init; }

    /// <inheritdoc/>
    public override bool HasMomentum => true;

    internal override bool IsDecayDecoupled => Options.IsDecayDecoupled;

    internal override int Slots => 1;

    internal override Optimizer<T> Create<T>(Network<T> network, Func<string, int> groupOf, Func<double> curvature) =>
        new WnGrad<T>(network.Parameters, network.Gradients, OptionsAt(curvature), groupOf);

    private WnGradOptions OptionsAt(Func<double> curvature) => Options with
    {
        Initial = InitialUnit == InitialUnit.GradientNorm ? InitialDivisor.GradientNorm : InitialDivisor.Constant,
        InitialFactor = FactorAt(curvature),
    };

    private double FactorAt(Func<double> curvature)
    {
        if (InitialUnit != InitialUnit.Curvature) return Options.InitialFactor;
        double unit = curvature(), initial = Options.InitialFactor * unit;
        return Require.IsSize(initial)
            ? initial
            : throw new InputException(
                $"optimizer.initial = {Options.InitialFactor}: times the curvature {unit:G3} near the initial weights "
                + "it is not from 1e-30 to 1e30; the usual choice is 1");
    }
}

/// <summary>What WNGrad's initial b is counted in.</summary>
internal enum InitialUnit
{
    /// <summary>1.</summary>
    Constant,

    /// <summary>The norm of the first gradient of the parameters that share a b.</summary>
    GradientNorm,

    /// <summary>The largest curvature on the way to a few points near the initial weights, one number for all parameters.</summary>
    Curvature,
}
