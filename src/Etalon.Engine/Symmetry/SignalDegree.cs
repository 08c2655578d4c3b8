using System.Collections.Immutable;

namespace Etalon.Engine.Symmetry;

/// <summary>
/// What scaling a group by c does to a signal: channel i becomes c^degree_i times what it was, or something that no power of c describes.
/// </summary>
/// <param name="Channels">The degree of each channel; empty where there is a mismatch.</param>
internal sealed record SignalDegree(ImmutableArray<int> Channels)
{
    /// <summary>Why the signal is not homogeneous; null where it is.</summary>
    public DegreeMismatch? Mismatch { get; private init; }

    /// <summary>
    /// Beside its homogeneous part each channel has a number of another degree that is the same for all images and pixels, as a bias leaves
    /// it. A normalization that subtracts each channel's own mean removes it; elsewhere it is this mismatch.
    /// </summary>
    public DegreeMismatch? Shift { get; init; }

    /// <summary>The first normalization whose epsilon > 0 makes this true only up to epsilon; null where it is exact.</summary>
    public string? EpsilonLayer { get; init; }

    /// <summary>All channels of one degree.</summary>
    public static SignalDegree Uniform(int channels, int degree) => new([.. Enumerable.Repeat(degree, channels)]);

    /// <summary>A signal that is not homogeneous.</summary>
    public static SignalDegree Failed(DegreeMismatch mismatch) => new([]) { Mismatch = mismatch };

    /// <summary>x + y for signals of one shape: equal degrees stay, unequal ones are a mismatch.</summary>
    public static SignalDegree Add(string layer, string first, SignalDegree x, string second, SignalDegree y)
    {
        for (int c = 0; c < x.Channels.Length; c++)
            if (x.Channels[c] != y.Channels[c])
                return Failed(new DegreeMismatch(layer, first, x.Channels[c], second, y.Channels[c]));
        return x with { Shift = x.Shift ?? y.Shift };
    }

    /// <summary>The signal where scaling leaves it as it is; a mismatch of the layer that needs that where it does not.</summary>
    public SignalDegree Unscaled(string layer, string source, string need)
    {
        if (Shift is { } shift) return Failed(shift);
        foreach (int degree in Channels)
            if (degree != 0) return Failed(new DegreeMismatch(layer, source, degree, need, 0));
        return this;
    }

    /// <summary>The mismatch of a layer that mixes the channels [begin, end) when their degrees differ.</summary>
    public DegreeMismatch? Mix(string layer, string source, int begin, int end)
    {
        for (int c = begin + 1; c < end; c++)
            if (Channels[c] != Channels[begin])
                return new DegreeMismatch(layer, $"channel {begin} of {source}", Channels[begin], $"channel {c}", Channels[c]);
        return null;
    }
}
