using System.Numerics;
using Etalon.Engine.Kernels;
using Etalon.Engine.Optimizers;
using Etalon.Numerics;

namespace Etalon.Engine;

/// <summary>
/// WN-Adam, algorithm 4 of the WNGrad paper (arXiv 1803.02865): m = beta m + (1 - beta) g;  b = b + eta^2 |g|^2 / b;  w -= (eta / b) m / (1
/// - beta^t), t = 1, 2, ...
/// </summary>
/// <remarks>b takes the raw gradient in, not m. With beta = 0 it is WNGrad in the order "update first".</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class WnAdam<T> : ScopedOptimizer<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly WnAdamOptions _options;
    private double _correction;

    /// <summary>WN-Adam over all parameters, with the group of each parameter tensor.</summary>
    /// <param name="parameters">w.</param>
    /// <param name="gradients">g, laid out as the parameters.</param>
    /// <param name="options">The form of the update.</param>
    /// <param name="groupOf">The group, counted from 0, of a parameter tensor by its name; default: 0.</param>
    public WnAdam(Region<T> parameters, Region<T> gradients, WnAdamOptions options, Func<string, int>? groupOf = null)
        : base(parameters, gradients, (options ?? throw new ArgumentNullException(nameof(options))).Scope, options.IsDecayDecoupled,
            memory: 1, "moment", groupOf) =>
        _options = options;

    /// <inheritdoc/>
    public override double TotalRateOf(int tensor, in Hyperparameters numbers) => RateOf(tensor);

    private protected override void Apply(Workers workers)
    {
        _correction = 1 - Elementary.Pow(_options.Beta1, Steps + 1);
        base.Apply(workers);
    }

    private protected override void Advance(double* cells, double* squares, double rateSquare, int count) =>
        new WnGradGrowth(_options.Initial, IsOfNorm: false, rateSquare, IsFirstCounted: true, IsLagged: false).Apply(cells, squares, count);

    private protected override SgdUpdate Undivided(in Hyperparameters numbers) => new(
        ShrinkOf(numbers), DecayInGradient(numbers), _options.Beta1, Intake: 1 - _options.Beta1, OfGradient: 0,
        OfVelocity: numbers.Rate / _correction);

    private protected override bool DividesStep => true;
}

/// <summary>The form of WN-Adam's update.</summary>
public sealed record WnAdamOptions
{
    /// <summary>Which parameters share a b. Default: all.</summary>
    public StepSizeScope Scope { get; init; }

    /// <summary>The initial b; 1e-30 to 1e30. Default: 1.</summary>
    public double Initial { get; init => field = OptionRange.Size(value, "b divides the gradient; the usual choice is 1"); } = 1;

    /// <summary>The share of the mean of gradients that a new one leaves, in [0, 1). Default: 0.9.</summary>
    public double Beta1 { get; init => field = OptionRange.Share(value, "the usual choice is 0.9"); } = 0.9;

    /// <summary>Whether the decay multiplies the weights by 1 - eta decay instead of entering the gradient. Default: false.</summary>
    public bool IsDecayDecoupled { get; init; }

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(WnAdamOptions), PrintMembers);
}
