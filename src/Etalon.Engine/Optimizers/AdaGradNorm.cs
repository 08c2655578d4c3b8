using System.Numerics;
using Etalon.Engine.Optimizers;

namespace Etalon.Engine;

/// <summary>
/// AdaGrad-Norm (Ward, Wu, Bottou, "AdaGrad stepsizes: sharp convergence over nonconvex landscapes", ICML 2019): b^2 = b^2 + |g|^2;  v = mu
/// v + g / b;  w -= eta v.
/// </summary>
/// <remarks>
/// WNGrad's b squared grows by 2 |g|^2 + |g|^4 / b^2 instead: where b is small beside |g| that last term is what makes WNGrad's first step
/// so short.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class AdaGradNorm<T> : ScopedOptimizer<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly double _initial;

    /// <summary>AdaGrad-Norm over all parameters, with the group of each parameter tensor.</summary>
    /// <param name="parameters">w.</param>
    /// <param name="gradients">g, laid out as the parameters.</param>
    /// <param name="options">The form of the update.</param>
    /// <param name="groupOf">The group, counted from 0, of a parameter tensor by its name; default: 0.</param>
    public AdaGradNorm(Region<T> parameters, Region<T> gradients, AdaGradNormOptions options, Func<string, int>? groupOf = null)
        : base(parameters, gradients, (options ?? throw new ArgumentNullException(nameof(options))).Scope, options.IsDecayDecoupled,
            memory: 1, "velocity", groupOf) =>
        _initial = options.Initial;

    // A cell remembers b squared, so that no root's rounding enters the sum.
    private protected override void Advance(double* cells, double* squares, double rateSquare, int count)
    {
        for (int c = 0; c < count; c++)
        {
            if (squares[c] == 0)
            {
                squares[c] = cells[c] == 0 ? 1 : Math.Sqrt(cells[c]);
                continue;
            }
            if (cells[c] == 0) cells[c] = _initial * _initial;
            cells[c] += squares[c];
            squares[c] = Math.Sqrt(cells[c]);
        }
    }

    private protected override double Divisor(double* cell) => Math.Sqrt(cell[0]);
}

/// <summary>The form of AdaGrad-Norm's update.</summary>
public sealed record AdaGradNormOptions
{
    /// <summary>Which parameters share a b. Default: all.</summary>
    public StepSizeScope Scope { get; init; }

    /// <summary>The initial b; 1e-30 to 1e30. Default: 1.</summary>
    public double Initial { get; init => field = OptionRange.Size(value, "b divides the gradient; the usual choice is 1"); } = 1;

    /// <summary>Whether the decay multiplies the weights by 1 - eta decay instead of entering the gradient. Default: false.</summary>
    public bool IsDecayDecoupled { get; init; }

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(AdaGradNormOptions), PrintMembers);
}
