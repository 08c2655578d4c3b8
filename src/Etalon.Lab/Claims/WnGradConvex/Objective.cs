namespace Etalon.Lab.Claims.WnGradConvex;

/// <summary>A function of some numbers whose smoothness and minimum are known, so that a theorem can be run.</summary>
internal abstract class Objective
{
    /// <summary>How many numbers it takes.</summary>
    public abstract int Dimension { get; }

    /// <summary>L: the gradient changes by at most L times as much as x.</summary>
    public abstract double Smoothness { get; }

    /// <summary>mu of the Polyak-Lojasiewicz inequality |grad f|^2 >= 2 mu (f - min f); 0 where it does not hold.</summary>
    public abstract double Sharpness { get; }

    /// <summary>min f; 0 unless said otherwise.</summary>
    public virtual double Minimum => 0;

    /// <summary>f(x), with its gradient into <paramref name="gradient"/>.</summary>
    public abstract double Evaluate(ReadOnlySpan<double> x, Span<double> gradient);
}
