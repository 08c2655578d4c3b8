using System.Numerics;
using Etalon.Engine.Kernels;

namespace Etalon.Engine;

/// <summary>
/// WNGrad (Wu, Ward, Bottou, "WNGrad: Learn the Learning Rate in Gradient Descent", arXiv 1803.02865): b = b + eta^2 |g|^2 / b;  v = mu v +
/// g / b;  w -= eta v, with one b for each cell of parameters and the learning rate eta.
/// </summary>
/// <remarks>
/// b only grows, unless restarts are on. Only eta and the initial b together matter: a rate eta with b_0 makes the run that 1 makes with
/// b_0 / eta (and the least b of restarts over eta; decoupled decay alone takes eta by itself). A gradient of 0 leaves b as it is.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class WnGrad<T> : ScopedOptimizer<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly WnGradOptions _options;

    /// <summary>WNGrad over all parameters, with the group of each parameter tensor.</summary>
    /// <param name="parameters">w.</param>
    /// <param name="gradients">g, laid out as the parameters.</param>
    /// <param name="options">The form of the update.</param>
    /// <param name="groupOf">The group, counted from 0, of a parameter tensor by its name; default: 0.</param>
    public WnGrad(Region<T> parameters, Region<T> gradients, WnGradOptions options, Func<string, int>? groupOf = null)
        : base(parameters, gradients, (options ?? throw new ArgumentNullException(nameof(options))).Scope, options.IsDecayDecoupled,
            options.Restarts.After == 0 ? 1 : sizeof(RestartCell) / sizeof(double), "velocity", groupOf) =>
        _options = options;

    private protected override void Advance(double* cells, double* squares, double rateSquare, int count)
    {
        var growth = new WnGradGrowth(
            _options.InitialFactor, _options.Initial == InitialDivisor.GradientNorm, rateSquare / (_options.Length * _options.Length),
            IsFirstCounted: _options.Order != WnGradOrder.LookAhead, IsLagged: _options.Order == WnGradOrder.Lagged);
        if (_options.Restarts.After == 0) growth.Apply(cells, squares, count);
        else
            for (int c = 0; c < count; c++) Advance((RestartCell*)cells + c, squares + c, growth, _options.Restarts);
    }

    private static void Advance(RestartCell* cell, double* square, in WnGradGrowth growth, WnGradRestarts restarts)
    {
        double before = cell->B, norm = Math.Sqrt(*square);
        if (norm > 0 && before == 0) *cell = new RestartCell { Initial = growth.First(*square), Reference = norm };
        else if (norm > 0) cell->Row = norm <= restarts.Ratio * cell->Reference ? cell->Row + 1 : 0;
        if (norm == 0 || cell->Row < restarts.After)
        {
            growth.Apply(&cell->B, square, 1);
            return;
        }
        cell->B = Math.Min(cell->Initial, Math.Max(restarts.Least, before / (3 * restarts.After)));
        (cell->Reference, cell->Row) = (norm, 0);
        *square = growth.IsLagged ? before : cell->B;
    }

    /// <summary>
    /// What a cell remembers with restarts: b, the initial b, the reference norm, and how many gradients in a row were small.
    /// </summary>
    private struct RestartCell
    {
        public double B, Initial, Reference, Row;
    }
}
