using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Etalon.Workbench.Dashboard;

/// <summary>Points of a curve as a browser draws them.</summary>
/// <param name="X">Updates done, ascending.</param>
/// <param name="Y">Values; not a number where a run wrote none.</param>
/// <param name="IsReduced">Whether least and greatest of each pixel stand for more points.</param>
internal sealed record Curve(double[] X, float[] Y, bool IsReduced)
{
    private const int Header = 8;

    /// <summary>No points.</summary>
    public static Curve Empty { get; } = new([], [], false);

    /// <summary>
    /// Curves as bytes, all little-endian: for each a count (uint32), 1 where it is reduced (uint32), X (float64), Y (float32), and zeros
    /// up to a multiple of eight bytes.
    /// </summary>
    public static byte[] Bytes(IReadOnlyList<Curve> curves)
    {
        byte[] bytes = new byte[curves.Sum(curve => Header + Padded(12 * curve.X.Length))];
        int at = 0;
        foreach (var curve in curves)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), (uint)curve.X.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at + 4), curve.IsReduced ? 1u : 0u);
            MemoryMarshal.AsBytes(curve.X.AsSpan()).CopyTo(bytes.AsSpan(at + Header));
            MemoryMarshal.AsBytes(curve.Y.AsSpan()).CopyTo(bytes.AsSpan(at + Header + 8 * curve.X.Length));
            at += Header + Padded(12 * curve.X.Length);
        }
        return bytes;
    }

    private static int Padded(int length) => (length + 7) & ~7;
}

/// <summary>What a picture shows of a curve.</summary>
/// <param name="From">The updates done at its left edge.</param>
/// <param name="To">Those at its right edge.</param>
/// <param name="Pixels">Its width.</param>
/// <param name="IsLogarithmic">Whether equal widths are equal ratios of updates.</param>
/// <param name="AreMeans">Means over pixels are wanted in place of least and greatest.</param>
internal sealed record CurveView(double From, double To, int Pixels, bool IsLogarithmic = false, bool AreMeans = false)
{
    /// <summary>
    /// The updates done at places of equal distance from the left edge to the right one, ascending; between two of them an equal width
    /// is an equal number of updates. Null for none: a logarithmic or a linear axis. It is for axes in other units, as time or mixing
    /// units.
    /// </summary>
    public IReadOnlyList<double>? Knots { get; init; }

    /// <summary>As many points go as they are; more are reduced.</summary>
    public int MostPoints => AreMeans ? 0 : 4 * Pixels;

    /// <summary>The pixel of a place; outside of the picture it is below 0 or not below <see cref="Pixels"/>.</summary>
    public double At(double updates) => Knots is { } knots ? AtKnots(knots, updates)
        : IsLogarithmic ? Pixels * Math.Log(updates / Math.Max(From, 1)) / Math.Max(Math.Log(To / Math.Max(From, 1)), 1e-12)
        : Pixels * (updates - From) / Math.Max(To - From, 1e-12);

    /// <summary>The place in the middle of a pixel.</summary>
    public double Middle(int pixel)
    {
        double share = (pixel + 0.5) / Pixels;
        if (Knots is { } knots)
        {
            double at = share * (knots.Count - 1);
            int i = Math.Min((int)at, knots.Count - 2);
            return knots[i] + (at - i) * (knots[i + 1] - knots[i]);
        }
        return IsLogarithmic ? Math.Max(From, 1) * Math.Exp(share * Math.Log(To / Math.Max(From, 1))) : From + share * (To - From);
    }

    private double AtKnots(IReadOnlyList<double> knots, double updates)
    {
        if (updates < knots[0]) return -1;
        if (updates > knots[^1]) return Pixels + 1;
        int low = 0, high = knots.Count - 1;
        while (high - low > 1)
        {
            int middle = (low + high) / 2;
            if (knots[middle] <= updates) low = middle;
            else high = middle;
        }
        double width = knots[high] - knots[low];
        return Pixels * (low + (width > 0 ? (updates - knots[low]) / width : 0)) / (knots.Count - 1);
    }
}
