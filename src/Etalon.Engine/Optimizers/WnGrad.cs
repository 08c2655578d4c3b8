using System.Numerics;
using Etalon.Engine.Kernels;
using Etalon.Engine.Memory;

namespace Etalon.Engine.Optimizers;

/// <summary>
/// WNGrad (Wu, Ward, Bottou, "WNGrad: Learn the Learning Rate in Gradient Descent", arXiv 1803.02865): b = b + lambda^2 |g|^2 / b;  v = mu v + g / b;  w -= lambda v,
/// with one b for each cell of parameters and the learning rate lambda.
/// </summary>
/// <remarks>
/// b only grows, unless restarts are on. Only lambda and the initial b together matter: a rate lambda with b_0 makes the run that 1 makes with b_0 / lambda. A gradient of 0 leaves b as it is.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class WnGrad<T> : CellOptimizer<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    // What a cell remembers: b; with restarts also its initial b, the reference norm and how many gradients in a row were small.
    private const int B = 0, Initial = 1, Reference = 2, Row = 3;

    private readonly WnGradOptions _options;

    /// <summary>WNGrad over all parameters, with the group of each parameter tensor.</summary>
    /// <param name="parameters">w.</param>
    /// <param name="gradients">g, laid out as the parameters.</param>
    /// <param name="options">The form of the update.</param>
    /// <param name="groupOf">The group, counted from 0, of a parameter tensor by its name; default: 0.</param>
    public WnGrad(Region<T> parameters, Region<T> gradients, WnGradOptions options, Func<string, int>? groupOf = null)
        : base(parameters, gradients, Checked(options).Scope, options.IsDecayDecoupled, options.Restarts is null ? 1 : 4, "velocity", groupOf) =>
        _options = options;

    private protected override double Advance(double* cell, double squares, double scaled)
    {
        bool isFirst = cell[B] == 0;
        if (isFirst) Begin(cell, squares);
        double before = cell[B];
        if (isFirst && _options.Order == WnGradOrder.LookAhead) return before;
        if (isFirst || !Restarts(cell, squares)) cell[B] = before + scaled / (_options.Length * _options.Length * before);
        return _options.Order == WnGradOrder.Lagged ? before : cell[B];
    }

    private protected override SgdUpdate UpdateWith(double b, in UpdateNumbers numbers) => new(
        ShrinkOf(numbers), DecayInGradient(numbers), numbers.Momentum, Intake: 1 / b, OfGradient: 0, OfVelocity: numbers.Rate);

    private void Begin(double* cell, double squares)
    {
        double norm = Math.Sqrt(squares);
        cell[B] = _options.InitialFactor * (_options.Initial == InitialDivisor.GradientNorm ? norm : 1);
        if (_options.Restarts is null) return;
        (cell[Initial], cell[Reference], cell[Row]) = (cell[B], norm, 0);
    }

    private bool Restarts(double* cell, double squares)
    {
        if (_options.Restarts is not { } restarts) return false;
        double norm = Math.Sqrt(squares);
        cell[Row] = norm <= restarts.Ratio * cell[Reference] ? cell[Row] + 1 : 0;
        if (cell[Row] < restarts.After) return false;
        (cell[B], cell[Reference], cell[Row]) = (Math.Min(cell[Initial], Math.Max(restarts.Least, cell[B] / (3 * restarts.After))), norm, 0);
        return true;
    }

    private static WnGradOptions Checked(WnGradOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.InitialFactor, nameof(options.InitialFactor));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Length, nameof(options.Length));
        return options;
    }
}
