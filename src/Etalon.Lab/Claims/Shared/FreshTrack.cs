using Etalon.Engine;
using Etalon.Numerics;

namespace Etalon.Lab.Claims.Shared;

/// <summary>What a run of <see cref="FreshExperiment"/> measured, a layer each.</summary>
/// <param name="Layers">The hidden layers.</param>
internal sealed record FreshTrack(IReadOnlyList<FreshLayer> Layers)
{
    /// <summary>The geometric mean over the layers.</summary>
    public double Mean(Func<FreshLayer, double> value) =>
        Elementary.Exp(Layers.Average(layer => Elementary.Log(value(layer))));
}

/// <summary>Means over blocks of updates of one layer's scale-invariant weights.</summary>
/// <param name="Weights">How many there are.</param>
/// <param name="StartNorm">|w| before the first update.</param>
/// <param name="Norms">|w| before the update, root mean square.</param>
/// <param name="Angles">The angle of an update in radians, root mean square.</param>
/// <param name="Gradients">|g|, root mean square.</param>
/// <param name="Spheres">S, the mean of |g|^2 |w|^2: the gradient on the unit sphere.</param>
internal sealed record FreshLayer(
    long Weights, double StartNorm, double[] Norms, double[] Angles, double[] Gradients, double[] Spheres)
{
    /// <summary>The root mean square over the blocks from one to before another.</summary>
    public static double Over(double[] blocks, int from, int to) =>
        Math.Sqrt(blocks.Skip(from).Take(to - from).Average(value => value * value));
}

/// <summary>Sums the blocks of a layer.</summary>
internal sealed class FreshSums(long weights, double startNorm, int blocks, int block)
{
    private readonly double[] _norms = new double[blocks], _angles = new double[blocks], _gradients = new double[blocks],
        _spheres = new double[blocks];

    /// <summary>Adds an update.</summary>
    public void Add(int step, in UpdateProducts products)
    {
        int at = step / block;
        if (at >= blocks) return;
        _norms[at] += products.WeightSquare / block;
        _angles[at] += products.Angle * products.Angle / block;
        _gradients[at] += products.GradientSquare / block;
        _spheres[at] += products.GradientSquare * products.WeightSquare / block;
    }

    /// <summary>The means.</summary>
    public FreshLayer Close() => new(weights, startNorm, Roots(_norms), Roots(_angles), Roots(_gradients), _spheres);

    private static double[] Roots(double[] squares) => [.. squares.Select(Math.Sqrt)];
}
