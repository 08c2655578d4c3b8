using Etalon.Numerics;

namespace Etalon.Lab.Forecasts;

/// <summary>
/// S, the mean square of a group's gradient on the unit sphere, as training goes on: known at some times, carried on between and after
/// them.
/// </summary>
/// <remarks>
/// Time is counted in mixing units, by which runs of different rates compare. Between two measurements S moves geometrically where both are
/// positive; after the last one it is held.
/// </remarks>
internal sealed class GradientCurve
{
    private readonly double[] _times, _squares;

    /// <summary>The same S always.</summary>
    public GradientCurve(double square) : this([0], [square]) { }

    /// <summary>Measured ones.</summary>
    /// <param name="times">Mixing units, ascending; at least one.</param>
    /// <param name="squares">S at each. A single batch with momentum may measure a negative one.</param>
    public GradientCurve(IEnumerable<double> times, IEnumerable<double> squares)
    {
        (_times, _squares) = ([.. times], [.. squares]);
        if (_times.Length == 0 || _times.Length != _squares.Length)
            throw new ArgumentException($"{_times.Length} times and {_squares.Length} values; give as many, and at least one.",
                nameof(times));
    }

    /// <summary>What S settles at.</summary>
    public double Settled => _squares[^1];

    /// <summary>S at a time.</summary>
    public double At(double time)
    {
        int next = Array.BinarySearch(_times, time);
        if (next >= 0) return _squares[next];
        next = ~next;
        if (next == 0) return _squares[0];
        if (next == _times.Length) return _squares[^1];
        double share = (time - _times[next - 1]) / (_times[next] - _times[next - 1]);
        var (from, to) = (_squares[next - 1], _squares[next]);
        return from > 0 && to > 0 ? from * Elementary.Pow(to / from, share) : from + (to - from) * share;
    }
}
