using Etalon.Engine;

namespace Etalon.Lab.Claims.WnGradConvex;

/// <summary>An engine's optimizer at work on a function of a few numbers: the same code that trains networks.</summary>
internal sealed class Descent : IDisposable
{
    private readonly Region<double> _x = new(), _gradient = new();
    private readonly Workers _workers = new(1);
    private readonly Hyperparameters[] _numbers = new Hyperparameters[1];

    /// <summary>At a start.</summary>
    /// <param name="start">x_1.</param>
    /// <param name="create">The optimizer, over x and its gradient.</param>
    public Descent(ReadOnlySpan<double> start, Func<Region<double>, Region<double>, Optimizer<double>> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        _x.Declare("x", start.Length);
        _gradient.Mirror(_x);
        _x.Allocate();
        _gradient.Allocate();
        start.CopyTo(X);
        Optimizer = create(_x, _gradient);
    }

    /// <summary>The optimizer.</summary>
    public Optimizer<double> Optimizer { get; }

    /// <summary>x, which each step changes.</summary>
    public Span<double> X => _x.Tensors[0].Span;

    /// <summary>The gradient at x, for the caller to fill in before a step.</summary>
    public Span<double> Gradient => _gradient.Tensors[0].Span;

    /// <summary>b of a rule that divides by one; 0 before the first step.</summary>
    public double Divisor => ((ScopedOptimizer<double>)Optimizer).Divisors(0)[0];

    /// <summary>A step with the gradient that was filled in.</summary>
    /// <param name="rate">The learning rate. Default: 1.</param>
    /// <returns>False where the gradient was not finite; then nothing has changed.</returns>
    public bool Step(double rate = 1)
    {
        _numbers[0] = new Hyperparameters(rate, 0, 0);
        return Optimizer.Update(_numbers, _workers);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Optimizer.Dispose();
        _x.Dispose();
        _gradient.Dispose();
        _workers.Dispose();
    }
}
